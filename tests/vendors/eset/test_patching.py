"""ESET's walks about patching: pages, periods, delayed answers, and who may."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.vendors.eset.test_patches import MISSING, PACKAGE, RECENT
from tests.vendors.scripted_server import NOW, Reply, Script, connection, scripted
from vendors.base import Cursor
from vendors.errors import BadAnswer, Lost, Misconfigured, Unavailable, VendorError
from vendors.eset.adapter import Eset
from vendors.patching_api import PatchPage, ReadsPatches, Source, refused

TOKEN = Reply(200, {"access_token": "t"})
SINCE = datetime(2026, 9, 19, 12, tzinfo=UTC)
LATER = Reply(202, b"", {"response-id": "r-1"})


def eset(script: Script) -> ReadsPatches:
    settings = {"region": "eu", "url": script.url + "/{region}.{service}", "username": "api"}
    adapter = Eset(connection(settings, {"password": "canary"}), now=lambda: NOW)
    assert isinstance(adapter, ReadsPatches)
    return adapter


def sheets(script: Script, source: Source, since: datetime | None = None) -> list[PatchPage]:
    """Every step, by a new connection each time, the cursor carried over as JSON."""
    found: list[PatchPage] = []
    cursor: Cursor | None = None
    while not found or cursor is not None:
        sheet = eset(script).read_patches(source, since, cursor)
        cursor = json.loads(json.dumps(sheet.cursor))
        found.append(sheet)
    return found


def failure(script: Script, source: Source) -> VendorError:
    with pytest.raises(VendorError) as caught:
        sheets(script, source)
    return caught.value


def test_recent_attempts_are_one_answer() -> None:
    with scripted(TOKEN, Reply(200, {"patchingDetails": [RECENT, RECENT]})) as script:
        (sheet,) = sheets(script, Source.RECENT)
    assert len(sheet.attempts) == 2
    assert (script.asked[-1].path, script.asked[-1].query) == (
        "/eu.patch-management/v1/application-patching-processes/recent/details",
        {},
    )


def test_attempts_are_walked_by_page_from_one_moment_on() -> None:
    pages = [{"patchingDetails": [PACKAGE], "nextPageToken": "n/+="}, {"patchingDetails": [PACKAGE], "nextPageToken": ""}]
    with scripted(TOKEN, Reply(200, pages[0]), TOKEN, Reply(200, pages[1])) as script:
        found = sheets(script, Source.ATTEMPTS, SINCE)
    assert [each.device_id for sheet in found for each in sheet.attempts] == ["d-1", "d-1"]
    first, second = (asked for asked in script.asked if asked.method == "GET")
    period = {"timePeriod.startTime": "2026-09-19T12:00:00Z", "pageSize": "1000"}
    assert (first.query, second.query) == (period, {**period, "pageToken": "n/+="})


def test_without_a_beginning_everything_is_asked_for() -> None:
    with scripted(TOKEN, Reply(200, {"patchingDetails": []})) as script:
        sheets(script, Source.ATTEMPTS)
    assert script.asked[-1].query == {"pageSize": "1000"}


def test_missing_patches_stand_in_a_list_called_devices() -> None:
    with scripted(TOKEN, Reply(200, {"devices": [MISSING]})) as script:
        (sheet,) = sheets(script, Source.PATCHES)
    assert [each.key for each in sheet.patches] == ["p-1"]


def test_a_delayed_answer_is_fetched_by_the_identical_request() -> None:
    with scripted(TOKEN, LATER, TOKEN, Reply(200, {"patchingDetails": [PACKAGE]})) as script:
        waiting, answer = sheets(script, Source.ATTEMPTS, SINCE)
    assert (waiting.wait, waiting.waiting_for, len(answer.attempts)) == (2.0, "ESET is preparing the answer", 1)
    first, second = (asked for asked in script.asked if asked.method == "GET")
    assert (first.query, second.headers["response-id"]) == (second.query, "r-1")


def test_a_delayed_sign_in_is_waited_for() -> None:
    with scripted(LATER, TOKEN, Reply(200, {"patchingDetails": [RECENT]})) as script:
        assert [len(sheet.attempts) for sheet in sheets(script, Source.RECENT)] == [0, 1]


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize("status", [403, 404, 501])
def test_a_refusal_says_that_this_credential_may_not(source: Source, status: int) -> None:
    with scripted(TOKEN, Reply(status)) as script:
        assert refused(failure(script, source))


@pytest.mark.parametrize(("replies", "kind"), [([Reply(503)], Unavailable), ([Reply(400), TOKEN, Reply(400)], Misconfigured)])
def test_another_failure_says_nothing_about_what_the_credential_may(replies: list[Reply], kind: type[VendorError]) -> None:
    with scripted(TOKEN, *replies) as script:
        error = failure(script, Source.PATCHES)
    assert type(error) is kind and not refused(error)


def test_a_page_that_is_gone_is_a_lost_walk_and_no_refusal() -> None:
    with scripted(TOKEN, Reply(200, {"devices": [], "nextPageToken": "2"}), TOKEN, Reply(404)) as script:
        assert type(failure(script, Source.PATCHES)) is Lost


@pytest.mark.parametrize("body", [{"devices": []}, {"nextPageToken": ""}, {"devices": None, "nextPageToken": ""}])
def test_an_empty_list_of_missing_patches_is_an_answer(body: Any) -> None:
    with scripted(TOKEN, Reply(200, body)) as script:
        assert sheets(script, Source.PATCHES) == [PatchPage()]


@pytest.mark.parametrize("body", [{}, {"devices": None}, {"patches": []}])
def test_no_list_of_missing_patches_is_not_an_empty_one(body: Any) -> None:
    with scripted(TOKEN, Reply(200, body)) as script:
        assert type(failure(script, Source.PATCHES)) is BadAnswer


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b'{"patchingDetails": 7, "devices": 7}', b'{"patchingDetails": [{"a":'])
def test_what_is_no_list_is_a_bad_answer(source: Source, body: bytes) -> None:
    with scripted(TOKEN, Reply(200, body)) as script:
        assert type(failure(script, source)) is BadAnswer


def test_pages_that_never_end_are_refused() -> None:
    page = Reply(200, {"devices": [MISSING], "nextPageToken": "same"})
    with scripted(TOKEN, page, TOKEN, page) as script:
        assert type(failure(script, Source.PATCHES)) is BadAnswer
