"""Muted issues and devices; first those that are muted in one vendor and critical in another."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.account_status.status import statuses
from devices.issues.muted import muted_issues
from devices.models import Account, Change, Device, Sighting, Standing, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.alerts import decided, listed, named, titles

pytestmark = pytest.mark.django_db
NOW = timezone.now


def contradicted() -> dict[str, tuple[list[str], list[tuple[str, str]]]]:
    return {each.name: (each.quiet, each.reds) for each in muted_issues(now=NOW(), known=statuses(NOW())).contradicted}


def test_muted_at_one_vendor_and_critical_at_another_stands_on_top(accounts: dict[str, Account], bob: User) -> None:
    assert contradicted() == {"nb-2": (["eset-main: device muted by vendor"], [("opswat-main", "FINE")])}
    page = " ".join(signed_in(bob).get("/issues/silenced/").content.decode().split())
    assert '<h2 id="contradicted">Muted in one vendor, critical in another</h2> <span class="panel-note">1 device</span>' in page


def test_excluded_at_one_vendor_and_critical_at_another_too(accounts: dict[str, Account]) -> None:
    Sighting.objects.get(name="nb-1", account=accounts["five9s"]).issues.update(silenced=True)
    assert contradicted()["nb-1"] == (["five9s-main: 1 issue muted by vendor"], [("eset-main", "FINE")])


@pytest.mark.parametrize("standing", [Standing.MUTED, Standing.SNOOZED])
def test_what_people_silence_here_counts_and_what_they_acknowledge_does_not(
    accounts: dict[str, Account], ivan: User, standing: Standing
) -> None:
    decided("2 issues", Standing.ACKNOWLEDGED, ivan)
    assert "nb-1" not in contradicted()
    decided("2 issues", standing, ivan, reason="known", until=timezone.localdate() + timedelta(days=2) if standing == "snoozed" else None)
    assert contradicted()["nb-1"] == ([f"opswat-main: issue {standing} in Rollcall"], [("eset-main", "FINE")])


def test_silence_and_alarm_of_one_and_the_same_word_are_no_contradiction(accounts: dict[str, Account], ivan: User) -> None:
    decided("3 problems", Standing.MUTED, ivan, reason="known")
    assert "nb-1" not in contradicted()


def test_an_alarm_that_people_have_silenced_as_well_contradicts_nobody(accounts: dict[str, Account], ivan: User) -> None:
    decided("2 issues", Standing.MUTED, ivan, reason="known")
    assert "nb-1" in contradicted()
    alarming = named("nb-1").sightings.get(account=accounts["eset"])
    assert alarming.issues.filter(state="critical", silenced=False).count() == 1
    decided("3 problems", Standing.MUTED, ivan, reason="known")
    assert "nb-1" not in contradicted()
    alarming.issues.create(key="another", title="Another one", state="critical", raw="RED", first_seen_at=NOW())
    assert contradicted()["nb-1"] == (["opswat-main: issue muted in Rollcall"], [("eset-main", "FINE")])


@pytest.mark.parametrize("columns", [{"stale": True}, {"silenced": True}, {"life": "missing"}, {"state": "attention"}])
def test_only_a_fresh_unsilenced_alarm_contradicts(accounts: dict[str, Account], columns: dict[str, object]) -> None:
    Sighting.objects.filter(account=accounts["opswat"], name="nb-2").update(**columns)
    assert contradicted() == {}


def test_devices_out_of_use_are_left_out(accounts: dict[str, Account]) -> None:
    Device.objects.filter(name="nb-2").update(life="retired")
    found = muted_issues(now=NOW(), known=statuses(NOW()))
    assert (found.contradicted, found.devices, found.devices_total.number) == ([], [], 0)


def test_a_muted_device_tells_since_when_as_far_as_it_is_known(accounts: dict[str, Account]) -> None:
    only = muted_issues(now=NOW(), known=statuses(NOW())).devices[0]
    assert (only.name, only.account.name, only.told) == ("nb-2", "eset-main", False)
    at = NOW() - timedelta(days=3)
    Change.objects.create(device=named("nb-2"), at=at, kind="field", field="silenced", after="true", account_id=accounts["eset"].pk)
    again = muted_issues(now=NOW(), known=statuses(NOW())).devices[0]
    assert (again.since, again.told) == (at, True)


def test_every_number_opens_the_list_that_it_counts(accounts: dict[str, Account], ivan: User) -> None:
    decided("2 issues", Standing.MUTED, ivan, reason="known")
    decided("CVE", Standing.SNOOZED, ivan, until=timezone.localdate() + timedelta(days=2))
    client = signed_in(ivan)
    page = " ".join(client.get("/issues/silenced/").content.decode().split())
    for address, words, number in (
        ("/issues/?rows=issues&amp;standing=silenced&amp;sort=age", "All 2 issues", "of 2 issues"),
        ("/issues/?rows=issues&amp;standing=vendor&amp;sort=age", "All 1 issue", "of 1 issue"),
        ("/devices/?silenced=yes", "All 1 device", "of 1 device"),
    ):
        assert re.search(f'<a href="{re.escape(address)}">\\s*{words}</a>', page)
        assert number in client.get(address.replace("&amp;", "&")).content.decode()
    assert set(titles(listed(standing="silenced"))) == {"2 issues", "CVE-2026-1: due, not yet installed"}


def test_the_dashboard_counts_what_the_list_shows_at_first(accounts: dict[str, Account], bob: User, ivan: User) -> None:
    client = signed_in(bob)
    assert '<a href="/issues/">6 open issues</a>' in client.get("/").content.decode()
    decided("2 issues", Standing.ACKNOWLEDGED, ivan)
    assert '<a href="/issues/">5 open issues</a>' in client.get("/").content.decode()
    assert "· 5 issues" in client.get("/issues/").content.decode()


def test_nothing_silenced_is_said(bob: User) -> None:
    page = signed_in(bob).get("/issues/silenced/").content.decode()
    for words in (
        "No devices muted in one vendor and critical in another.",
        "No issues snoozed or muted in Rollcall.",
        "No devices muted by vendors.",
        "No issues muted by vendors.",
    ):
        assert words in page


def test_who_has_no_role_is_refused_and_nothing_can_be_sent(accounts: dict[str, Account], charlie: User, alice: User) -> None:
    client = signed_in(charlie)
    for answer in (client.get("/issues/silenced/"), client.get("/issues/silenced/", headers=HTMX)):
        assert answer.status_code == 403 and b"nb-2" not in answer.content
    assert signed_in(alice).post("/issues/silenced/").status_code == 405


def test_the_number_of_queries_does_not_grow(accounts: dict[str, Account], bob: User) -> None:
    client = signed_in(bob)
    client.get("/issues/silenced/")

    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            client.get("/issues/silenced/")
        return len(context)

    before = asked()
    for number in range(12):
        muted = shown.sighting(accounts["eset"], f"pc-{number}", silenced=True)
        shown.sighting(accounts["opswat"], f"pc-{number}", device=muted.device, state="critical", issues=[("a", "critical")])
    assert len(contradicted()) == 13
    assert asked() == before <= 15
