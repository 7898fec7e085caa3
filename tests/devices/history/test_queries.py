"""Activity of a device: complete, as text, newest first, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.history.queries import timeline
from devices.models import Account, Change, ChangeKind, Device, JobState, Note, Sighting, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def device() -> Device:
    """Without any change: only its first sighting."""
    made = shown.sighting(shown.account("eset-main", "eset"), "nb-1").device
    Change.objects.all().delete()
    return made


def change(device: Device, kind: ChangeKind = ChangeKind.FIELD, *, minutes: float = 0, **columns: object) -> Change:
    return Change.objects.create(device=device, at=timezone.now() + timedelta(minutes=minutes), kind=kind, **columns)


def words(device: Device) -> list[str]:
    return [entry.words for entry in timeline(device.pk).entries]


def text(user: User, device: Device, address: str = "timeline/") -> str:
    return " ".join(signed_in(user).get(f"/devices/{device.pk}/{address}").content.decode().split())


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"kind": ChangeKind.FIELD, "field": "os_name"}, "Operating system changed"),
        ({"kind": ChangeKind.STATE}, "Status changed"),
        ({"kind": ChangeKind.MISSING}, "Missing from the full sync of eset-main"),
        ({"kind": ChangeKind.GONE}, "Removed from eset-main: missing from two full syncs"),
        ({"kind": ChangeKind.RETURNED}, "Reported again by eset-main"),
        ({"kind": ChangeKind.RETIRED, "after": "retired"}, "Retired"),
        ({"kind": ChangeKind.RETIRED, "before": "retired", "after": "seen"}, "Restored"),
        ({"kind": ChangeKind.WOKEN}, "Restored: checked in at eset-main"),
        ({"kind": ChangeKind.TAGGED, "after": "vip"}, "Tag added"),
        ({"kind": ChangeKind.TAGGED, "before": "vip"}, "Tag removed"),
        ({"kind": ChangeKind.SETTLED, "field": "user", "after": "anna"}, "User: conflict resolved"),
        ({"kind": ChangeKind.SETTLED, "field": "user", "actor_name": "ivan"}, "User: conflict reopened"),
        ({"kind": ChangeKind.SETTLED, "field": "user"}, "User: conflict reopened, the reported values changed"),
        ({"kind": ChangeKind.TRIAGED, "field": "muted", "after": "eset-main: Firewall"}, "Muted: eset-main: Firewall"),
        ({"kind": ChangeKind.TRIAGED, "field": "snoozed", "before": "2026-12-06", "after": "x"}, "Snoozed until 6 Dec 2026: x"),
        ({"kind": ChangeKind.MOVED, "after": "7"}, "Record moved to another device"),
    ],
)
def test_every_kind_has_its_words(device: Device, columns: dict[str, object], told: str) -> None:
    change(device, **{"account_id": Account.objects.get().pk, **columns})  # type: ignore[arg-type]
    assert words(device)[0] == told


def test_no_kind_is_without_words(bob: User, device: Device) -> None:
    for kind in ChangeKind:
        change(device, kind)
    entries = timeline(device.pk).entries
    assert all(entry.words and entry.words != entry.kind and "{" not in entry.words for entry in entries)
    assert len(entries) == len(ChangeKind) + 1 and text(bob, device).count('class="event"') == len(entries)


def test_changes_notes_and_the_first_sight_are_one_list(device: Device, ivan: User) -> None:
    change(device, minutes=1, field="name", before="nb-0", after="nb-1")
    Note.objects.create(device=device, text="Docking station is broken", author_name="bob", at=timezone.now() + timedelta(minutes=2))
    change(device, ChangeKind.STATE, minutes=3, before="ok", after="critical")
    assert words(device) == ["Status changed", "Note", "Name changed", "First seen in ESET"]
    page = text(ivan, device)
    assert "Docking station is broken" in page and "nb-0" in page and page.index("is-critical") < page.index("Docking")


def test_an_entry_leads_to_the_account_and_the_very_fetch(device: Device, ivan: User, bob: User) -> None:
    run = shown.fetch(Account.objects.get(), state=JobState.DONE, kind="changed")
    change(device, minutes=1, field="name", account_id=run.account_id, run_id=run.pk)
    assert f'<a href="/vendors/eset-main/?before={run.pk + 1}#history">eset-main, Sync of changes</a>' in text(ivan, device)
    assert "eset-main, Sync of changes" in text(bob, device) and "/vendors/eset-main/" not in text(bob, device)


def test_the_first_sight_names_the_fetch_that_was_under_way(device: Device) -> None:
    now = timezone.now()
    account, seen = Account.objects.get(), Sighting.objects.get()
    shown.fetch(account, state=JobState.DONE, started_at=now - timedelta(days=2), finished_at=now - timedelta(days=1))
    run = shown.fetch(account, state=JobState.DONE, started_at=seen.created_at - timedelta(1), finished_at=seen.created_at + timedelta(1))
    shown.fetch(shown.account("other", "eset"), started_at=seen.created_at - timedelta(hours=1))
    assert [entry.run for entry in timeline(device.pk).entries] == [run.pk]


def test_links_name_the_other_device(device: Device, bob: User) -> None:
    other = shown.sighting(Account.objects.get(), "nb-2").device
    change(device, ChangeKind.LINKED, minutes=1, field="device", after=str(other.pk), actor_name="ivan", reason="One dock", ticket="INC1")
    change(device, ChangeKind.PARTED, minutes=2, field="device", before=str(10**17))
    change(device, ChangeKind.MERGED, minutes=3, field="device", before="no number")
    page = text(bob, device, "timeline/?ticket=INC9")
    assert f'<a class="wrap" href="/devices/{other.pk}/?ticket=INC9">nb-2</a>' in page
    assert f"device {10**17}" in page and "“One dock”" in page and "Ticket INC1" in page and "ivan" in page


def test_a_name_that_is_a_number_is_no_device(device: Device) -> None:
    change(device, field="name", after=str(device.pk), minutes=1)
    assert timeline(device.pk).entries[0].other is None


def test_older_pages_lose_and_repeat_nothing(device: Device) -> None:
    at = timezone.now()
    Change.objects.bulk_create(Change(device=device, at=at, kind="field", field=f"f{n}") for n in range(7))
    Note.objects.bulk_create(Note(device=device, at=at, text=f"n{n}", author_name="bob") for n in range(4))
    Change.objects.bulk_create(Change(device=device, at=at - timedelta(days=n), kind="field", field=f"g{n}") for n in range(1, 6))
    found, place = [], ""
    for _ in range(10):
        page = timeline(device.pk, size=3, before=place)
        found += [entry.field or entry.text or entry.kind for entry in page.entries]
        place = page.older
        if not place:
            break
    assert not place and len(found) == len(set(found)) == 17
    assert found == [entry.field or entry.text or entry.kind for entry in timeline(device.pk).entries]


@pytest.mark.parametrize(
    "before", ["x", "1.2", "1.9.1", f"{10**18}.0.1", "9" * 40, "-1.0.1", "١.١.١", "1.1.%00", f"1.1.{2**63}", "..", "infinity"]
)
def test_any_place_is_an_answer(device: Device, bob: User, before: str) -> None:
    assert signed_in(bob).get(f"/devices/{device.pk}/timeline/", {"before": before}).status_code == 200


def test_one_query_however_much_there_is(device: Device) -> None:
    for number in range(30):
        run = shown.fetch(shown.account(f"a{number}", "eset"), state=JobState.DONE)
        change(device, account_id=run.account_id, run_id=run.pk, minutes=number)
    with CaptureQueriesContext(connection) as queries:
        assert len(timeline(device.pk, size=20).entries) == 20
    assert len(queries) == 1


def test_the_device_page_has_the_newest_and_leads_to_all(device: Device, bob: User) -> None:
    Note.objects.create(device=device, text="Stands beside", author_name="bob", at=timezone.now() + timedelta(hours=1))
    for number in range(8):
        change(device, minutes=number + 1, field="model", before=f"m{number}", after=f"m{number + 1}")
    page = text(bob, device, "")
    assert page.count('class="event"') == 5 and page.count("Stands beside") == 1 and "m8" in page and "m1<" not in page
    assert f'href="/devices/{device.pk}/timeline/"' in page


def test_nothing_yet_says_why(bob: User) -> None:
    empty = Device.objects.create(name="bare", created_at=timezone.now())
    assert "No activity yet" in text(bob, empty) and "No activity yet" in text(bob, empty, "")


def test_a_former_id_leads_to_the_same_timeline_and_no_id_to_none(bob: User, device: Device) -> None:
    device.former.create(id=device.pk + 500, anchor_id=0)
    client = signed_in(bob)
    assert "nb-1" in client.get(f"/devices/{device.pk + 500}/timeline/").content.decode()
    for number in (0, device.pk + 501, 2**63, 10**30):
        assert client.get(f"/devices/{number}/timeline/").status_code == 404


@pytest.mark.parametrize("value", shown.HOSTILE)
def test_hostile_words_are_only_words(bob: User, device: Device, value: str) -> None:
    change(device, field=value[:20], before=value, after=value, reason=value, ticket=value[:64], actor_name=value[:150])
    Note.objects.create(device=device, text=value, author_name="bob", at=timezone.now())
    page = text(bob, device) + text(bob, device, "")
    assert "<script>alert" not in page and "<img src=x" not in page and "<b>" not in page


def test_who_may_not_see_devices_sees_no_timeline(client: Client, charlie: User, device: Device) -> None:
    client.force_login(charlie)
    assert client.get(f"/devices/{device.pk}/timeline/").status_code == 403
    fragment = client.get(f"/devices/{device.pk}/timeline/", headers=HTMX)
    assert fragment.status_code == 403 and b"<html" not in fragment.content


def test_as_a_fragment_only_the_entries(bob: User, device: Device) -> None:
    fragment = signed_in(bob).get(f"/devices/{device.pk}/timeline/", headers=HTMX).content.decode()
    assert "<html" not in fragment and "First seen in ESET" in fragment


def test_times_stand_in_full(bob: User, device: Device) -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, tzinfo=timezone.now().tzinfo)
    Change.objects.create(device=device, at=at, kind="field", field="name")
    assert "3 Feb 2026, 04:05:06" in text(bob, device)
