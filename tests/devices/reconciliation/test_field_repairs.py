"""PostgreSQL takes the raw answer of every record that a mapper kept, and identifiers that lost characters join no devices."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from django.db import connection
from django.utils import timezone

from devices.models import Device, Identifier, Sighting
from devices.search.queries import search
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.vendors import invalid_records
from tests.vendors.parsing.test_fields import CASES, KINDS, Kind
from vendors.eset import mapping as eset
from vendors.opswat import mapping as opswat
from vendors.parsing.pages import json_pages
from vendors.records import Entry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DEVICES = [kind for kind in KINDS if "device" in kind.name or "placeholder" in kind.name]


@pytest.mark.parametrize("kind", DEVICES, ids=lambda kind: kind.name)
def test_whatever_is_kept_can_be_stored(kind: Kind) -> None:
    kept: list[str] = []
    for owner, path in CASES:
        if owner is kind:
            for bad in invalid_records.BAD.values():
                found, _ = kind.read([invalid_records.spoiled(kind.record, path, bad)])
                kept += [each["raw"].decode() for each in found]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(raw::jsonb) FROM unnest(%s::text[]) AS raw", [kept])
        assert cursor.fetchone()[0] == len(kept) > 50


def eset_entries(*records: object) -> tuple[Entry, ...]:
    body = json.dumps({"devices": records}).encode()
    return eset.entries(json_pages.page(body, type=eset.DeviceListing, operation="list").devices or [], now=NOW)[0]


def test_two_devices_with_the_same_damaged_serial_stay_two_and_both_are_found() -> None:
    bios = [{"bios": {"serialNumber": "PF3\0K2AB", "uuid": "4C4C4544-\ud800"}}]
    records = [{"uuid": f"device-{number}", "originalDisplayName": f"NB-{number}", "hardwareProfiles": bios} for number in (1, 2)]
    save_page(making.run(making.account()), eset_entries(*records), timezone.now())
    other = {"hwid": "HW1", "hostname": "NB-\0", "network_info": [{"mac_addr": "8C:8C:AA:00:00:0\0"}]}
    same = {
        "uuid": "device-3",
        "originalDisplayName": "NB-\0",
        "hardwareProfiles": [{"networkAdapters": [{"macAddress": "8C:8C:AA:00:00:0\0"}]}],
    }
    save_page(making.run(making.account("eset-second")), eset_entries(same), timezone.now())
    (entry,), _ = opswat.entries([msgspec.Raw(json.dumps(other).encode())], now=NOW)
    save_page(making.run(making.account("opswat-main", "opswat")), [entry], timezone.now())
    assert Device.objects.count() == Sighting.objects.count() == 4
    assert not Identifier.objects.filter(value__contains="\ufffd", junk=False).exists()
    assert len(search("PF3\ufffdK2AB").matches) == 2 and {match.device["serial"] for match in search("pf3").matches} == {"PF3\ufffdK2AB"}


def test_a_field_that_is_well_again_is_no_longer_reported() -> None:
    run = making.run(making.account())
    save_page(run, eset_entries({"uuid": "a", "displayName": "NB\0"}, {"uuid": "b", "displayName": "PC"}), timezone.now())
    assert dict(Sighting.objects.values_list("external_id", "repairs")) == {"a": [["displayName", "invalid_characters"]], "b": None}
    assert Sighting.objects.get(external_id="a").raw["displayName"] == "NB\ufffd"
    save_page(run, eset_entries({"uuid": "A", "displayName": "NB"}), timezone.now())
    assert Sighting.objects.get(external_id="a").repairs is None
