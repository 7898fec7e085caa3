"""Asking five(9)s now: a job against a simulated vendor, followed to proof of absence or to the device."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, AuditEvent, JobState, SyncRun, User
from sandbox.server import Simulation, running
from sandbox.world import Options
from tests.devices import shown
from tests.devices.following import Follower, account_at

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def ask(client: Client, account: str, q: str, **headers: str) -> str:
    return client.post("/d/ask/", {"account": account, "q": q}, headers=headers).content.decode()


def watched(client: Client, run: SyncRun) -> str:
    return " ".join(client.get(f"/d/asked/{run.pk}/", headers=HTMX).content.decode().split())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Simulation]:
    with running(devices=20, frozen=True, options=Options(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def account(sandbox: Simulation) -> Account:
    return account_at(sandbox.url, "five9s", name="epm")


def test_an_unknown_name_ends_in_proof_of_absence(client: Client, ivan: User, account: Account) -> None:
    client.force_login(ivan)
    fragment = ask(client, "epm", "no-such-pc", **HTMX)
    run = SyncRun.objects.get()
    assert (run.kind, run.interactive, run.requested_by) == ("named", True, ivan)
    assert f'hx-get="/d/asked/{run.pk}/"' in fragment and "every 2s" in fragment
    assert f'hx-get="/d/asked/{run.pk}/"' in watched(client, run)
    run = Follower().follow(run)
    answer = watched(client, run)
    assert "epm has no device called" in answer and "DevicesNotFound" in answer
    assert f"{run.finished_at:%Y-%m-%d %H:%M:%S}" in answer
    assert "hx-get" not in answer
    [event] = AuditEvent.objects.filter(action="refresh asked")
    assert (event.actor, event.target, event.detail["names"]) == (ivan, "epm", ["no-such-pc"])


def test_a_name_that_the_vendor_knows_ends_in_a_link(client: Client, ivan: User, account: Account, sandbox: Simulation) -> None:
    client.force_login(ivan)
    name = sandbox.fleet.entry("five9s", 3).machine.hostname
    ask(client, "epm", f"host:{name}", **HTMX)
    answer = watched(client, Follower().follow(SyncRun.objects.get()))
    assert "epm knows" in answer and 'href="/devices/' in answer


def test_however_many_ask_there_is_one_job_and_no_vendor_call_in_the_request(client: Client, ivan: User) -> None:
    account = shown.account("epm", "five9s")
    client.force_login(ivan)
    for _ in range(3):
        ask(client, "epm", "no-such-pc", **HTMX)
    assert [(run.calls, run.state) for run in SyncRun.objects.filter(account=account)] == [(0, "requested")]


def test_without_scripts_the_page_comes_back_with_the_question(client: Client, ivan: User) -> None:
    shown.account("epm", "five9s")
    client.force_login(ivan)
    answer = client.post("/d/ask/", {"account": "epm", "q": "no-such-pc", "ticket": "INC4"}, follow=True)
    run = SyncRun.objects.get()
    assert answer.redirect_chain == [(f"/d/?q=no-such-pc&ticket=INC4&asked={run.pk}", 302)]
    assert b"epm is asked for" in answer.content and b'value="no-such-pc"' in answer.content


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"state": JobState.FAILED, "error": "five(9)s is down.", "error_next_step": "Wait."},
            "epm gave no answer.</strong> five(9)s is down. Wait.",
        ),
        ({"state": JobState.DONE}, "That proves nothing"),
        ({"state": JobState.DONE, "absent": ["another"]}, "That proves nothing"),
    ],
)
def test_no_answer_is_no_proof(client: Client, ivan: User, columns: dict[str, object], words: str) -> None:
    now = timezone.now()
    values = {
        "kind": "named",
        "scope": {"hostnames": ["pc-1"], "serials": ["pc-1"]},
        "created_at": now,
        "next_step_at": now,
        "finished_at": now,
    }
    run = SyncRun.objects.create(account=shown.account("epm", "five9s"), **values, **columns)
    client.force_login(ivan)
    assert words in watched(client, run)


def test_lists_and_unknown_runs_are_not_shown(client: Client, bob: User) -> None:
    run = shown.fetch(shown.account("epm", "five9s"))
    client.force_login(bob)
    for number in (run.pk, 0, 2**63, 10**30):
        assert client.get(f"/d/asked/{number}/", headers=HTMX).status_code == 404
        assert client.get("/d/", {"q": "none", "asked": str(number)}).status_code == 200


def test_helpdesk_reads_who_may_ask_and_is_refused(client: Client, bob: User) -> None:
    shown.account("epm", "five9s")
    client.force_login(bob)
    page = client.get("/d/?q=no-such-pc").content.decode()
    assert "refresh_account" in page and 'action="/d/ask/"' not in page
    assert client.post("/d/ask/", {"account": "epm", "q": "no-such-pc"}).status_code == 403
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("term", ["user:anna", "00:1b:21:aa:bb:01", "%", "anna@corp", "10.0.50.17", "a; b", "x" * 100, ""])
def test_what_no_name_is_is_neither_offered_nor_asked(client: Client, ivan: User, term: str) -> None:
    shown.account("epm", "five9s")
    client.force_login(ivan)
    assert 'action="/d/ask/"' not in client.get("/d/", {"q": term}).content.decode()
    assert "cannot be asked" in ask(client, "epm", term, **HTMX)
    assert not SyncRun.objects.exists()


def test_an_account_that_cannot_answer_is_not_asked(client: Client, ivan: User) -> None:
    shown.account("eset-main", "eset")
    Account.objects.filter(pk=shown.account("epm", "five9s").pk).update(enabled=False, complete_at=timezone.now() - timedelta(days=9))
    client.force_login(ivan)
    page = client.get("/d/?q=no-such-pc").content.decode()
    assert 'action="/d/ask/"' not in page
    for name in ("eset-main", "epm"):
        assert "cannot be asked" in ask(client, name, "no-such-pc", **HTMX)
    assert client.post("/d/ask/", {"account": "none", "q": "no-such-pc"}).status_code == 404
    assert client.get("/d/ask/").status_code == 405
