"""Retired devices: hidden from lists and counts, kept, found by search, and restored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.account_status.status import statuses
from devices.audit.context import AuditContext
from devices.coverage.queries import matrix
from devices.dashboard.queries import tiles
from devices.device_detail import notes, retirement
from devices.device_list import tags as tagging
from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.errors import ActionRefused
from devices.matching import overrides
from devices.models import Account, AuditEvent, Change, Device, Life, Retirement, User
from devices.reconciliation.summary import summarise
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.account_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(db: None) -> Device:
    shown.small_fleet()
    return Device.objects.get(name="phone-04")


def retire(device: Device, by: User) -> None:
    retirement.retire(device.pk, reason="Sold", act=AuditContext.of(by, now=timezone.now()))
    device.refresh_from_db()


def names(**query: str) -> list[str]:
    return [row.name for row in list_page(DeviceFilters.read(query), now=timezone.now()).rows]


def test_the_form_names_the_device_and_what_happens(device: Device, ivan: User) -> None:
    page = signed_in(ivan).get(f"/devices/{device.pk}/retire/?ticket=INC1").content.decode()
    assert "Retire phone-04" in page and "Hidden from lists and counts" in page and "Restored automatically when it checks in" in page
    assert 'name="ticket" value="INC1"' in page and not Retirement.objects.exists()


def test_a_retired_device_leaves_lists_and_counts_but_not_lookup(device: Device, ivan: User) -> None:
    before, covered = tiles(["opswat"]), matrix(statuses(timezone.now()))[0].total
    answer = signed_in(ivan).post(f"/devices/{device.pk}/retire/", {"reason": " Sold ", "ticket": "INC1"}, follow=True)
    page = " ".join(answer.content.decode().split())
    assert answer.redirect_chain == [(f"/devices/{device.pk}/?ticket=INC1", 302)]
    assert "by ivan</strong>" in page and "Sold" in page and "Restore</button>" in page and "Retire …" not in page
    after = tiles(["opswat"])
    assert "phone-04" not in names() and names(life="retired") == ["phone-04"] and "phone-04" in names(life="all")
    assert (after.total.count, after.retired.count) == (before.total.count - 1, 1)
    assert after.vendors[0].total.count == before.vendors[0].total.count - 1
    assert matrix(statuses(timezone.now()))[0].total == covered - 1
    found = signed_in(ivan).get("/d/?q=phone-04&all=1").content.decode()
    assert "phone-04" in found and "Retired" in found
    assert "/devices/?life=retired" in signed_in(ivan).get("/").content.decode()


def test_it_is_remembered_and_audited(device: Device, ivan: User) -> None:
    signed_in(ivan).post(f"/devices/{device.pk}/retire/", {"reason": "Sold", "ticket": "INC1"})
    signed_in(ivan).post(f"/devices/{device.pk}/bring-back/", {"ticket": "INC2"})
    told = Change.objects.filter(kind="retired").order_by("pk").values_list("before", "after", "reason", "ticket", "actor_name")
    assert list(told) == [("seen", "retired", "Sold", "INC1", "ivan"), ("retired", "seen", "", "INC2", "ivan")]
    events = AuditEvent.objects.filter(target=str(device.pk)).order_by("pk")
    assert [event.action for event in events] == ["device retired", "device brought back"]
    assert events[0].detail == {"reason": "Sold", "ticket": "INC1"}


@pytest.mark.parametrize(("name", "life"), [("phone-04", "seen"), ("away-07", "missing"), ("old-06", "gone")])
def test_brought_back_it_is_what_its_vendors_say(device: Device, ivan: User, name: str, life: str) -> None:
    chosen = Device.objects.get(name=name)
    retire(chosen, ivan)
    assert chosen.life == Life.RETIRED
    summarise([chosen.pk], timezone.now())
    chosen.refresh_from_db()
    assert chosen.life == Life.RETIRED
    page = signed_in(ivan).post(f"/devices/{chosen.pk}/bring-back/", follow=True).content.decode()
    chosen.refresh_from_db()
    assert chosen.life == life and f"{name} restored" in page and not Retirement.objects.exists()


def test_what_no_vendor_knows_any_more_can_be_retired_and_brought_back(ivan: User) -> None:
    left = Device.objects.create(name="left-over", created_at=timezone.now())
    retire(left, ivan)
    assert left.life == Life.RETIRED
    assert retirement.bring_back(left.pk, act=AuditContext.of(ivan, now=timezone.now())) == Life.GONE


@pytest.mark.parametrize(("reason", "sentence"), [("", "Enter a reason"), ("\x00", "Enter a reason"), ("x" * 10_000, "10,000 characters")])
def test_a_bad_reason_is_said_and_kept(device: Device, ivan: User, reason: str, sentence: str) -> None:
    answer = signed_in(ivan).post(f"/devices/{device.pk}/retire/", {"reason": reason})
    assert answer.status_code == 422 and sentence in answer.content.decode() and reason.strip("\x00")[:1000] in answer.content.decode()
    assert not Retirement.objects.exists()


def test_twice_is_said_politely(device: Device, ivan: User) -> None:
    client = signed_in(ivan)
    for words in ("phone-04 retired. It is restored", "is already retired"):
        assert words in client.post(f"/devices/{device.pk}/retire/", {"reason": "Sold"}, follow=True).content.decode()
    assert "is already retired" in client.get(f"/devices/{device.pk}/retire/", follow=True).content.decode()
    for words in ("phone-04 restored.", "No longer retired"):
        assert words in client.post(f"/devices/{device.pk}/bring-back/", follow=True).content.decode()
    with pytest.raises(ActionRefused, match="merged with another one"):
        retirement.retire(device.pk + 10_000, reason="x", act=AuditContext.of(ivan, now=timezone.now()))


def test_helpdesk_sees_why_but_may_not(device: Device, bob: User, charlie: User, ivan: User) -> None:
    for person in (bob, charlie):
        for part in ("retire", "bring-back"):
            assert signed_in(person).post(f"/devices/{device.pk}/{part}/", {"reason": "x"}).status_code == 403
        assert signed_in(person).get(f"/devices/{device.pk}/retire/").status_code == 403
    assert "/retire/" not in signed_in(bob).get(f"/devices/{device.pk}/").content.decode()
    retire(device, ivan)
    page = signed_in(bob).get(f"/devices/{device.pk}/").content.decode()
    assert "Sold" in page and "Restore</button>" not in page
    assert signed_in(ivan).get(f"/devices/{device.pk}/bring-back/").status_code == 405
    assert signed_in(ivan).post(f"/devices/{2**63}/retire/", {"reason": "x"}).status_code == 404


def test_it_wakes_when_a_vendor_hears_from_it_later(ivan: User) -> None:
    account = Account.objects.create(name="eset-main", vendor="eset")
    now = timezone.now()
    save_page(making.run(account), [making.entry("d1", seen_at=now - timedelta(hours=2))], now)
    device = Device.objects.get()
    retirement.retire(device.pk, reason="Sold", act=AuditContext.of(ivan, now=now))
    run = making.run(account)
    save_page(run, [making.entry("d1", seen_at=now - timedelta(hours=1))], now + timedelta(minutes=1))
    assert Device.objects.get().life == Life.RETIRED
    save_page(run, [making.entry("d1", seen_at=now + timedelta(minutes=1))], now + timedelta(minutes=2))
    assert Device.objects.get().life == Life.SEEN and not Retirement.objects.exists()
    assert "Restored: checked in at eset-main" in signed_in(ivan).get(f"/devices/{device.pk}/").content.decode()


def test_a_retired_device_that_becomes_part_of_one_in_service_retires_nothing_else(ivan: User) -> None:
    kept, sold = (shown.sighting(shown.account(name, "eset"), name).device for name in ("kept", "sold"))
    retire(sold, ivan)
    notes.add(sold, text="Look in the cellar", act=AuditContext.of(ivan, now=timezone.now()))
    tagging.add([kept.pk, sold.pk], tag="pool", act=AuditContext.of(ivan, now=timezone.now()))
    overrides.link(kept.pk, sold.pk, reason="One sticker", act=AuditContext.of(ivan, now=timezone.now()))
    summarise([kept.pk], timezone.now())
    kept.refresh_from_db()
    assert kept.life == Life.SEEN and not Retirement.objects.exists()
    page = signed_in(ivan).get(f"/devices/{kept.pk}/").content.decode()
    assert "Look in the cellar" in page and page.count("Remove tag pool") == 1 and "Sold" in page


def test_gone_and_retired_are_one_click_from_the_list(device: Device, bob: User) -> None:
    page = signed_in(bob).get("/devices/?life=gone").content.decode()
    assert 'href="/devices/?life=gone" aria-current="page"' in page and 'href="/devices/?life=retired"' in page and "old-06" in page
    assert "Only devices with inventory status “Retired” were searched." in signed_in(bob).get("/devices/?life=retired").content.decode()
