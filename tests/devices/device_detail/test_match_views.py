"""The pages that merge and split devices and reset them to automatic matching."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from devices.matching.apply import rematch_everything
from devices.models import AuditEvent, Change, ChangeKind, Device, FormerDevice, Ruling, Sighting, User
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def pair(db: None) -> tuple[Sighting, Sighting]:
    """One machine, reported by two vendors with the same serial."""
    ids = [(IdKind.SERIAL, "PF3XK2")]
    one = shown.sighting(shown.account("eset-main", "eset"), "nb-1", ids=ids)
    two = shown.sighting(shown.account("five-main", "five9s"), "nb-1", device=one.device, ids=ids)
    rematch_everything(NOW)
    return one, two


@pytest.fixture
def stranger(pair: tuple[Sighting, Sighting]) -> Sighting:
    return shown.sighting(pair[0].account, "reception-pc", ids=[(IdKind.SERIAL, "PF9ZZ9")])


def text_of(client: Client, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def device_of(sighting: Sighting) -> int:
    return Sighting.objects.values_list("device_id", flat=True).get(pk=sighting.pk)


def test_helpdesk_sees_why_but_may_not_decide(client: Client, pair: tuple[Sighting, Sighting], bob: User, charlie: User) -> None:
    page = f"/devices/{pair[0].device_id}/"
    for user in (bob, charlie):
        client.force_login(user)
        for address in (f"{page}link/", f"{page}apart/{pair[1].pk}/", f"{page}rulings/1/end/"):
            assert client.get(address).status_code == client.post(address, {"reason": "x", "other": "1"}).status_code == 403
    client.force_login(bob)
    text = text_of(client, page)
    assert "by serial PF3XK2" in text and "Split" not in text and "Merge with another device" not in text
    assert not Ruling.objects.exists()


def test_taken_apart_and_joined_again_by_the_keys(client: Client, pair: tuple[Sighting, Sighting], ivan: User) -> None:
    one, two = pair
    page = f"/devices/{one.device_id}/"
    client.force_login(ivan)
    assert "Split" in text_of(client, page)
    assert "becomes a separate device" in text_of(client, f"{page}apart/{two.pk}/")
    done = client.post(f"{page}apart/{two.pk}/", {"reason": "cloned disk", "ticket": "INC7"})
    assert done["Location"] == f"/devices/{device_of(two)}/?tab=matching&ticket=INC7"
    assert device_of(two) != device_of(one) == one.device_id
    told = Change.objects.filter(kind=ChangeKind.PARTED)
    assert {(each.device_id, each.before, each.after) for each in told} == {
        (device_of(one), "", str(device_of(two))),
        (device_of(two), str(device_of(one)), ""),
    }
    assert {(each.reason, each.ticket, each.actor_name) for each in told} == {("cloned disk", "INC7", "ivan")}
    text = text_of(client, page)
    assert "nb-1 (eset-main) kept separate from nb-1 (five-main). cloned disk Show other device" in text
    ruling = Ruling.objects.get()
    asked = text_of(client, f"{page}rulings/{ruling.pk}/end/")
    assert "nb-1 (eset-main) kept separate from nb-1 (five-main). User: ivan. Reason: cloned disk" in asked
    client.post(f"{page}rulings/{ruling.pk}/end/", {"reason": "one after all"})
    assert device_of(two) == device_of(one)
    assert AuditEvent.objects.get(action="ruling ended").detail["reason"] == "one after all"
    assert client.get(f"{page}rulings/{ruling.pk}/end/").status_code == 404


def test_another_device_is_found_by_a_clue_and_linked(
    client: Client, pair: tuple[Sighting, Sighting], stranger: Sighting, ivan: User
) -> None:
    page = f"/devices/{pair[0].device_id}/"
    client.force_login(ivan)
    assert "1 device found" in text_of(client, f"{page}link/?q=reception&ticket=INC8")
    assert "No other devices found" in text_of(client, f"{page}link/?q=nb-1"), "not itself"
    form = client.get(f"{page}link/?other={stranger.device_id}&ticket=INC8").content.decode()
    assert "Merge nb-1 and reception-pc" in form and 'value="INC8"' in form
    done = client.post(f"{page}link/", {"other": stranger.device_id, "reason": "same sticker", "ticket": "INC8"})
    assert done["Location"] == f"{page}?tab=matching&ticket=INC8"
    assert device_of(stranger) == pair[0].device_id
    assert client.get(f"/devices/{stranger.device_id}/")["Location"] == page
    assert FormerDevice.objects.get().pk == stranger.device_id
    change = Change.objects.get(kind=ChangeKind.LINKED)
    assert (change.device_id, change.before, change.ticket) == (pair[0].device_id, str(stranger.device_id), "INC8")
    assert "merged. same sticker" in text_of(client, page)


def test_without_a_reason_nothing_happens_and_what_was_typed_stays(
    client: Client, pair: tuple[Sighting, Sighting], stranger: Sighting, ivan: User
) -> None:
    client.force_login(ivan)
    page = f"/devices/{pair[0].device_id}/"
    for address, more in ((f"{page}link/", {"other": stranger.device_id}), (f"{page}apart/{pair[1].pk}/", {})):
        for reason in ("", "a\0b", "x" * 10_000):
            answer = client.post(address, {"reason": reason, **more})
            assert answer.status_code == 422
            assert answer.content.decode().count('class="field-error"') == 1
    assert 'value="xxx' in answer.content.decode()
    assert not Ruling.objects.exists()


@pytest.mark.parametrize("other", ["0", "-1", "x", "\0", "9" * 30, str(2**62), "itself"])
def test_a_device_that_cannot_be_the_other_one_is_said_so(client: Client, pair: tuple[Sighting, Sighting], ivan: User, other: str) -> None:
    client.force_login(ivan)
    number = str(pair[0].device_id) if other == "itself" else other
    answer = client.post(f"/devices/{pair[0].device_id}/link/", {"other": number, "reason": "x"})
    assert answer.status_code == 200 and "Choose another device" in answer.content.decode()


def test_addresses_that_mean_nothing_are_not_found(client: Client, pair: tuple[Sighting, Sighting], stranger: Sighting, ivan: User) -> None:
    client.force_login(ivan)
    page = f"/devices/{pair[0].device_id}/"
    for address in (f"{page}apart/{stranger.pk}/", f"{page}apart/{2**70}/", f"/devices/{2**70}/link/", f"{page}rulings/{2**70}/end/"):
        assert client.get(address).status_code == client.post(address, {"reason": "x"}).status_code == 404


def test_a_form_that_is_sent_twice_decides_once(client: Client, pair: tuple[Sighting, Sighting], ivan: User) -> None:
    client.force_login(ivan)
    address = f"/devices/{pair[0].device_id}/apart/{pair[1].pk}/"
    assert [client.post(address, {"reason": "x"}).status_code for _ in range(2)] == [302, 404]
    assert Ruling.objects.count() == 1
    assert Device.objects.count() == 2
