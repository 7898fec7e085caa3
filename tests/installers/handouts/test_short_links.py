"""What somebody without an account does with a short link: look, use, and be told plainly when it has ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.db.redis_client import worker_client
from devices.models import Account, AuditEvent, Device, User
from devices.users.services import set_role, switch_user
from devices.web import cache as rate_limits
from devices.web.roles import HELPDESK
from installers.models import Handout, Installer, Standing
from installers.views.short_link import TRIES
from tests.devices.audited import actor
from tests.installers.handout_rows import LINK, key_in, page_of, ready, short_link, signed_in

LOOKS = ("get", "head")


@pytest.fixture
def path(transactional_db: None, ivan: User) -> str:
    return short_link(ivan, ready(), uses="3")


def uses() -> int:
    return Handout.objects.get().uses


def test_looking_uses_nothing_up_and_tells_nothing_about_the_company(path: str, client: Client) -> None:
    for method in LOOKS:
        answer = getattr(client, method)(path, headers={"User-Agent": "WhatsApp/2 preview"})
        assert answer.status_code == 200 and uses() == 0
    page = client.get(path).content.decode()
    assert "Installer for Windows" in page and "3 downloads left" in page
    for word in ("canary", "Reception", "eset-main", "ivan"):
        assert word not in page


def test_using_it_leads_to_the_vendor_without_a_referrer_a_cookie_or_a_copy(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path)
    assert answer.status_code == 200 and answer["Refresh"] == f"0; url={LINK}" and "Location" not in answer
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
    assert uses() == 1 and Handout.objects.get().used_at
    [event] = AuditEvent.objects.filter(action="short link used")
    assert (event.actor, actor(event), event.detail["use"], event.address) == (None, "Anonymous", 1, "127.0.0.1")


def test_every_answer_forbids_referrers_and_copies(path: str, client: Client) -> None:
    for answer in (client.get(path), client.head(path), client.get("/i/unknown"), client.post("/i/unknown")):
        assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
        assert "noindex" in answer["X-Robots-Tag"] and not answer.cookies


def end_it(how: str) -> None:
    now = timezone.now()
    rows = Handout.objects.all()
    if how == "Link expired":
        rows.update(expires_at=now)
    elif how == "Link already used":
        rows.update(uses=3)
    elif how == "Link disabled":
        rows.update(ended_at=now)
    elif how == "Installer no longer available":
        Installer.objects.update(standing=Standing.REVOKED)
    elif how == "no longer available":
        Installer.objects.update(expires_at=now)


@pytest.mark.parametrize(
    "how", ["Link expired", "Link already used", "Link disabled", "Installer no longer available", "no longer available"]
)
def test_each_end_has_its_page_and_the_page_tells_nothing_more(path: str, client: Client, how: str) -> None:
    end_it(how)
    before = uses()
    for method in ("get", "post"):
        answer = getattr(client, method)(path)
        page = answer.content.decode()
        assert answer.status_code == 410 and how in page and "Contact your IT help desk for a new link." in " ".join(page.split())
        assert "Windows" not in page and "canary" not in page and "Refresh" not in answer
    assert uses() == before and not AuditEvent.objects.filter(action="short link used").exists()


def taken_back(giver: User) -> None:
    Installer.objects.update(for_helpdesk=False)


def disabled(giver: User) -> None:
    switch_user(giver, enabled=False)


def without_a_role(giver: User) -> None:
    giver.groups.clear()


def removed(giver: User) -> None:
    giver.delete()


@pytest.mark.parametrize("how", [taken_back, disabled, without_a_role, removed])
def test_a_link_ends_with_the_rights_of_its_creator(transactional_db: None, bob: User, client: Client, how: Callable[[User], None]) -> None:
    path = short_link(bob, ready(), uses="3")
    assert client.post(path).status_code == 200
    how(bob)
    for method in ("get", "post"):
        answer = getattr(client, method)(path)
        assert answer.status_code == 410 and "Link disabled" in answer.text and "Refresh" not in answer
    assert uses() == 1


def test_a_link_of_it_staff_stays_when_the_installer_is_taken_from_the_helpdesk_or_its_creator_joins_it(
    path: str, ivan: User, client: Client
) -> None:
    taken_back(ivan)
    assert client.get(path).status_code == 200
    set_role(ivan, role=HELPDESK)
    assert client.get(path).status_code == 410
    Installer.objects.update(for_helpdesk=True)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("days", "uses", "refused"),
    [
        ("31", "20", ""),
        ("32", "20", "Enter 1 to 31 days."),
        ("366", "20", "Enter 1 to 31 days."),
        ("31", "21", "Enter 1 to 20 downloads."),
        ("31", "", "Enter 1 to 20 downloads."),
    ],
)
def test_the_helpdesk_makes_links_for_a_month_and_twenty_downloads_at_most(
    bob: User, ivan: User, days: str, uses: str, refused: str
) -> None:
    installer = ready()
    for giver, sentence in ((bob, refused), (ivan, "")):
        browser = signed_in(giver)
        form = {"way": "short", "key": key_in(browser, installer), "days": days, "uses": uses}
        answer = browser.post(page_of(installer), form)
        assert (answer.status_code, sentence in answer.text) == (422 if sentence else 200, True)
    page = signed_in(bob).get(page_of(installer)).text
    assert "At most 20." in page and "Leave blank for no limit" not in page


@pytest.mark.parametrize("token", ["x", "x" * 10_000, "%00", "%F0%9F%92%A9", "..%2f", "A" * 43, "%ff"])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_unknown_tokens_are_not_found(path: str, client: Client, token: str, method: str) -> None:
    answer = getattr(client, method)(f"/i/{token}")
    assert answer.status_code == 404
    assert method == "head" or b"Link not found" in answer.content or b"Page not found" in answer.content


def test_a_look_at_the_link_gives_no_short_link(client: Client, path: str) -> None:
    Handout.objects.update(way="shown")
    assert client.get(path).status_code == 404


def test_other_methods_are_refused(path: str, client: Client) -> None:
    assert {getattr(client, method)(path).status_code for method in ("put", "delete", "patch")} == {405}


def test_one_address_may_try_so_often_and_another_one_still_may(path: str, client: Client) -> None:
    statuses = [client.get(f"/i/guess-{number}").status_code for number in range(TRIES)]
    assert set(statuses) == {404}
    answer = client.post(path)
    assert answer.status_code == 429 and b"Wait a minute" in answer.content and uses() == 0
    assert client.get(path, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_account_that_is_removed_takes_its_links_with_it(path: str, client: Client) -> None:
    Account.objects.all().delete()
    assert client.get(path).status_code == 404 and not Device.objects.exists()


@pytest.mark.parametrize(("limit", "people"), [(1, 6), (3, 6)])
def test_those_who_come_at_the_same_time_use_no_more_than_there_is(path: str, limit: int, people: int) -> None:
    Handout.objects.update(most_uses=limit)
    together, statuses = threading.Barrier(people), []

    def come() -> None:
        together.wait(10)
        statuses.append(Client().post(path).status_code)
        connection.close()

    threads = [threading.Thread(target=come) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [200] * limit + [410] * (people - limit) and uses() == limit
    assert AuditEvent.objects.filter(action="short link used").count() == limit


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(limit=st.one_of(st.none(), st.integers(1, 4)), steps=st.lists(st.sampled_from(["get", "head", "post", "later", "off"]), max_size=12))
def test_uses_are_counted_exactly_whatever_happens_in_between(path: str, limit: int | None, steps: list[str]) -> None:
    now = timezone.now()
    worker_client().flushdb()  # what was tried before counts for other examples
    rate_limits.forget()
    Handout.objects.update(most_uses=limit, uses=0, ended_at=None, expires_at=now + timedelta(days=1))
    used, alive, client = 0, True, Client()
    for step in steps:
        if step in ("later", "off"):
            Handout.objects.update(**{"expires_at": now} if step == "later" else {"ended_at": now})
            alive = False
            continue
        there = alive and (limit is None or used < limit)
        assert getattr(client, step)(path).status_code == (200 if there else 410)
        used += there and step == "post"
    assert uses() == used and (limit is None or used <= limit)
