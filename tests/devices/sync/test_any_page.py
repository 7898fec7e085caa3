"""Whatever pages say, one after the other: nothing raises, every record with an id is stored, and the counts are right.

Few values of each kind, so that records share and lose them all the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from devices.matching.record import FORMER
from devices.models import Device, Identifier, Join, Quarantine, Sighting
from devices.sync.page_writer import WriteResult, save_page
from tests.devices import records as making
from vendors.parsing import normalise
from vendors.records import Entry
from vendors.states import IdKind

pytestmark = pytest.mark.django_db

VALUES: Mapping[IdKind, Sequence[str]] = {
    IdKind.SERIAL: ("PF2ABC1", "PF2ABC2", "PF2ABC3", "PF2ABC4", "VMware-56 4d 11", "Default string"),
    IdKind.BIOS_UUID: ("4c4c4544-0043-3010-8052-b4c04f564231", "4c4c4544-0043-3010-8052-b4c04f564232", "hashed by ESET"),
    IdKind.MAC: ("3C:52:82:11:22:33", "3c-52-82-11-22-34", "0050.56c0.0001", "no address"),
    IdKind.HOSTNAME: ("nb-1", "NB-2.example.com", "nb-3", "nb-4", "nb-5", "localhost"),
    IdKind.USER: ("kiosk", "EXAMPLE\\anna", "administrator"),
    IdKind.IP: ("10.0.0.1", "fe80::1%3", "not an address"),
    IdKind.VENDOR_ID: ("a-1", "A-1"),
    IdKind.NICKNAME: ("front desk", "Front  Desk", "Straße"),
    IdKind.TAG: ("asset 1", "asset 2"),
    IdKind.CUSTOM: ("room 1", "room 2"),
}
VENDORS = ("eset", "opswat", "five9s")
ACCOUNTS = (0, 0, 0, 1, 2)  # vendors of the accounts: several of one vendor too
NAMES = tuple(f"id-{n}" for n in range(8))
AT_ONCE = 8  # pages in a row

Record = dict[IdKind, tuple[str, ...]]
APage = tuple[int, dict[str, Record]]


def records() -> st.SearchStrategy[Record]:
    """Mostly one value of a kind, sometimes none or two."""
    kinds: dict[IdKind, st.SearchStrategy[tuple[str, ...]]] = {
        kind: st.sampled_from([*((value,) for value in values), *((value,) for value in values), (), tuple(values[:2])])
        for kind, values in VALUES.items()
    }
    return st.fixed_dictionaries(kinds)


def pages(*, least: int) -> st.SearchStrategy[list[APage]]:
    page = st.dictionaries(st.sampled_from(NAMES), records(), min_size=5, max_size=len(NAMES))
    return st.lists(st.tuples(st.integers(0, len(ACCOUNTS) - 1), page), min_size=least, max_size=AT_ONCE)


def entry(name: str, record: Record) -> Entry:
    told = (normalise.identifier(kind, value) for kind, values in record.items() for value in values)
    return making.entry(name, identifiers=tuple(each for each in told if each))


def keys(of: Entry) -> set[tuple[str, str, bool]]:
    return {(each.kind.value, each.key, each.junk) for each in of.read().identifiers}


def stored() -> dict[tuple[str, str], set[tuple[str, str, bool]]]:
    """Account and external id of every sighting → its keys."""
    names = {pk: (account, external) for pk, account, external in Sighting.objects.values_list("pk", "account__name", "external_id")}
    found: dict[tuple[str, str], set[tuple[str, str, bool]]] = {name: set() for name in names.values()}
    for pk, kind, key, junk in (
        Identifier.objects.exclude(value="").exclude(kind__in=FORMER.values()).values_list("sighting", "kind", "key", "junk")
    ):
        found[names[pk]].add((kind, key, junk))
    return found


def expected(before: Mapping[tuple[str, str], Entry], now: Mapping[tuple[str, str], Entry]) -> WriteResult:
    counts = Counter(
        "created" if name not in before else "unchanged" if before[name].digest == now[name].digest else "changed" for name in now
    )
    return WriteResult(**counts)


def every_page_is_stored(told: Sequence[APage]) -> None:
    runs = [making.run(making.account(f"account-{number}", VENDORS[place])) for number, place in enumerate(ACCOUNTS)]
    held: dict[tuple[str, str], Entry] = {}
    for number, (place, page) in enumerate(told):
        account = runs[place].account.name
        note(f"page {number + 1} of {account}")
        listed = {(account, name): entry(name, record) for name, record in page.items()}
        assert save_page(runs[place], list(listed.values()), timezone.now()) == expected(held, listed)
        held |= listed
        assert stored() == {name: keys(each) for name, each in held.items()}
    assert not Quarantine.objects.exists()
    assert not Device.objects.filter(sightings=None).exists()
    assert not Join.objects.exclude(sighting__in=Sighting.objects.all()).exists()


def rolled_back(told: Sequence[APage]) -> None:
    with transaction.atomic():
        every_page_is_stored(told)
        transaction.set_rollback(True)


ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(ANY, max_examples=20)
@given(pages(least=1))
def test_any_page_is_stored(told: Sequence[APage]) -> None:
    rolled_back(told)


@pytest.mark.fleets
@settings(ANY, max_examples=10_000 // AT_ONCE)
@given(pages(least=AT_ONCE))
def test_ten_thousand_pages_are_stored(told: Sequence[APage]) -> None:
    rolled_back(told)
