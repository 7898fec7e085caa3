"""ESET writes one id in capitals here and in small letters there: it is one record, also for what was stored before that was known."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.functions import Upper
from django.utils import timezone

from devices.models import Device, DeviceGroup, Identifier, JobState, Life, Pulse, Sighting, SyncRun
from devices.search.queries import search
from patching.models import Attempt, Patch
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync
from tests.patching.runs import Hand
from vendors.base import Scope
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
MIGRATION = "0016_repairs"


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


def migrate() -> None:
    module = importlib.import_module(f"devices.migrations.{MIGRATION}")
    with connection.cursor() as cursor:
        for statement in (module.SIGHTINGS, module.GROUP_IDS, module.IDENTIFIERS, module.OTHER_GROUPS, module.GROUPS):
            cursor.execute(statement)
    with connection.schema_editor(atomic=False) as editor:
        importlib.import_module("patching.migrations.0009_repairs").rename(apps, editor)
    module = importlib.import_module("installers.migrations.0004_repairs")
    with connection.cursor() as cursor:
        cursor.execute(module.IDS)
        cursor.execute(module.GROUPS)


def same(run: SyncRun) -> None:
    assert (run.state, run.error) == (JobState.DONE, "")
    assert (run.created, run.missing, run.withheld, run.rejected) == (0, 0, 0, 0)


def test_a_list_in_capitals_is_the_same_list(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    sync(account)
    before = set(Sighting.objects.values_list("external_id", "group_id", "device_id"))
    groups = set(DeviceGroup.objects.values_list("external_id", "parent_id"))
    sim.fault("eset:capitals")
    same(sync(account))
    assert set(Sighting.objects.values_list("external_id", "group_id", "device_id")) == before
    assert set(DeviceGroup.objects.values_list("external_id", "parent_id")) == groups
    ids = tuple(each[0] for each in sorted(before))[:20]
    named = sync(account, Scope(ids=tuple(each.upper() for each in ids)))
    assert (named.state, named.records, named.absent, named.created) == (JobState.DONE, 20, [], 0)


def test_patches_and_attempts_in_capitals_are_the_same(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    sync(account)
    hand = Hand(sim)
    for source in Source:
        hand.poll(account, source)
    counts = Patch.objects.count(), Attempt.objects.count(), Attempt.objects.filter(last=True).count()
    sim.fault("eset:capitals")
    for source in Source:
        hand.poll(account, source)
    assert (Patch.objects.count(), Attempt.objects.count(), Attempt.objects.filter(last=True).count()) == counts
    assert all(counts)


def test_what_was_stored_in_capitals_is_not_listed_anew(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    sync(account)
    hand = Hand(sim)
    for source in Source:
        hand.poll(account, source)
    digests = set(Attempt.objects.values_list("exact", "loose"))
    counts = Patch.objects.count(), Attempt.objects.count()
    before = set(Sighting.objects.values_list("external_id", "group_id", "device_id"))
    Sighting.objects.update(external_id=Upper("external_id"), group_id=Upper("group_id"))
    DeviceGroup.objects.update(external_id=Upper("external_id"), parent_id=Upper("parent_id"))
    Identifier.objects.filter(kind="vendor_id").update(key=Upper("key"), value=Upper("value"))
    Patch.objects.update(device_ref=Upper("device_ref"), key=Upper("key"))
    for number, attempt in enumerate(Attempt.objects.filter(exact__isnull=False)):
        Attempt.objects.filter(pk=attempt.pk).update(device_ref=attempt.device_ref.upper(), exact=number.to_bytes(16, "big"))
    migrate()
    assert set(Sighting.objects.values_list("external_id", "group_id", "device_id")) == before
    assert {(bytes(exact or b""), bytes(loose)) for exact, loose in Attempt.objects.values_list("exact", "loose")} == {
        (bytes(exact or b""), bytes(loose)) for exact, loose in digests
    }
    same(sync(account))
    for source in Source:
        assert hand.poll(account, source).created == 0
    assert (Patch.objects.count(), Attempt.objects.count()) == counts


def test_a_device_that_was_stored_in_both_spellings_is_one_after_the_next_list(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    sync(account)
    listed = Sighting.objects.count()
    twins = list(Sighting.objects.order_by("pk")[:40])
    for each in twins:  # as an older version stored them when the vendor changed to small letters
        device = Device.objects.create(name=each.name, created_at=timezone.now())
        each.pk, each.external_id, each.device = None, each.external_id.upper(), device
        each.save()
    assert Sighting.objects.filter(life=Life.SEEN).count() == listed + 40
    migrate()
    assert Sighting.objects.filter(life=Life.SEEN).count() == listed
    for each in Sighting.objects.filter(life=Life.MISSING):
        Pulse.objects.create(sighting=each, fetched_at=timezone.now() - timedelta(days=1), run_id=0)
    run = sync(account)
    same(run)
    assert Sighting.objects.filter(life=Life.SEEN).count() == listed and Sighting.objects.filter(life=Life.GONE).count() == 40


def test_an_id_is_found_in_either_spelling(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    sync(account)
    sighting = Sighting.objects.order_by("pk").first()
    assert sighting is not None
    for spelling in (sighting.external_id, sighting.external_id.upper()):
        assert search(spelling).opens == sighting.device_id
