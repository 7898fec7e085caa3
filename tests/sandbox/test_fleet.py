"""The simulated fleet: deterministic, seekable, awkward and alive."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.eset import records as eset_view
from sandbox.five9s import records as five9s_view
from sandbox.fleet import edge_cases
from sandbox.fleet.activity import DAY
from sandbox.fleet.fleet import VENDORS, Fleet
from sandbox.opswat import records as opswat_view

NOON = 1_770_000_000.0


def frozen(size: int = 60, seed: int = 7) -> Fleet:
    return Fleet(seed, size, frozen_at=NOON)


def rendered(fleet: Fleet) -> str:
    views = {
        "eset": lambda e: eset_view.device(fleet, e, NOON),
        "opswat": lambda e: opswat_view.device(fleet, e, NOON),
        "five9s": lambda e: five9s_view.device(fleet, e, NOON, sections=five9s_view.SECTIONS["RequestAllInfos"]),
    }
    return json.dumps({vendor: [views[vendor](entry) for entry in fleet.entries(vendor)] for vendor in VENDORS})


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert rendered(frozen()) == rendered(frozen())
    assert rendered(frozen()) != rendered(frozen(seed=8))


@pytest.mark.parametrize("vendor", VENDORS)
def test_any_page_equals_the_slice_of_the_whole(vendor: str) -> None:
    fleet = Fleet(7, 1000, clock=Clock(start=NOON))
    assert fleet.snapshot(vendor).holes
    whole = [entry.position for entry in fleet.entries(vendor)]
    assert len(whole) == fleet.count(vendor) == len(set(whole))
    for start in (0, 37, 400, len(whole) - 3):
        assert [entry.position for entry in fleet.page(vendor, start=start, limit=50)] == whole[start : start + 50]


@pytest.mark.parametrize("vendor", VENDORS)
def test_ids_are_unique_and_stay_when_the_fleet_grows(vendor: str) -> None:
    small, large = list(frozen(90).ids(vendor)), list(frozen(1000).ids(vendor))
    assert len(set(large)) == len(large)
    assert large[: len(small)] == small


def test_a_page_deep_in_a_million_is_computed_directly() -> None:
    fleet = frozen(1_000_000)
    page = fleet.page("eset", start=800_000, limit=1000)
    assert len(page) == 1000
    uuid = fleet.vendor_id("eset", page[-1].position)
    assert fleet.find("eset", uuid) == page[-1]
    assert fleet.find("eset", uuid[:-1] + ("0" if uuid[-1] != "0" else "1")) is None


def test_more_than_half_are_seen_by_all_three_and_sixty_machines_are_sixty() -> None:
    fleet = Fleet(7, 60)
    assert sum(len(machine.vendors) == 3 for machine in fleet.machines()) == 33
    listed = {entry.machine.index for vendor in VENDORS for entry in fleet.entries(vendor)}
    assert listed == set(range(60))


def test_the_truth_names_every_record_of_a_machine() -> None:
    fleet = frozen(120)
    for vendor in VENDORS:
        truth = [vendor_id for index in range(120) for vendor_id in fleet.vendor_ids(index).get(vendor, ())]
        assert sorted(truth) == sorted(fleet.ids(vendor))


def test_sixty_machines_have_every_main_awkward_case() -> None:
    fleet = frozen()
    machines = list(fleet.machines())
    oddities = {machine.oddity for machine in machines}
    assert oddities >= {"placeholder-serial", "zero-bios-uuid", "dock", "hostname-double", "renamed", "fqdn", "umlaut",
                        "hostile", "formula", "unknown-enum", "pending", "muted", "exempt", "excluded", "partial",
                        "phone", "vm", "re-enrolled", "reinstalled", "re-added", "master-image"}  # fmt: skip
    docks = [machine.macs[2] for machine in machines if machine.oddity == "dock"]
    assert len(docks) == 3 and len(set(docks)) == 1
    names = [machine.hostname for machine in machines if machine.oddity in ("hostname-owner", "hostname-double")]
    assert len(names) == 2 and len(set(names)) == 1
    assert sorted(len(ids) for m in machines for ids in fleet.vendor_ids(m.index).values())[-3:] == [2, 2, 2]
    text = rendered(fleet)
    for expected in ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "DEVICE_FUNCTIONALITY_STATUS_ISOLATED"):
        assert expected in text


def test_a_vmware_serial_is_the_bios_uuid_with_swapped_bytes() -> None:
    machine = next(machine for machine in frozen().machines() if machine.model.serial == "vmware")
    serial = machine.serial.removeprefix("VMware-").replace("-", " ").split()
    uuid = bytes.fromhex(machine.bios_uuid.replace("-", ""))
    assert serial[:4] == [f"{byte:02x}" for byte in reversed(uuid[:4])]
    assert serial[8:] == [f"{byte:02x}" for byte in uuid[8:]]


def test_cloned_machines_share_serial_and_uuid_but_no_mac() -> None:
    machines = list(frozen(600).machines())
    source = next(machine for machine in machines if machine.oddity == "clone-source")
    clone = next(machine for machine in machines if machine.oddity == "cloned")
    assert (source.serial, source.bios_uuid) == (clone.serial, clone.bios_uuid)
    assert source.macs != clone.macs


def test_version_ids_are_texts_beyond_the_floats() -> None:
    records = (eset_view.device(frozen(), entry, NOON) for entry in frozen().entries("eset"))
    component = next(record["deployedComponents"][0] for record in records if "deployedComponents" in record)
    version = component["version"]["id"]
    assert isinstance(version, str) and int(version) > 2**53 and int(float(version)) != int(version)


def test_last_seen_moves_with_the_clock_and_never_back() -> None:
    clock = Clock(start=NOON)
    fleet = Fleet(7, 60, clock=clock)
    before = {d["uuid"]: d["lastSyncTime"] for d in _eset(fleet, clock.now()) if "lastSyncTime" in d}
    clock.forward(3600)
    after = {d["uuid"]: d["lastSyncTime"] for d in _eset(fleet, clock.now()) if "lastSyncTime" in d}
    assert all(after[uuid][:19] >= before[uuid][:19] for uuid in before.keys() & after.keys())
    assert sum(after.get(uuid) != seen for uuid, seen in before.items()) > 30


def test_issues_appear_and_heal() -> None:
    fleet = Fleet(7, 600, clock=Clock(start=NOON))
    early = {d["uuid"]: d.get("functionalityStatus") for d in _eset(fleet, NOON)}
    late = {d["uuid"]: d.get("functionalityStatus") for d in _eset(fleet, NOON + DAY / 2)}
    good = "DEVICE_FUNCTIONALITY_STATUS_OK"
    assert any(early[uuid] == good != late[uuid] for uuid in early)
    assert any(early[uuid] != good == late[uuid] for uuid in early)


def test_a_few_devices_come_and_go_each_day() -> None:
    clock = Clock(start=NOON)
    fleet = Fleet(7, 6000, clock=clock)
    today = set(fleet.ids("five9s"))
    clock.forward(DAY)
    tomorrow = set(fleet.ids("five9s"))
    assert 0 < len(today - tomorrow) < 10 and 0 < len(tomorrow - today) < 10


@pytest.mark.parametrize("vendor", VENDORS)
def test_exactly_the_asked_share_of_records_changes(vendor: str) -> None:
    fleet = frozen(1000)
    fleet.change(5)
    assert sum(entry.revision == 1 for entry in fleet.entries(vendor)) == fleet.count(vendor) * 5 // 100


def test_a_change_alters_exactly_the_changed_records() -> None:
    plain, changed = frozen(300), frozen(300)
    changed.change(10)
    pairs = zip(_eset(plain, NOON), _eset(changed, NOON), strict=True)
    different = sum(one != other for one, other in pairs)
    # a placeholder has nothing to change but its etag, which counts
    assert different == plain.count("eset") // 10


def test_shrinking_lists_the_first_records_only() -> None:
    fleet = frozen(200)
    whole = list(fleet.ids("opswat"))
    fleet.shrink(9, vendor="opswat")
    assert list(fleet.ids("opswat")) == whole[:9]
    assert fleet.count("eset") > 9
    fleet.shrink(None)
    assert list(fleet.ids("opswat")) == whole


def test_a_million_machines_stream_one_by_one() -> None:
    assert [machine.index for machine in islice(frozen(1_000_000).machines(), 5)] == [0, 1, 2, 3, 4]


def _eset(fleet: Fleet, at: float) -> list[dict[str, Any]]:
    return [eset_view.device(fleet, entry, at) for entry in fleet.entries("eset")]


def test_without_hostile_texts_the_fleet_is_the_same_but_for_them() -> None:
    attacks = [text for text in (*edge_cases.HOSTILE, *edge_cases.FORMULAS) if text.strip() and "%s" not in text]
    hostile, plain = Fleet(7, 120, frozen_at=NOON), Fleet(7, 120, frozen_at=NOON, hostile=False)

    def texts(fleet: Fleet) -> str:
        return json.dumps(json.loads(rendered(fleet)), ensure_ascii=False)

    assert any(json.dumps(text, ensure_ascii=False)[1:-1] in texts(hostile) for text in attacks)
    assert not [text for text in attacks if json.dumps(text, ensure_ascii=False)[1:-1] in texts(plain)]
    assert [fleet.snapshot(vendor).count for fleet in (hostile,) for vendor in VENDORS] == [
        plain.snapshot(vendor).count for vendor in VENDORS
    ]
