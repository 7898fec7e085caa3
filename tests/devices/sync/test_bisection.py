"""Bisection of a page: a record that cannot be stored costs only itself, whatever fails about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.account_status.status import status
from devices.models import Device, Identifier, JobState, Life, Quarantine, Sighting, SyncRun, User
from devices.sync.page_writer import WriteResult, save_groups, save_page
from devices.sync.quarantine import bisection
from patching.models import Patch
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices.account_pages import signed_in
from tests.devices.runs import account_at, sync
from tests.devices.sync.planted import BAD, entry, failing, page, quarantined, raising, refuse, sql, started, stored
from vendors import records
from vendors.patch_states import PatchKind, PatchStatus
from vendors.records import Entry
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("size", "place"), [(1, 0), (2, 0), (2, 1), (3, 1), (7, 3), (50, 0), (50, 24), (50, 49)])
def test_a_record_that_fails_costs_only_itself(size: int, place: int) -> None:
    refuse("devices_sighting", f"external_id = '{BAD}'")
    assert save_page(started(), page(size, place), timezone.now()) == WriteResult(created=size - 1, quarantined=1)
    assert stored() == {f"good{number}" for number in range(size) if number != place}
    assert Device.objects.count() == Identifier.objects.exclude(value="").count() == size - 1
    found = Quarantine.objects.get()
    assert (found.external_id, msgspec.json.decode(found.sample)["id"]) == (BAD, BAD)
    assert found.reason.startswith("Rollcall could not store this record (IntegrityError). It retries")


def test_several_that_fail_cost_only_themselves() -> None:
    refuse("devices_sighting", f"external_id LIKE '{BAD}%'")
    assert save_page(started(), page(40, 0, 1, 17, 39), timezone.now()) == WriteResult(created=36, quarantined=4)
    assert quarantined() == ["bad0", "bad1", "bad17", "bad39"]


TABLES = {
    "devices_sighting": "external_id = 'bad'",
    "devices_identifier": "key = 'serial bad'",
    "devices_issue": "title = 'bad issue'",
    "devices_device": "name = 'BAD'",
}


@pytest.mark.parametrize("table", TABLES)
def test_whichever_table_refuses_a_record(table: str) -> None:
    refuse(table, TABLES[table])
    told = [entry("one"), entry(BAD, issues=(making.issue("bad issue"),)), entry("two")]
    assert save_page(started(), told, timezone.now()) == WriteResult(created=2, quarantined=1)
    assert (stored(), quarantined()) == ({"one", "two"}, [BAD])


@pytest.mark.parametrize("state", ["21000", "22003", "22P05", "23505", "23503", "44000", "54000", "54001", "P0001"])
@pytest.mark.parametrize("deferred", [False, True])
def test_whatever_the_database_says_of_a_record(state: str, deferred: bool) -> None:
    raising(state, deferred=deferred)
    assert save_page(started(), page(5, 2), timezone.now()) == WriteResult(created=4, quarantined=1)
    assert quarantined() == [BAD]


def mapped(**fields: Any) -> Entry:
    device = replace(entry(BAD).read(), **fields)
    return msgspec.structs.replace(entry(BAD), mapper=lambda _raw: device)


def nested(depth: int) -> Entry:
    return msgspec.structs.replace(entry(BAD), wire=b"[" * depth + b"]" * depth)


WRONG: dict[str, Entry] = {
    "a text with NUL": entry(BAD, name="a\0b"),
    "a lone surrogate": mapped(user="a\ud800b"),
    "a time that is none": entry(BAD, produced_at="yesterday"),
    "a number where a text belongs": entry(BAD, model=17),
    "a key beyond its column": entry(BAD, identifiers=(making.identifier(IdKind.SERIAL, "x" * 300),)),
    "a raw answer that is no JSON": msgspec.structs.replace(entry(BAD), wire=b"{"),
    "a raw answer that is no text": msgspec.structs.replace(entry(BAD), wire=b"\xff\xfe"),
    "a raw answer nested too deeply": nested(100_000),
    "a mapping that fails": failing(KeyError("serial")),
    "a mapping without end": failing(RecursionError()),
    "an attribute that is missing": failing(AttributeError("x")),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_is_wrong_with_a_record(wrong: str) -> None:
    assert save_page(started(), [entry("one"), WRONG[wrong], entry("two")], timezone.now()) == WriteResult(created=2, quarantined=1)
    assert (stored(), quarantined()) == ({"one", "two"}, [BAD])


@pytest.mark.parametrize("name", ["x" * 200, "a\0b", "a\ud800b"])
def test_an_id_that_cannot_be_stored(name: str) -> None:
    bad = msgspec.structs.replace(entry(BAD), external_id=name)
    outcome = save_page(started(), [entry("one"), bad, entry("two")], timezone.now())
    assert (outcome.created, outcome.quarantined + outcome.rejected) == (2, 1)
    assert stored() == {"one", "two"}
    assert Quarantine.objects.get().external_id in ("x" * 128, "a\N{REPLACEMENT CHARACTER}b", "a?b")


def test_what_apps_above_keep_of_a_record_counts_alike() -> None:
    refuse("patching_patch", f"device_ref = '{BAD}'")
    run = making.run(making.account("epm", "five9s"))
    title = records.Title("kb", "Update", PatchKind.SYSTEM)
    patches = (records.Patch("kb", title, PatchStatus.AVAILABLE, "missing"),)
    told = [entry(name, patches=patches) for name in ("one", BAD, "two")]
    assert save_page(run, told, timezone.now()) == WriteResult(created=2, quarantined=1)
    assert set(Patch.objects.values_list("device_ref", flat=True)) == stored() == {"one", "two"}
    assert quarantined() == [BAD]


def test_of_two_that_fail_only_together_the_later_one_is_given_up() -> None:
    sql("CREATE UNIQUE INDEX planted ON devices_sighting (name) WHERE name = 'TWIN'")
    run = started()
    told = [*page(6), entry("left", name="TWIN"), *page(6)[3:], entry("right", name="TWIN"), entry("last")]
    for expected in (WriteResult(created=8, quarantined=1), WriteResult(unchanged=8, quarantined=1)):
        assert save_page(run, told, timezone.now()) == expected
        assert "left" in stored()
        assert quarantined() == ["right"]


def test_a_record_is_tried_again_and_leaves_quarantine_when_it_works() -> None:
    run, start = started(), timezone.now()
    refuse("devices_sighting", f"external_id = '{BAD}'")
    for hour in range(3):
        save_page(run, page(5, 2), start + timedelta(hours=hour))
        found = Quarantine.objects.get()
        assert (found.first_at, found.last_at) == (start, start + timedelta(hours=hour))
    sql("ALTER TABLE devices_sighting DROP CONSTRAINT planted")
    assert save_page(run, page(5, 2), timezone.now()) == WriteResult(created=1, unchanged=4)
    assert (quarantined(), BAD in stored()) == ([], True)


def test_a_page_is_halved_once_for_a_record_and_not_at_every_sync(caplog: pytest.LogCaptureFixture) -> None:
    refuse("devices_sighting", f"external_id LIKE '{BAD}%'")
    run, told = started(), page(200, 3, 77, 150)
    tries = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            assert save_page(run, told, timezone.now()).quarantined == 3
        tries.append(sum("ROLLBACK TO SAVEPOINT" in query["sql"] for query in captured))
    assert tries[0] > tries[1] == tries[2] == 1 + 3  # the page, and each of them alone


def test_what_was_known_of_a_record_that_fails_is_kept_and_it_counts_as_listed() -> None:
    run = started()
    save_page(run, [entry(BAD, name="KNOWN"), entry("one")], timezone.now())
    Sighting.objects.update(life=Life.MISSING, missing_since=timezone.now())
    refuse("devices_sighting", "name = 'NEW'")
    later = timezone.now() + timedelta(hours=1)
    assert save_page(run, [entry(BAD, name="NEW"), entry("one")], later) == WriteResult(unchanged=1, quarantined=1)
    known = Sighting.objects.get(external_id=BAD)
    assert (known.name, known.life, known.pulse.fetched_at) == ("KNOWN", Life.SEEN, later)


def test_a_record_of_which_not_even_the_presence_can_be_stored_is_rejected() -> None:
    run = started()
    save_page(run, page(5, 2), timezone.now())
    bad = Sighting.objects.get(external_id=BAD)
    refuse("devices_pulse", f"sighting_id = {bad.pk} AND fetched_at > '{bad.pulse.fetched_at.isoformat()}'")
    outcome = save_page(run, page(5, 2), timezone.now() + timedelta(hours=1))
    assert outcome == WriteResult(unchanged=4, rejected=1)
    assert quarantined() == [BAD]


def test_a_group_that_cannot_be_stored_costs_only_itself() -> None:
    refuse("devices_devicegroup", "name = 'bad'")
    run, told = started(), [records.Group(f"g{number}", BAD if number == 2 else "Berlin") for number in range(5)]
    assert save_groups(run, told, timezone.now()) == 1
    assert set(run.account.groups.values_list("external_id", flat=True)) == {"g0", "g1", "g3", "g4"}
    assert quarantined() == ["(group g2)"]


def test_where_very_many_fail_the_page_fails_and_no_record_is_blamed() -> None:
    refuse("devices_sighting", f"external_id LIKE '{BAD}%'")
    most = bisection.MOST_FAILURES
    assert save_page(started(), page(100, *range(most)), timezone.now()) == WriteResult(created=100 - most, quarantined=most)
    with pytest.raises(IntegrityError), transaction.atomic():
        save_page(SyncRun.objects.get(), page(100, *range(most + 1)), timezone.now())
    assert len(quarantined()) == most


def test_what_fails_is_logged_with_its_place_and_without_data(caplog: pytest.LogCaptureFixture) -> None:
    save_page(started(), [entry("one"), failing(KeyError("secret words"))], timezone.now())
    raised = [message for message in caplog.messages if "could not be saved" in message]
    assert len(raised) >= 2
    assert all("KeyError in" in message and "planted.py" in message for message in raised)
    assert "secret words" not in caplog.text


def test_a_good_page_costs_the_same_number_of_statements_however_long_it_is() -> None:
    def statements(entries: Sequence[Entry]) -> int:
        with CaptureQueriesContext(connection) as captured:
            save_page(run, entries, timezone.now())
        return len(captured)

    run = started()
    save_page(run, [entry("first")], timezone.now())
    assert statements([entry("second")]) == statements(page(200))


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.fault("F35")
@pytest.mark.parametrize("vendor", ["eset", "opswat", "five9s"])
def test_a_sync_completes_without_the_record_and_says_so_until_it_works(vendor: str, sim: Simulation, alice: User) -> None:
    account = account_at(sim.url, vendor)
    listed = {str(name) for name in sim.fleet.ids(vendor)}
    bad = sorted(listed)[len(listed) // 2]
    refuse("devices_sighting", f"external_id = '{bad}'")
    for _ in range(2):
        run = sync(account)
        assert (run.state, run.error, run.quarantined, run.records) == (JobState.DONE, "", 1, len(listed))
        assert (stored(), quarantined()) == (listed - {bad}, [bad])
    assert status(account, timezone.now()).doubt == "its last full sync had 1 invalid record"
    page = signed_in(alice).get(f"/vendors/{account.name}/").text
    assert "Rollcall could not store this record (IntegrityError)" in page
    sql("ALTER TABLE devices_sighting DROP CONSTRAINT planted")
    run = sync(account)
    assert (run.state, run.quarantined, run.created) == (JobState.DONE, 0, 1)
    assert (stored(), quarantined()) == (listed, [])
    assert not status(account, timezone.now()).doubt
