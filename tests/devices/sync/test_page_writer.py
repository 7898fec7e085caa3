from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from devices.matching.record import kinds_mask
from devices.models import Device, Identifier, Issue, Life, Pulse, Quarantine, Sighting
from devices.sync.page_writer import WriteResult, save_groups, save_page
from tests.devices import records as making
from vendors.records import Group
from vendors.states import IdKind, State

pytestmark = pytest.mark.django_db


def test_a_new_record_becomes_a_sighting_a_device_and_a_pulse() -> None:
    run = making.run(making.account())
    serial = making.identifier(IdKind.SERIAL, "abc123")
    outcome = save_page(
        run, [making.entry("one", serial="ABC123", identifiers=(serial,), issues=(making.issue("3 problems"),))], timezone.now()
    )
    assert outcome == WriteResult(created=1)
    device = Device.objects.get()
    assert (device.name, device.serial, device.state, device.life, device.vendors, device.issue_count) == (
        "ONE",
        "ABC123",
        "ok",
        "seen",
        ["eset"],
        1,
    )
    assert Identifier.objects.get().key == "abc123"
    assert Pulse.objects.get().seen_at == making.SEEN_AT
    assert Sighting.objects.get().raw["id"] == "one"


def test_an_unchanged_record_writes_only_its_pulse() -> None:
    account = making.account()
    first, later = making.run(account), timezone.now() + timedelta(minutes=5)
    save_page(first, [making.entry("one")], timezone.now())
    before = Sighting.objects.values().get()
    outcome = save_page(first, [making.entry("one", seen_at=making.SEEN_AT + timedelta(minutes=5))], later)
    assert outcome == WriteResult(unchanged=1)
    assert Sighting.objects.values().get() == before
    assert Pulse.objects.get().fetched_at == later
    assert Pulse.objects.get().seen_at == making.SEEN_AT + timedelta(minutes=5)


def test_a_sighting_knows_by_which_kinds_of_key_it_can_be_found() -> None:
    run, now = making.run(making.account()), timezone.now()
    mac, common = making.identifier(IdKind.MAC, "aa"), making.identifier(IdKind.SERIAL, "none", junk=True)
    save_page(run, [making.entry("one", identifiers=(mac, common, making.identifier(IdKind.IP, "10.0.0.1")))], now)
    assert Sighting.objects.get().key_kinds == kinds_mask([IdKind.MAC])
    save_page(run, [making.entry("one", identifiers=(making.identifier(IdKind.HOSTNAME, "nb-1"),))], now)
    assert Sighting.objects.get().key_kinds == kinds_mask([IdKind.HOSTNAME])


def test_a_changed_record_replaces_what_hangs_on_it_and_keeps_first_seen() -> None:
    run = making.run(making.account())
    start = timezone.now()
    old, kept, new = making.issue("old"), making.issue("kept"), making.issue("new", State.CRITICAL)
    mac = making.identifier(IdKind.MAC, "aa")
    save_page(run, [making.entry("one", issues=(old, kept), identifiers=(mac,))], start)
    outcome = save_page(run, [making.entry("one", issues=(kept, new), state=State.CRITICAL)], start + timedelta(hours=1))
    assert outcome == WriteResult(changed=1)
    assert dict(Issue.objects.values_list("key", "first_seen_at")) == {"kept": start, "new": start + timedelta(hours=1)}
    assert not Identifier.objects.exists()
    assert Device.objects.get().state == "critical"


@pytest.mark.fault("F33")
def test_the_last_of_two_records_with_one_id_wins() -> None:
    run = making.run(making.account())
    save_page(run, [making.entry("one", name="FIRST"), making.entry("one", name="SECOND")], timezone.now())
    assert Device.objects.get().name == "SECOND"


def test_a_bad_record_costs_only_itself_and_leaves_quarantine_when_well() -> None:
    run = making.run(making.account())
    outcome = save_page(run, [making.entry("bad", broken="serial contains a NUL"), making.entry("good")], timezone.now())
    assert outcome == WriteResult(created=1, quarantined=1)
    assert Quarantine.objects.get().reason == "serial contains a NUL"
    save_page(run, [making.entry("bad")], timezone.now())
    assert not Quarantine.objects.exists()
    assert Sighting.objects.count() == 2


def test_a_bad_answer_about_a_known_device_keeps_what_was_known() -> None:
    run = making.run(making.account())
    save_page(run, [making.entry("one", name="KNOWN")], timezone.now())
    save_page(run, [making.entry("one", name="NEW", broken="a bad date")], timezone.now())
    assert Sighting.objects.get().name == "KNOWN"


def test_a_missing_device_that_is_listed_again_is_seen() -> None:
    run = making.run(making.account())
    save_page(run, [making.entry("one")], timezone.now())
    Sighting.objects.update(life=Life.MISSING, missing_since=timezone.now())
    save_page(run, [making.entry("one")], timezone.now())
    assert Sighting.objects.get().life == Life.SEEN
    assert Device.objects.get().life == Life.SEEN


def test_hostile_text_is_stored_as_it_is() -> None:
    run = making.run(making.account())
    text = "<script>alert(1)</script>\\t%s{{7*7}}"
    save_page(run, [making.entry("one", name=text)], timezone.now())
    assert Device.objects.get().name == text


def test_groups_are_renamed_in_place() -> None:
    account = making.account()
    run, now = making.run(account), timezone.now()
    save_groups(run, [Group("g1", "Berlin"), Group("g2", "Bonn", static=True)], now)
    save_groups(run, [Group("g1", "Berlin HQ")], now)
    assert dict(account.groups.values_list("external_id", "name")) == {"g1": "Berlin HQ", "g2": "Bonn"}


def test_the_two_newest_tables_hold_no_row_twice() -> None:
    account = making.account()
    run = making.run(account)
    entries = [making.entry(f"id-{n}", identifiers=(making.identifier(IdKind.SERIAL, f"s{n}"),)) for n in range(500)]
    for _ in range(3):
        save_page(run, entries, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT external_id) FROM devices_sighting")
        assert cursor.fetchone() == (500, 500)
    assert Device.objects.count() == 500
