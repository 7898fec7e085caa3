"""Walks about patching against the simulated ESET: what they keep, what their end closes, and what a refusal changes."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Account, Device, Health, JobState, Life, Sighting, User
from devices.sync.handler import request_run
from patching.models import Attempt, AttemptTally, Listed, Patch, PatchRun, PatchTally, Reading, Title
from patching.sync import scheduling
from patching.sync.patch_writer import save_patches
from patching.sync.source_access import readings
from sandbox.fleet import patch_activity
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import Follower, account_at, sync
from tests.owner import owner_rights
from tests.patching.runs import Hand
from tests.patching.tallies import assert_tallies_are_true
from vendors import records
from vendors.base import Scope
from vendors.patch_states import PatchKind, PatchStatus
from vendors.patching_api import Source
from vendors.stored_titles import recognized
from vendors.texts import Message

pytestmark = pytest.mark.django_db

DAY = 86400


def lacked(sim: Simulation) -> set[tuple[str, str]]:
    """The truth: device and key of every patch that is missing now."""
    found = [patch_activity.missing(sim.fleet, *divmod(place, 4)) for place in range(sim.fleet.total("eset") * 4)]
    return {(sim.fleet.vendor_id("eset", each.position), each.uuid) for each in found if each}


def held() -> set[tuple[str, str]]:
    return set(Patch.objects.values_list("device_ref", "key"))


def test_missing_patches_are_those_of_the_last_complete_walk(eset: Account, hand: Hand, sim: Simulation) -> None:
    first = hand.poll(eset, Source.PATCHES)
    assert (held(), first.state, first.created, first.records) == (lacked(sim), JobState.DONE, len(held()), len(held()))
    before = held()
    hand.go(5 * DAY)
    second = hand.poll(eset, Source.PATCHES)
    assert held() == lacked(sim)
    assert (second.closed, second.created) == (len(before - held()), len(held() - before))
    assert second.closed > 0 < second.created and not Listed.objects.exists()


def test_what_did_not_change_is_not_written(eset: Account, hand: Hand) -> None:
    hand.poll(eset, Source.PATCHES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text, ctid::text FROM patching_patch ORDER BY id")
        before = cursor.fetchall()
        run = hand.poll(eset, Source.PATCHES)
        cursor.execute("SELECT id, xmin::text, ctid::text FROM patching_patch ORDER BY id")
        assert (cursor.fetchall(), run.created, run.changed, run.closed) == (before, 0, 0, 0)


@pytest.mark.parametrize("fault", ["eset:403", "eset:cut-json", "eset:404", "eset:503"])
def test_a_walk_that_breaks_closes_nothing(fault: str) -> None:
    with large() as sim:
        account, hand = account_at(sim.url, "eset"), Hand(sim)
        hand.poll(account, Source.PATCHES)
        before = held()
        hand.go(5 * DAY)
        sim.fault(f"{fault}~pageToken")
        run = hand.poll(account, Source.PATCHES)
        assert run.state == JobState.FAILED and run.pages == 1
        assert before < held() and not Listed.objects.exists()
        sim.clear_faults()
        assert hand.poll(account, Source.PATCHES).closed


@pytest.mark.parametrize("fault", ["eset:202=2", "eset:duplicate-rows=pages", "eset:duplicate-rows", "eset:503@2"])
def test_a_slow_or_untidy_vendor_changes_nothing(fault: str) -> None:
    with large(frozen=True) as sim:
        account, hand = account_at(sim.url, "eset"), Hand(sim)
        sim.fault(f"{fault}~/patch-management/")
        runs = [hand.poll(account, Source.PATCHES), hand.poll(account, Source.ATTEMPTS)]
        assert [run.state for run in runs] == [JobState.DONE] * 2 and all(run.pages > 1 for run in runs)
        told = list(patch_activity.attempts(sim.fleet, since=sim.fleet.now() - 30 * DAY, until=sim.fleet.now()))
        assert held() == lacked(sim)
        assert Attempt.objects.count() == len(told)


def large(*, frozen: bool = False) -> AbstractContextManager[Simulation]:
    """Lists of more than one page."""
    return running(devices=1200, frozen=frozen, options=SandboxOptions(rate_limits=False))


@pytest.mark.parametrize(("poison", "rejected"), [("nul", 0), ("missing-id", 1), ("null", 1), ("array", 1)])
def test_a_patch_that_cannot_be_read_is_not_closed(eset: Account, hand: Hand, sim: Simulation, poison: str, rejected: int) -> None:
    hand.poll(eset, Source.PATCHES)
    before = held()
    sim.fault(f"eset:poison={poison}~/v1/device-patches")
    run = hand.poll(eset, Source.PATCHES)
    assert (run.state, run.rejected, run.closed) == (JobState.DONE, rejected, 0) and held() == before
    assert (["patch", "displayName", "invalid_characters", 1] in run.repairs) is (rejected == 0)


def test_an_attempt_of_the_future_is_not_the_newest_for_ever(eset: Account, hand: Hand, sim: Simulation) -> None:
    row = {"applicationUuid": "a", "displayName": "Firefox", "status": "PATCHING_STATUS_OK_INSTALLED"}
    row["timePeriod"] = {"startTime": "9999-12-31T23:59:59.9999999Z"}  # type: ignore[assignment]
    body = json.dumps({"patchingDetails": [{"deviceUuid": "d", "displayName": "Firefox", "application": row}]})
    sim.fault("eset:raw", path="/v1/patching-process-details", value={"status": 200, "body": body})
    run = hand.poll(eset, Source.ATTEMPTS)
    attempt = Attempt.objects.get()
    assert attempt.started_at is None and attempt.at <= hand.now
    assert run.repairs == [["attempt", "application.timePeriod.startTime", "implausible_time", 1]]


def plant(table: str, refused: str) -> None:
    """No row of the table may be so any more."""
    connection.check_constraints()  # a table with checks under way cannot be altered
    with owner_rights() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT planted CHECK (NOT ({refused})) NOT VALID")


def test_a_patch_that_cannot_be_stored_costs_only_itself_and_is_not_closed(eset: Account, hand: Hand) -> None:
    hand.poll(eset, Source.PATCHES)
    before = held()
    bad = Patch.objects.order_by("pk")[len(before) // 2]
    Patch.objects.update(version="an older one")  # so that each is written again
    plant("patching_patch", f"id = {bad.pk}")
    run = hand.poll(eset, Source.PATCHES)
    assert (run.state, run.error, run.rejected, run.closed) == (JobState.DONE, "", 1, 0)
    assert (held(), Patch.objects.get(version="an older one")) == (before, bad)


def test_an_attempt_that_cannot_be_stored_costs_only_itself(eset: Account, hand: Hand) -> None:
    hand.poll(eset, Source.ATTEMPTS)
    before = Attempt.objects.count()
    bad = Attempt.objects.order_by("pk")[before // 2]
    plant("patching_attempt", f"loose = '\\x{bytes(bad.loose).hex()}'")
    alike = Attempt.objects.filter(loose=bad.loose).count()
    Attempt.objects.all().delete()
    Reading.objects.all().delete()  # so that all of them are asked for again
    run = hand.poll(eset, Source.ATTEMPTS)
    assert (run.state, run.error, run.rejected) == (JobState.DONE, "", alike)
    assert (Attempt.objects.count(), Attempt.objects.filter(loose=bad.loose).count()) == (before - alike, 0)


def test_a_device_that_is_not_listed_yet_is_found_later(eset: Account, hand: Hand) -> None:
    hand.sim.fault("eset:shrink=30")  # half of the fleet, or on some dates every machine with a patch is listed
    hand.poll(eset, Source.PATCHES)
    hand.poll(eset, Source.ATTEMPTS)
    assert not Patch.objects.filter(counted=True).exists() and not PatchTally.objects.filter(number__gt=0).exists()
    sync(eset)
    listed = set(Sighting.objects.values_list("external_id", flat=True))
    for rows in (list(Patch.objects.select_related("sighting")), list(Attempt.objects.select_related("sighting"))):
        assert all(each.sighting.external_id == each.device_ref if each.sighting else each.device_ref not in listed for each in rows)
        assert any(each.sighting for each in rows) and not all(each.sighting for each in rows)
    assert not Patch.objects.filter(sighting=None, counted=True).exists() and Patch.objects.filter(counted=True).exists()
    assert_tallies_are_true()


def test_patches_of_a_device_that_is_not_in_use_rest(eset: Account, hand: Hand) -> None:
    sync(eset)
    hand.poll(eset, Source.PATCHES)
    used = Sighting.objects.filter(patches__counted=True).distinct().order_by("pk")
    gone, retired = used.values_list("pk", flat=True)[:2]
    Sighting.objects.filter(pk=gone).update(life=Life.GONE)
    Device.objects.filter(sightings=retired).update(life=Life.RETIRED)
    hand.poll(eset, Source.RECENT)
    assert set(Patch.objects.exclude(sighting=None).filter(counted=False).values_list("sighting", flat=True)) >= {gone, retired}
    assert_tallies_are_true()
    Sighting.objects.filter(pk=gone).update(life=Life.SEEN)
    hand.poll(eset, Source.RECENT)
    assert_tallies_are_true()
    assert not Patch.objects.filter(sighting=gone, counted=False).exists()


def test_a_refusal_is_remembered_and_harms_nobody(eset: Account, hand: Hand, sim: Simulation) -> None:
    sync(eset)
    sim.options.eset_patching_rights = "recent"
    for source in Source:
        hand.poll(eset, source)
    eset.refresh_from_db()
    assert (eset.health, eset.failures, eset.try_after) == (Health.OK, 0, None)
    told = {each.source: each for each in readings(eset)}
    assert {source: each.can for source, each in told.items()} == {Source.RECENT: True, Source.ATTEMPTS: False, Source.PATCHES: False}
    assert told[Source.PATCHES].sentence.startswith("Could not list missing patches: access was denied (status 403")
    assert told[Source.RECENT].complete_at and told[Source.ATTEMPTS].complete_at is None


def test_a_failure_does_not_say_what_the_credential_may(eset: Account, hand: Hand, sim: Simulation) -> None:
    hand.poll(eset, Source.RECENT)
    sim.fault("eset:503~/patch-management/")
    for source in (Source.RECENT, Source.PATCHES):
        hand.poll(eset, source)
    told = {each.source: each for each in readings(eset)}
    assert (told[Source.RECENT].can, told[Source.PATCHES].can, told[Source.ATTEMPTS].can) == (True, None, None)
    assert "status 503" in told[Source.PATCHES].sentence and told[Source.RECENT].complete_at


def test_every_list_is_read_hourly_and_a_refused_one_after_its_pause(eset: Account, hand: Hand, sim: Simulation) -> None:
    sim.options.eset_patching_rights = "recent,attempts"
    Account.objects.update(health=Health.OK)

    def planned() -> list[str]:
        runs = scheduling.schedule_patch_runs(scheduling.telling(), hand.now)
        again = scheduling.schedule_patch_runs(scheduling.telling(), hand.now)
        assert {run.pk for run in runs} == {run.pk for run in again}
        for run in runs:
            hand.poll(eset, Source(run.source))
        return [run.source for run in runs]

    assert planned() == ["recent", "attempts", "patches"]
    assert planned() == []
    hand.go(301)
    assert planned() == ["patches"]
    hand.go(901)
    assert planned() == ["patches"]
    hand.go(2500)
    assert planned() == ["recent", "attempts"]
    hand.go(3601)
    assert planned() == ["recent", "attempts", "patches"]


def test_what_was_refused_is_tried_again_when_a_person_refreshes(eset: Account, hand: Hand, sim: Simulation, ivan: User) -> None:
    sync(eset)
    sim.options.eset_patching_rights = "recent"
    for source in Source:
        hand.poll(eset, source)
    sim.options.eset_patching_rights = "recent,attempts,patches"
    for by, wanted in ((None, []), (ivan, ["attempts", "patches"])):
        follower = Follower()
        follower.follow(request_run(eset, Scope(), now=follower.now, by=by))
        assert [run.source for run in scheduling.schedule_patch_runs(scheduling.telling(), hand.now)] == wanted


@pytest.mark.parametrize("health", [Health.NEW, Health.FAILING, Health.PERSON])
def test_nothing_is_planned_for_an_account_that_does_not_work(eset: Account, hand: Hand, health: Health) -> None:
    Account.objects.update(health=health)
    assert scheduling.schedule_patch_runs(scheduling.telling(), hand.now) == []
    Account.objects.update(health=Health.OK)
    assert len(scheduling.schedule_patch_runs(scheduling.telling(), hand.now)) == 3


def test_an_account_that_needs_a_person_is_not_signed_in_to(eset: Account, hand: Hand, sim: Simulation) -> None:
    run = hand.ask(eset, Source.RECENT)
    Account.objects.update(health=Health.PERSON)
    assert hand.step(run).state == JobState.FAILED and not sim.calls()


def test_a_period_overlaps_the_last_one_and_once_a_day_all_is_asked_for(eset: Account, hand: Hand) -> None:
    first = hand.poll(eset, Source.ATTEMPTS)
    hand.go(3600)
    second = hand.poll(eset, Source.ATTEMPTS)
    assert (first.since, second.since) == (None, (first.started_at or hand.now) - timedelta(days=1))
    hand.go(23 * 3600)
    assert hand.poll(eset, Source.ATTEMPTS).since is None


def test_every_title_without_a_name_is_recognized(eset: Account, hand: Hand) -> None:
    sync(eset)
    for source in Source:
        hand.poll(eset, source)
    unnamed = Title.objects.exclude(version="").values_list("name", flat=True)
    assert unnamed and [name for name in unnamed if not isinstance(recognized(name), Message)] == []


def test_with_its_account_everything_goes(eset: Account, hand: Hand) -> None:
    sync(eset)
    for source in Source:
        hand.poll(eset, source)
    assert Patch.objects.filter(counted=True).exists() and AttemptTally.objects.exists()
    eset.delete()
    for model in (Patch, Attempt, PatchTally, AttemptTally, Reading, PatchRun):
        assert not model._default_manager.exists(), model
    assert_tallies_are_true()


def test_a_page_costs_the_same_few_statements_however_long_it_is(eset: Account, hand: Hand) -> None:
    title = records.Title("t", "Title", PatchKind.APPLICATION)
    costs = []
    for size in (1, 500):
        patches = [("device", records.Patch(f"{size}-{nth}", title, PatchStatus.AVAILABLE, "")) for nth in range(size)]
        with CaptureQueriesContext(connection) as captured:
            assert save_patches(eset, patches, hand.now).created == size
        costs.append(len(captured))
    assert costs[0] == costs[1] < 12
