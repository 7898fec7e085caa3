"""Matching after a sync: times of contact, presence, naming schemes; and the upgrade of stored records to new rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from devices.matching import renewal
from devices.models import Change, ChangeKind, Device, Identifier, JobState, MatchUpgrade, Pulse, Sighting
from devices.sync import absence, upgrade
from devices.sync.page_writer import save_page
from sandbox.server import running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices.matching.test_grouping import HOST, M1, M2, MAC, SERIAL, U1, U2, UUID, partition, save, told
from tests.devices.runs import account_at, sync, upgraded

pytestmark = pytest.mark.django_db


class TestContact:
    def test_a_record_that_comes_into_contact_again_is_another_machine(self) -> None:
        """An old installation does not come back while the new one is in use."""
        eset = making.account()
        keys = {SERIAL: "pf3xk2ab", HOST: "nb-0042"}
        save(eset, told("e1", {**keys, MAC: M1}, days_ago=9))
        save(eset, told("e2", {**keys, MAC: M2}))
        assert partition() == [["e1", "e2"]]
        run = making.run(eset)
        Pulse.objects.filter(sighting__external_id="e1").update(seen_at=timezone.now() + timedelta(hours=1))
        renewal.renew(run, timezone.now())
        assert partition() == [["e1"], ["e2"]]

    def test_two_records_that_are_apart_for_the_time_of_their_contact_are_compared_again(self) -> None:
        epm = making.account("epm", "five9s")
        save(epm, told("10", {SERIAL: "pf3xk2ab", HOST: "desktop-a1b2c3d"}, days_ago=0.2))
        save(epm, told("11", {SERIAL: "pf3xk2ab", HOST: "nb-0042"}))
        assert partition() == [["10"], ["11"]]
        later = timezone.now() + timedelta(days=2)
        Pulse.objects.filter(sighting__external_id="11").update(seen_at=later)
        renewal.renew(making.run(epm), later)
        assert partition() == [["10", "11"]]


def test_a_record_that_is_gone_and_listed_again_decides_again() -> None:
    eset, epm = making.account(), making.account("epm", "five9s")
    first = told("e1", {SERIAL: "pf3xk2ab", HOST: "nb-1", MAC: M1, UUID: U1})
    save(eset, first, told("e2", {SERIAL: "pf3xk2ab", HOST: "nb-1", MAC: M2, UUID: U2}))
    save(epm, told("f", {SERIAL: "pf3xk2ab", HOST: "nb-1"}))
    assert len(partition()) == 3
    gone = Sighting.objects.get(external_id="e1")
    Sighting.objects.filter(pk=gone.pk).update(life="missing", missing_since=timezone.now() - timedelta(days=3))
    run = making.run(eset)
    Pulse.objects.filter(sighting=gone).update(run_id=0)
    absence.apply_absence(run, timezone.now())
    run.records = 1
    assert Sighting.objects.get(pk=gone.pk).life == "gone"
    assert partition() == [["e1"], ["e2", "f"]]
    save_page(making.run(eset), [first], timezone.now())
    assert len(partition()) == 3


def fleet_of(devices: int) -> None:
    with running(devices=devices, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as sim:
        for vendor in ("eset", "opswat", "five9s"):
            assert sync(account_at(sim.url, vendor)).state == JobState.DONE


class TestUpgrade:
    @pytest.fixture
    def fleet(self) -> None:
        """A fleet as an older version stored it: without derived notations, and with a record on another device."""
        fleet_of(60)

    def test_stored_records_are_read_and_matched_again(self, fleet: None) -> None:
        now = timezone.now()
        before, identifiers = partition(), set(Identifier.objects.values_list("sighting_id", "kind", "key", "junk"))
        Identifier.objects.filter(value="").delete()
        Identifier.objects.filter(kind=SERIAL).update(junk=True)
        stray = Sighting.objects.filter(vendor="five9s").exclude(device__sightings__vendor="opswat").first()
        assert stray is not None
        other = Device.objects.create(created_at=now)
        Sighting.objects.filter(pk=stray.pk).update(device=other)
        assert upgraded(now) > 0
        assert upgrade.carry_on(now) == 0
        assert MatchUpgrade.objects.get().done_at == now
        assert partition() == before
        assert set(Identifier.objects.values_list("sighting_id", "kind", "key", "junk")) == identifiers
        reasons = Change.objects.filter(kind__in=(ChangeKind.MOVED, ChangeKind.MERGED)).values_list("reason", flat=True)
        assert set(reasons) == {upgrade.REASON}

    def test_no_device_comes_apart_while_only_some_of_its_records_are_read(self) -> None:
        """An older version wrote serials in another way: those that are read and those that are not yet would differ."""
        fleet_of(260)
        before = partition()
        assert Sighting.objects.count() > upgrade.AT_ONCE
        Identifier.objects.filter(kind=SERIAL).update(key=Concat(Value("older-"), "key"))
        Change.objects.all().delete()
        assert upgraded(timezone.now()) == 0
        assert partition() == before
        assert not Change.objects.exists()
        assert not Identifier.objects.filter(key__startswith="older-").exists()

    def test_a_dry_run_says_what_would_change_and_changes_nothing(self, fleet: None, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("match", "--dry-run")
        assert "Nothing would change" in capsys.readouterr().out
        stray = Sighting.objects.filter(vendor="five9s", device__sightings__vendor="eset").order_by("pk").first()
        assert stray is not None
        other = Device.objects.create(created_at=timezone.now())
        Sighting.objects.filter(pk=stray.pk).update(device=other)
        call_command("match", "--dry-run")
        printed = capsys.readouterr().out.splitlines()
        assert printed[0].startswith("1 record would move to another device")
        assert printed[1].startswith(f"{stray.name} (")
        assert Sighting.objects.get(pk=stray.pk).device_id == other.pk
