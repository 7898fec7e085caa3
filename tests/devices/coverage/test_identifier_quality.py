"""The junk observatory: identifiers that tell devices apart badly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from devices.coverage import identifier_quality
from devices.models import Device, User
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import rows as shown
from tests.devices.runs import account_at, sync
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
DOCK = "00:50:b6:11:22:33"


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=120, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def test_an_identifier_counts_devices_not_records() -> None:
    eset, opswat = shown.account("eset-main", "eset"), shown.account("opswat-main", "opswat")
    for number in range(4):
        first = shown.sighting(eset, f"docked-{number}", ids=[(IdKind.MAC, DOCK)])
        shown.sighting(opswat, f"docked-{number}", device=first.device, ids=[(IdKind.MAC, DOCK)])
    for number in range(3):
        first = shown.sighting(eset, f"pair-{number}", ids=[(IdKind.SERIAL, "SHARED3")])
        shown.sighting(eset, f"pair-{number}", device=first.device, ids=[(IdKind.SERIAL, "SHARED3")])
    found = identifier_quality.shared()
    assert found is not None
    assert [(each.kind, each.value, each.devices) for each in found] == [("mac", DOCK, 4)]


def test_placeholders_are_told_from_real_values_that_many_share() -> None:
    eset = shown.account("eset-main", "eset")
    for number in range(5):
        shown.sighting(eset, f"pc-{number}", ids=[(IdKind.SERIAL, "To be filled by O.E.M."), (IdKind.MAC, DOCK)])
    found = identifier_quality.shared()
    assert found is not None
    assert {(each.kind, each.junk) for each in found} >= {("serial", True)}
    assert all(each.devices == 5 for each in found)


def test_shares_of_missing_and_malformed_identifiers_by_account_and_kind() -> None:
    eset = shown.account("eset-main", "eset")
    shown.sighting(eset, "good", ids=[(IdKind.SERIAL, "PF3XK2")])
    shown.sighting(eset, "placeholder", ids=[(IdKind.SERIAL, "To be filled by O.E.M.")])
    shown.sighting(eset, "nothing")
    shown.sighting(eset, "gone", life="gone")
    by_kind = {each.kind: each for each in identifier_quality.shares()}
    serial, host = by_kind["serial"], by_kind["hostname"]
    assert (serial.records, serial.missing, serial.malformed, serial.usable, serial.percent) == (3, 1, 1, 1, 33)
    assert (host.records, host.missing, host.usable) == (3, 0, 3)


def test_kinds_that_a_vendor_never_tells_are_not_called_missing() -> None:
    for vendor in ("opswat", "five9s"):
        shown.sighting(shown.account(vendor, vendor), f"of-{vendor}")
    assert {(each.account, each.kind) for each in identifier_quality.shares()} == {
        ("opswat", "mac"), ("opswat", "hostname"), ("five9s", "serial"), ("five9s", "hostname"),
    }  # fmt: skip


def test_a_large_account_is_sampled_and_says_so(client: Client, ivan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifier_quality, "SAMPLE", 3)
    eset = shown.account("eset-main", "eset")
    for number in range(5):
        shown.sighting(eset, f"pc-{number}")
    assert {each.records for each in identifier_quality.shares()} == {3}
    client.force_login(ivan)
    assert ">Sample<" in client.get("/coverage/keys/").content.decode()


def test_the_simulated_fleet_shows_its_placeholders(sim: Simulation, client: Client, ivan: User) -> None:
    for vendor in ("eset", "opswat", "five9s"):
        sync(account_at(sim.url, vendor))
    assert any(each.malformed and each.kind == "serial" for each in identifier_quality.shares())
    client.force_login(ivan)
    page = client.get("/coverage/keys/")
    assert page.status_code == 200
    assert "eset-demo" in page.content.decode()
    for each in identifier_quality.shared() or []:
        assert Device.objects.filter(sightings__identifiers__value=each.value).distinct().count() >= each.devices > 3


def test_helpdesk_is_refused(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/coverage/keys/").status_code == 403


def test_counting_that_takes_too_long_is_said_and_the_rest_is_shown(client: Client, ivan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    shown.sighting(shown.account("eset-main", "eset"), "pc")
    monkeypatch.setattr(
        identifier_quality, "_SHARED", f"{identifier_quality._SHARED.replace('count(*) > %s', 'count(*) > %s AND pg_sleep(5) IS NULL')}"
    )
    monkeypatch.setattr(identifier_quality, "PATIENCE_MS", 50)
    monkeypatch.setattr("django.conf.settings.COMMON_KEY_DEVICES", 0)
    client.force_login(ivan)
    page = client.get("/coverage/keys/")
    assert page.status_code == 200
    assert "Counting timed out" in page.content.decode()
    assert "eset-main" in page.content.decode()


def test_the_number_of_queries_does_not_grow(client: Client, ivan: User, django_assert_num_queries: object) -> None:
    eset = shown.account("eset-main", "eset")
    client.force_login(ivan)
    client.get("/coverage/keys/")
    for number in range(6):
        shown.sighting(eset, f"pc-{number}", ids=[(IdKind.MAC, DOCK)])
    with django_assert_num_queries(10):  # type: ignore[operator]
        client.get("/coverage/keys/")
