"""A fleet in which every field of every record of every vendor is bad once: nobody disappears, and everything that was done is told."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from devices.accounts.field_repairs import repaired
from devices.models import Account, Device, DeviceGroup, JobState, Life, Quarantine, Sighting, SyncRun, User
from devices.search.queries import search
from patching.models import Attempt, Patch
from sandbox.eset import groups as eset_groups
from sandbox.faults import bad_fields
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync
from tests.patching.runs import Hand
from vendors.field_repairs import FieldFault
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
IDS = {"eset": "uuid", "opswat": "hwid", "five9s": "Computer_Idn"}
LISTS = {"eset": "devices", "opswat": "", "five9s": "Results"}


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=180, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def spoiled_fields(sim: Simulation, vendor: str, name: str) -> set[str]:
    return {field for (kind, field), times in sim.world.corruption[vendor].fields.items() if kind == name and times}


def without_id(sim: Simulation, vendor: str) -> set[str]:
    """Devices whose id itself is bad, and so that no other field says it."""
    done = sim.world.corruption[vendor].done.items()
    return {known for (kind, known), (path, _) in done if kind == LISTS[vendor] and path == (IDS[vendor],)}


@pytest.mark.parametrize("vendor", IDS)
def test_every_device_that_has_an_id_is_listed_and_found(sim: Simulation, vendor: str) -> None:
    sim.fault(f"{vendor}:corrupt")
    account = account_at(sim.url, vendor)
    run = sync(account)
    assert (run.state, run.error, run.quarantined) == (JobState.DONE, "", 0)
    listed = set(map(str, sim.fleet.ids(vendor)))
    held = set(Sighting.objects.filter(life=Life.SEEN).values_list("external_id", flat=True))
    nameless = listed - held
    assert nameless <= without_id(sim, vendor) and held <= listed
    assert len(held) + run.rejected == sim.fleet.count(vendor) and run.rejected == len(nameless)
    fields = spoiled_fields(sim, vendor, LISTS[vendor])
    assert len(fields) >= 20 and all(times for times in sim.world.corruption[vendor].fields.values())
    for sighting in Sighting.objects.all():
        assert sighting.device_id in [match.device["id"] for match in search(sighting.external_id).matches], sighting.external_id
    assert not Quarantine.objects.exclude(external_id__startswith="(no id").exists()


@pytest.mark.parametrize("vendor", IDS)
def test_what_was_repaired_is_told_everywhere(sim: Simulation, vendor: str, client: Client, alice: User) -> None:
    sim.fault(f"{vendor}:corrupt")
    account = account_at(sim.url, vendor)
    sync(account)
    held = list(Sighting.objects.filter(repairs__isnull=False))
    assert len(held) > 20
    out = io.StringIO()
    call_command("export", "devices", "--format", "jsonl", stdout=out)
    told = {seen["external_id"]: seen["repaired"] for line in out.getvalue().splitlines() for seen in json.loads(line)["sightings"]}
    for each in held:
        repairs = each.repairs or []
        assert told[each.external_id] == [{"field": field, "fault": fault} for field, fault in repairs]
        assert all(FieldFault.of(fault) for _, fault in repairs)
    out = io.StringIO()
    call_command("account", "list", "--json", stdout=out)
    (document,) = json.loads(out.getvalue())
    devices = {each.device_id for each in held}
    assert document["repaired_devices"] == repaired(account).devices == len(devices)
    client.force_login(alice)
    page = client.get(reverse("devices:account", args=[account.name])).content.decode()
    assert f"?account={account.name}&amp;repaired=yes&amp;life=all" in page and f"{len(devices)} devices" in page
    rows = client.get(reverse("devices:list"), {"account": account.name, "repaired": "yes", "life": "all"}).content.decode()
    assert f"{len(devices)} devices" in rows
    for each in held[:5]:
        detail = client.get(reverse("devices:detail", args=[each.device_id])).content.decode()
        assert "Repaired fields" in detail and FieldFault.labelled((each.repairs or [])[0][1]) in detail.replace("&#x27;", "'")
        raw = client.get(reverse("devices:raw", args=[each.device_id, each.pk]))
        assert raw.status_code == 200


def test_a_second_poll_of_the_same_bad_records_changes_nothing(sim: Simulation) -> None:
    for vendor in IDS:
        sim.fault(f"{vendor}:corrupt")
        account = account_at(sim.url, vendor)
        first, second = sync(account), sync(account)
        assert (second.created, second.changed, second.missing, second.withheld) == (0, 0, 0, 0)
        assert second.records == first.records and SyncRun.objects.count()


def test_repairs_go_when_the_vendor_sends_the_record_well_again(sim: Simulation) -> None:
    for vendor in IDS:
        account = account_at(sim.url, vendor)
        sim.fault(f"{vendor}:corrupt")
        sync(account)
        sim.clear_faults()
        run = sync(account)
        assert (run.state, run.rejected, run.missing, run.withheld) == (JobState.DONE, 0, 0, 0)
    left = list(Sighting.objects.filter(repairs__isnull=False).values_list("vendor", "repairs"))
    assert [each for each in left if each[1] != [["remediation_link", "unusable_link"]]] == [], left
    assert set(Account.objects.values_list("health", flat=True)) == {"ok"}


def test_groups_patches_and_attempts_are_kept_too(sim: Simulation, client: Client, alice: User) -> None:
    account = account_at(sim.url, "eset")
    sim.fault("eset:corrupt")
    run = sync(account)
    groups = {each["uuid"] for each in eset_groups.groups()}
    stored = set(DeviceGroup.objects.values_list("external_id", flat=True))
    spoiled = {
        known for (kind, known), (path, _) in sim.world.corruption["eset"].done.items() if kind == "deviceGroups" and path == ("uuid",)
    }
    assert stored == groups - spoiled and stored
    assert {kind for kind, *_ in run.repairs} == {"group"}
    hand = Hand(sim)
    for source, model in ((Source.ATTEMPTS, Attempt), (Source.RECENT, Attempt), (Source.PATCHES, Patch)):
        before = model.objects.count()
        walk = hand.poll(account, source)
        assert (walk.state, walk.error) == (JobState.DONE, "")
        # Without its id, or without the object that it is about, a record tells nothing.
        essential = (("uuid",), ("deviceUuid",)) if source is Source.PATCHES else (("application",), ("package",), ("operatingSystem",))
        worthless = sum(path in essential for path, _ in sim.world.corruption["eset"].done.values())
        assert walk.records > 20 and walk.rejected <= worthless
        assert walk.repairs and (model.objects.count() > before or source is Source.RECENT)
    client.force_login(alice)
    panel = client.get(reverse("patching:readings", args=[account.name]), headers={"HX-Request": "true"}).content.decode()
    assert panel.count("Repaired field <span") > 3 and "applicationPatch." in panel
    assert "(group)</span>" in client.get(reverse("devices:account", args=[account.name])).content.decode()


def test_every_value_is_used_on_every_vendor(sim: Simulation) -> None:
    for vendor in IDS:
        sim.fault(f"{vendor}:corrupt")
        sync(account_at(sim.url, vendor))
        assert {number for _, number in sim.world.corruption[vendor].done.values()} == set(range(len(bad_fields.VALUES)))
    assert Device.objects.exists()
