"""OPSWAT's walk: where the list ends."""

from __future__ import annotations

import pytest

from tests.vendors.opswat.scripted import BEYOND, HTML, NO_ACCOUNT, TOKEN, account, lists, opswat, refused, rows, walked
from tests.vendors.scripted_server import Reply, pages, scripted
from vendors.base import Scope
from vendors.errors import Misconfigured, Unavailable

# -- where the list ends --


@pytest.mark.parametrize("end", [BEYOND, Reply(413, {"error": {"code": 413}}), Reply(200, [])])
def test_the_page_behind_the_last_full_one_ends_the_list(end: Reply) -> None:
    assert len(walked(NO_ACCOUNT, rows(0, 50), rows(50, 50), end)) == 100


def test_a_short_page_ends_the_list_without_another_call() -> None:
    with scripted(TOKEN, NO_ACCOUNT, rows(0, 50), rows(50, 7)) as script:
        assert sum(len(page.entries) for page in pages(opswat(script))) == 57
        assert [asked.query["page"] for asked in lists(script)] == ["1", "2"]


def test_the_list_is_asked_for_as_documented() -> None:
    with scripted(TOKEN, account(1), rows(0, 1)) as script:
        pages(opswat(script))
        (asked,) = lists(script)
        assert asked.query == {"limit": "50", "page": "1", "groupBy": "hwid", "order": "asc", "access_token": "canary-token"}


@pytest.mark.fault("F31")
def test_413_on_the_first_page_is_no_end() -> None:
    assert "before its first page" in refused(NO_ACCOUNT, BEYOND)
    assert "before its first page" in refused(account(120), BEYOND)


def test_413_on_the_first_page_of_an_account_without_devices_is_an_empty_list() -> None:
    assert walked(account(0), BEYOND) == []


@pytest.mark.fault("F31")
@pytest.mark.parametrize("page", [Reply(413, "<html>too large</html>"), Reply(413, "too large", HTML)])
def test_413_by_a_proxy_is_no_end(page: Reply) -> None:
    assert "proxy" in refused(NO_ACCOUNT, rows(0, 50), page)


@pytest.mark.fault("F31")
@pytest.mark.parametrize("end", [BEYOND, Reply(200, []), rows(100, 3)])
def test_an_end_far_before_the_accounts_own_count_is_no_end(end: Reply) -> None:
    assert "of 400 devices" in refused(account(400), rows(0, 50), rows(50, 50), end)


@pytest.mark.parametrize("used", [110, 60, 0, None, -5])
def test_an_end_near_the_accounts_own_count_is_an_end(used: int | None) -> None:
    assert len(walked(account(used), rows(0, 50), rows(50, 50), BEYOND)) == 100


@pytest.mark.parametrize(
    "broken", [Reply(401), Reply(403), Reply(404), Reply(500), Reply(200, "<html>"), Reply(200, {"devices_used": "x"})]
)
def test_an_account_that_may_not_be_asked_is_no_error(broken: Reply) -> None:
    more = [TOKEN, broken] if broken.status == 401 else []
    assert len(walked(broken, *more, rows(0, 50), rows(50, 4))) == 54


def test_the_accounts_count_is_what_is_expected() -> None:
    with scripted(TOKEN, account(57), rows(0, 50), rows(50, 7)) as script:
        assert [page.expected for page in pages(opswat(script))] == [57, 57, 57]


@pytest.mark.fault("F31")
def test_a_limit_that_the_server_ignores_is_neither_an_end_nor_endless() -> None:
    assert "page size" in refused(NO_ACCOUNT, rows(0, 1), rows(1, 1))
    assert "page size" in refused(account(60), rows(0, 1), rows(1, 1))
    assert "of 60 devices" in refused(account(60), rows(0, 1), BEYOND)


def test_a_small_account_is_proved_by_the_page_behind() -> None:
    assert len(walked(NO_ACCOUNT, rows(0, 3), BEYOND)) == 3
    assert len(walked(account(3), rows(0, 3))) == 3


def test_a_page_number_that_the_server_ignores_is_an_error() -> None:
    assert "same devices" in refused(NO_ACCOUNT, rows(0, 50), rows(0, 50))


@pytest.mark.fault("F31")
def test_a_row_that_moved_to_the_next_page_is_listed_twice_and_no_error() -> None:
    found = walked(NO_ACCOUNT, rows(0, 50), rows(49, 50), rows(99, 2))
    assert len(found) == 102 and len(set(found)) == 101


def test_406_is_our_fault() -> None:
    with scripted(TOKEN, NO_ACCOUNT, Reply(406)) as script, pytest.raises(Misconfigured, match="refused a page of 50"):
        pages(opswat(script))


def test_a_failure_on_page_two_yields_nothing_and_the_same_cursor_may_be_tried_again() -> None:
    with scripted(TOKEN, NO_ACCOUNT, rows(0, 50), Reply(502, "<html>"), rows(50, 1)) as script:
        adapter = opswat(script)
        second = adapter.walk(Scope(), adapter.walk(Scope(), None).cursor).cursor
        with pytest.raises(Unavailable):
            adapter.walk(Scope(), second)
        assert [entry.external_id for entry in adapter.walk(Scope(), second).entries] == ["HW00050"]
