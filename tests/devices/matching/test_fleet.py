"""Simulated machines know which records are truly theirs, so joins can be counted as right and wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, permutations

import pytest
from django.utils import timezone

from devices.matching.apply import rematch_everything
from devices.models import Device, FormerDevice, Identifier, JobState, Join, Life, Sighting
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
VENDORS = ("eset", "opswat", "five9s")
Name = tuple[str, str]  # vendor, external id
Partition = frozenset[frozenset[Name]]


def fetch(sim: Simulation, order: Iterable[str]) -> None:
    for vendor in order:
        quick = {"calls_per_minute": "600"} if vendor == "opswat" else {}
        assert sync(account_at(sim.url, vendor, **quick)).state == JobState.DONE


def truth(sim: Simulation) -> dict[Name, int]:
    found = {}
    for number in range(sim.fleet.size):
        for vendor, ids in sim.fleet.vendor_ids(number).items():
            for external_id in ids:
                found[vendor, str(external_id)] = number
    return found


def partition() -> Partition:
    devices: dict[int, set[Name]] = defaultdict(set)
    for device, vendor, external_id in Sighting.objects.values_list("device", "vendor", "external_id"):
        devices[device].add((vendor, external_id))
    return frozenset(frozenset(names) for names in devices.values())


def explanations() -> dict[Name, tuple[object, ...]]:
    """Every stored explanation, with names instead of ids, which follow the order of arrival."""
    names = {pk: (vendor, external) for pk, vendor, external in Sighting.objects.values_list("pk", "vendor", "external_id")}
    return {
        names[each.pk]: (
            each.kind,
            each.key,
            names.get(each.partner_id or 0),
            each.weak,
            each.evidence,
            [{**miss, "with": names.get(miss.get("with"))} for miss in each.near],
        )
        for each in Join.objects.all()
    }


def joined_pairs(groups: Partition) -> set[frozenset[Name]]:
    return {frozenset(pair) for names in groups for pair in combinations(sorted(names), 2)}


def sharing_pairs(machine_of: dict[Name, int]) -> set[frozenset[Name]]:
    """True pairs that share a serial or MAC that no other machine has."""
    holders: dict[tuple[str, str], set[Name]] = defaultdict(set)
    rows = Identifier.objects.filter(kind__in=(IdKind.SERIAL, IdKind.MAC), junk=False)
    for kind, key, vendor, external in rows.values_list("kind", "key", "sighting__vendor", "sighting__external_id"):
        holders[kind, key].add((vendor, external))
    unspoiled = (names for names in holders.values() if len({machine_of[name] for name in names}) == 1)
    return {frozenset(pair) for names in unspoiled for pair in combinations(sorted(names), 2)}


def nothing_is_left_over() -> None:
    """No device without a sighting, no summary that forgot one, no explanation of nothing, no former id that leads nowhere."""
    assert not Device.objects.filter(sightings=None).exists()
    assert not Join.objects.exclude(sighting__in=Sighting.objects.all()).exists()
    assert not Device.objects.filter(pk__in=FormerDevice.objects.values("pk")).exists()
    seen = defaultdict(set)
    for device, vendor in Sighting.objects.filter(life=Life.SEEN).values_list("device", "vendor"):
        seen[device].add(vendor)
    assert {pk: set(vendors) for pk, vendors in Device.objects.values_list("pk", "vendors")} == seen


@pytest.fixture(scope="module")
def small() -> Iterator[Simulation]:
    with running(devices=600, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as sim:
        yield sim


@pytest.mark.fleets
def test_ten_thousand_machines() -> None:
    with running(devices=10_000, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as sim:
        fetch(sim, ("opswat", "five9s", "eset"))
        machine_of = truth(sim)
    groups = partition()
    joined, wanted = joined_pairs(groups), sharing_pairs(machine_of)
    false = {pair for pair in joined if len({machine_of[name] for name in pair}) > 1}
    true = {frozenset(pair) for names in by_machine(machine_of) for pair in combinations(sorted(names), 2)}
    weak = Join.objects.filter(weak=True).count()
    found = len(joined & wanted) / len(wanted)
    print(
        f"\n{len(machine_of):,} sightings of {sim.fleet.size:,} machines became {len(groups):,} devices: {len(joined):,} pairs joined, "
        f"{len(false)} of them false (precision {1 - len(false) / len(joined):.4f}); of {len(wanted):,} true pairs that share an unspoiled "
        f"serial or MAC {found:.2%} are joined, of all {len(true):,} true pairs {len(joined & true) / len(true):.2%}; {weak} weak joins"
    )
    assert not false
    assert found >= 0.99
    explained = set(Join.objects.exclude(kind="").values_list("sighting__vendor", "sighting__external_id"))
    assert explained == {name for names in groups if len(names) > 1 for name in names}
    nothing_is_left_over()


def by_machine(machine_of: dict[Name, int]) -> list[set[Name]]:
    found: dict[int, set[Name]] = defaultdict(set)
    for name, machine in machine_of.items():
        found[machine].add(name)
    return list(found.values())


@pytest.mark.parametrize("order", list(permutations(VENDORS)), ids="-".join)
def test_every_order_of_syncing_gives_the_same_devices_and_reasons(
    order: tuple[str, ...], small: Simulation, expected: dict[str, object]
) -> None:
    fetch(small, order)
    before = partition(), explanations()
    assert expected.setdefault("devices", before[0]) == before[0]
    assert expected.setdefault("reasons", before[1]) == before[1]
    assert rematch_everything(timezone.now()) == 0
    assert (partition(), explanations()) == before
    nothing_is_left_over()


@pytest.fixture(scope="module")
def expected() -> dict[str, object]:
    """What the first order gave."""
    return {}
