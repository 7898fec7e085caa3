"""Generated fleet: records of ESET (two accounts), OPSWAT and five(9)s with the machine of each, and the pairs that rules.md proves.

The share of a case is in machines per thousand; even a small fleet has each case a few times, so that none is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tests.identity import cases, cases_reenrolled, cases_shared
from tests.identity.provable import Judge, Pair
from tests.identity.record import Record
from tests.identity.vendor_json import Vendors
from tests.identity.world import World

Case = Callable[[Vendors], None]
LEAST = 2  # times that each case occurs, however small the fleet is
SHARES: dict[Case, float] = {
    cases.long_name: 70,
    cases.foreign_name: 8,
    cases.full_name: 60,
    cases.workgroup: 15,
    cases.other_name_at_five9s: 8,
    cases.placeholder_serial: 25,
    cases.placeholder_at_one: 12,
    cases.placeholder_uuid: 12,
    cases.no_serial_dell: 6,
    cases.no_serial_proliant: 4,
    cases.no_serial_vmware: 4,
    cases.second_account: 15,
    cases.gigabyte: 3,
    cases.adapter_only: 15,
    cases.local_mac: 45,
    cases.hypervisor: 50,
    cases.private_wlan: 10,
    cases.apple_t2: 15,
    cases.entra: 35,
    cases.two_logins: 15,
    cases.second_user: 15,
    cases.hashed: 10,
    cases.missing_fields: 20,
    cases.malformed: 4,
    cases.phone: 45,
    cases.default_name: 6,
    cases_reenrolled.enrolled_again: 12,
    cases_reenrolled.reimaged_same_name: 12,
    cases_reenrolled.reimaged_new_name: 20,
    cases_reenrolled.new_mainboard: 5,
    cases_shared.docks: 8,
    cases_shared.only_the_dock: 1.5,
    cases_shared.dock_and_default_name: 0.5,
    cases_shared.adapter_that_all_have: 0.5,
    cases_shared.container_bridge: 1,
    cases_shared.setup_users: 1,
    cases_shared.no_person: 0.5,
    cases_shared.placeholder_and_name: 0.3,
    cases_shared.placeholder_uuid_and_name: 0.3,
    cases_shared.clones: 2,
    cases_shared.clones_with_own_uuids: 1,
    cases_shared.two_products: 1,
    cases_shared.replaced: 5,
    cases_shared.name_given_twice: 2,
    cases_shared.two_domains: 2,
    cases_shared.two_domains_two_accounts: 0.5,
    cases_shared.passed_on: 1,
    cases_shared.one_address: 2,
    cases_shared.one_person: 3,
    cases_shared.one_beginning: 3,
}


@dataclass(frozen=True)
class Fleet:
    records: tuple[Record, ...]
    provable: dict[Pair, str]
    machines: int

    @cached_property
    def machine_of(self) -> dict[tuple[str, str], int]:
        return {each.name: each.machine for each in self.records}

    @cached_property
    def case_of(self) -> dict[tuple[str, str], str]:
        return {each.name: each.case for each in self.records}

    @cached_property
    def vendor_of(self) -> dict[tuple[str, str], str]:
        return {each.name: each.vendor for each in self.records}


def generated(size: int, *, seed: int, now: datetime) -> Fleet:
    """`size`: machines; `now`: the time of the last sync."""
    vendors = Vendors(World(seed, now))
    for case, share in SHARES.items():
        for _ in range(max(LEAST, math.floor(size * share / 1000))):
            case(vendors)
    while vendors.world.machines < size:
        cases.plain(vendors)
    records = list(vendors.records)
    vendors.world.dice.shuffle(records)
    judge = Judge(records, live_at=lambda record: now - record.contact)
    return Fleet(tuple(records), judge.pairs(), vendors.world.machines)
