"""Which differences between records are data conflicts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.models import Account, Device, Life, Sighting
from devices.reconciliation import conflicts
from devices.reconciliation.conflicts import agrees
from devices.reconciliation.summary import summarise
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
VENDORS = {"five9s": "five-main", "eset": "eset-main", "opswat": "opswat-main"}
KINDS = {"name": IdKind.HOSTNAME, "serial": IdKind.SERIAL, "user": IdKind.USER}
COLUMN = {"os": "os_family"}


@pytest.fixture
def accounts(db: None) -> dict[str, Account]:
    return {vendor: shown.account(name, vendor) for vendor, name in VENDORS.items()}


def told(accounts: dict[str, Account], field: str, *values: str, **columns: object) -> Device:
    """One device that the vendors, in the order of VENDORS, tell these values of one field about."""
    device = None
    for vendor, value in zip(VENDORS, values, strict=False):
        name = value if field == "name" else "nb-1"
        ids = [(KINDS[field], value)] if field in ("serial", "user") else []
        extra: dict[str, Any] = {**columns} if field == "name" else {**columns, COLUMN.get(field, field): value}
        device = shown.sighting(accounts[vendor], name, device=device, ids=ids, **extra).device
    assert device is not None
    return device


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("name", "nb-1", "NB-1.corp.example"),
        ("serial", "PF 3X K2", "pf3xk2"),
        ("user", "ACME\\anna.becker", "Anna.Becker@acme.example"),
        ("os", "windows", "unknown"),
        ("model", "Latitude 5420", "Dell Inc. LATITUDE-5420"),
        ("model", "20XW CTO1WW", ""),
        ("model", "20XW0012GE", "ThinkPad X1 Carbon Gen 9"),
        ("state", "attention", "critical"),
        ("state", "ok", "critical"),
        ("state", "ok", "unknown"),
        ("serial", "PF3XK2", "To be filled by O.E.M."),
        ("user", "anna", ""),
        ("user", "AzureAD\\JaneSampleRoe", "jane.roe@corp.example"),
        ("user", "AzureAD\\JaneRoe", "CORP\\jroe"),
        ("user", "CORP\\aschmidt", "anna.schmidt@corp.example"),
    ],
)
def test_what_means_the_same_or_says_nothing_is_no_contradiction(accounts: dict[str, Account], field: str, one: str, other: str) -> None:
    assert told(accounts, field, one, other).disagrees == []
    assert told(accounts, field, other, one).disagrees == []


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("name", "nb-1", "nb-2"),
        ("serial", "PF3XK2", "PF3XK3"),
        ("user", "ACME\\anna", "ACME\\berta"),
        ("os", "windows", "linux"),
        ("model", "Latitude 5420", "Latitude 7420"),
    ],
)
def test_what_contradicts_is_named(accounts: dict[str, Account], field: str, one: str, other: str) -> None:
    assert told(accounts, field, one, other).disagrees == [field]
    assert told(accounts, field, one, one, other).disagrees == [field]


@pytest.mark.parametrize(("family", "one", "other", "differs"), [
    ("windows", "Windows 10", "Windows 11", ["os"]), ("windows", "Windows 11", "Windows 11", []), ("windows", "Windows 10", "", []),
    ("windows", "Windows Server 2016", "Windows Server 2022", ["os"]), ("macos", "macOS 15", "macOS 26", ["os"]), ("macos", "", "macOS 26", []),
    ("linux", "Ubuntu 24.04", "Red Hat Enterprise Linux 9", []),
])  # fmt: skip
def test_windows_and_macos_differ_by_release(accounts: dict[str, Account], family: str, one: str, other: str, differs: list[str]) -> None:
    device = shown.sighting(accounts["five9s"], "nb-1", os_family=family, os_release=one, os_name=one).device
    shown.sighting(accounts["eset"], "nb-1", device=device, os_family=family, os_release=other, os_name=other)
    assert Device.objects.get(pk=device.pk).disagrees == differs


def test_a_record_that_knows_the_newer_windows_is_believed(accounts: dict[str, Account]) -> None:
    device = shown.sighting(
        accounts["five9s"], "nb-1", os_family="windows", os_release="Windows 10", os_name="Windows 10 Enterprise"
    ).device
    assert Device.objects.get(pk=device.pk).os_release == "Windows 10"
    newer = shown.sighting(
        accounts["opswat"], "nb-1", device=device, os_family="windows", os_release="Windows 11", os_name="Windows 11 Pro (by build)"
    )
    found = Device.objects.get(pk=device.pk)
    assert (found.os_name, found.os_release, found.disagrees) == ("Windows 11 Pro (by build)", "Windows 11", ["os"])
    Sighting.objects.filter(pk=newer.pk).update(stale=True)
    summarise([device.pk], timezone.now())
    assert Device.objects.get(pk=device.pk).os_release == "Windows 10"


def test_a_readable_model_is_shown_before_a_machine_type(accounts: dict[str, Account]) -> None:
    device = shown.sighting(accounts["five9s"], "nb-1", model="20XW0012GE", manufacturer="LENOVO").device
    assert Device.objects.get(pk=device.pk).model == "20XW0012GE"
    shown.sighting(accounts["eset"], "nb-1", device=device, model="ThinkPad X1 Carbon Gen 9", manufacturer="Lenovo")
    found = Device.objects.get(pk=device.pk)
    assert (found.model, found.disagrees) == ("ThinkPad X1 Carbon Gen 9", [])


def test_only_fresh_words_of_vendors_that_list_the_device_contradict(accounts: dict[str, Account]) -> None:
    for columns in ({"stale": True}, {"life": Life.MISSING}, {"life": Life.GONE}):
        device = told(accounts, "os", "windows")
        shown.sighting(accounts["eset"], "nb-1", device=device, os_family="linux", **columns)
        assert Device.objects.get(pk=device.pk).disagrees == []


def test_one_of_several_serials_in_common_is_enough(accounts: dict[str, Account]) -> None:
    device = shown.sighting(accounts["five9s"], "nb-1", ids=[(IdKind.SERIAL, "PF3XK2"), (IdKind.SERIAL, "PF4YL3")]).device
    shown.sighting(accounts["eset"], "nb-1", device=device, ids=[(IdKind.SERIAL, "PF4YL3")])
    assert Device.objects.get(pk=device.pk).disagrees == []


def test_a_contradiction_ends_with_its_cause(accounts: dict[str, Account]) -> None:
    device = told(accounts, "os", "windows", "linux")
    Sighting.objects.filter(os_family="linux").update(os_family="windows")
    summarise([device.pk], timezone.now())
    assert Device.objects.get(pk=device.pk).disagrees == []


def place_of(device: Device) -> str:
    """Where its row lies in the table: every write puts it elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM devices_device WHERE id = %s", [device.pk])
        return str(cursor.fetchone()[0])


def test_what_stays_the_same_is_not_written(accounts: dict[str, Account]) -> None:
    device = told(accounts, "os", "windows", "linux")
    before = place_of(device)
    summarise([device.pk], timezone.now())
    assert place_of(device) == before


MODELS = st.lists(
    st.sampled_from(["", "5420", "Latitude 5420", "latitude-5420", "Latitude", "LatitudeX", "HP", "É 1"]), min_size=2, max_size=3
)
SERIALS = st.lists(st.sets(st.sampled_from(["PF3XK2", "PF4YL3", "PF5ZM4"]), max_size=2), min_size=2, max_size=3)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(MODELS, SERIALS)
def test_the_page_and_the_summary_compare_alike(accounts: dict[str, Account], models: list[str], serials: list[set[str]]) -> None:
    """What is compared one device at a time (agrees) and by the statement (DIFFERING) comes to the same."""
    device = None
    for (vendor, account), model, some in zip(accounts.items(), models, serials, strict=False):
        ids = [(IdKind.SERIAL, serial) for serial in some]
        device = shown.sighting(account, "nb-1", device=device, model=model, ids=ids).device
        assert vendor in VENDORS
    assert device is not None
    words = conflicts.words(device.pk)
    expected = []
    for field in ("model", "serial"):
        said = [words[pk][field] for pk in sorted(words) if field in words[pk]]  # made in the order of precedence
        if any(not agrees(field, said[0], other) for other in said[1:]):
            expected.append(field)
    assert Device.objects.get(pk=device.pk).disagrees == expected
