"""How many open patches each device has: true after every write, and when devices merge or part."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.matching.apply import rematch_everything
from devices.matching.overrides import end_ruling, link, take_apart
from devices.models import Device, Life, Ruling, Sighting, User
from patching.models import DeviceTally, Patch
from patching.sync.retention import tidy
from sandbox.server import Simulation
from tests.devices import rows as shown
from tests.devices.db.test_locks import somebody_waits, start, until
from tests.devices.runs import account_at, sync
from tests.patching import rows as made
from tests.patching.runs import Hand
from tests.patching.tallies import NUMBERS, assert_tallies_are_true, by_device
from vendors.patch_states import PatchStatus, Severity
from vendors.patching_api import Source

NOW = timezone.now()


def of(device: int) -> tuple[int, ...]:
    return tuple(DeviceTally.objects.values_list(*NUMBERS).get(pk=device))


@pytest.mark.django_db
def test_it_counts_what_is_open_severe_failed_and_waits_for_a_restart() -> None:
    made.small_patching()
    munich = Device.objects.get(name="nb-munich-02").pk
    assert of(munich) == (4, 0, 3, 0)
    Patch.objects.filter(sighting__device=munich, status="installing").update(severity="high")
    assert of(munich) == (4, 1, 3, 0)
    Patch.objects.filter(sighting__device=munich, status="failed").update(status="restart")
    assert of(munich) == (4, 1, 0, 3)
    Patch.objects.filter(sighting__device=munich).update(counted=False)
    assert of(munich) == (0, 0, 0, 0)
    assert_tallies_are_true()
    tidy(NOW)
    assert not DeviceTally.objects.filter(pk=munich).exists() and DeviceTally.objects.exists()
    assert_tallies_are_true()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_it_is_true_after_any_writes_in_any_order(seed: int) -> None:
    dice, accounts = Random(seed), made.small_patching()
    sightings = list(Sighting.objects.filter(account__in=accounts.values()))
    for step in range(60):
        some = dice.sample(list(Patch.objects.values_list("pk", flat=True)), k=dice.randrange(5))
        match dice.randrange(5):
            case 0:
                made.patch(dice.choice(sightings), f"new-{step}", dice.choice(list(PatchStatus)), severity=dice.choice(list(Severity)))
            case 1:
                Patch.objects.filter(pk__in=some).update(status=dice.choice(list(PatchStatus)), counted=dice.random() < 0.8)
            case 2:
                Patch.objects.filter(pk__in=some).update(sighting=dice.choice([*sightings, None]))
            case 3:
                Patch.objects.filter(pk__in=some[:1]).delete()
            case 4:
                Sighting.objects.filter(pk=dice.choice(sightings).pk).update(device=dice.choice(sightings).device_id)
        assert_tallies_are_true()
    assert by_device()


@pytest.mark.django_db
def test_it_follows_devices_that_people_link_and_take_apart(ivan: User) -> None:
    made.small_patching()
    Patch.objects.filter(counted=False).delete()  # its device is in use: it would count from the first link on
    munich, zurich = (Device.objects.get(name=name).pk for name in ("nb-munich-02", "mac-zurich-03"))
    alone = of(munich), of(zurich)
    both = link(munich, zurich, reason="one sticker", act=AuditContext.of(ivan, now=NOW))
    current = Sighting.objects.get(device=both, superseded=False)  # of one account: the other record does not count any more
    assert of(both) == alone[0 if current.name == "nb-munich-02" else 1] != alone[0 if current.name != "nb-munich-02" else 1]
    assert_tallies_are_true()
    while ruling := Ruling.objects.filter(ended_at=None).last():
        end_ruling(ruling.pk, reason="two stickers", act=AuditContext.of(ivan, now=NOW))
    assert (of(munich), of(zurich)) == alone
    london = Sighting.objects.get(name="srv-london-05")
    other = link(london.device_id, munich, reason="one sticker", act=AuditContext.of(ivan, now=NOW))
    take_apart(london.pk, device=other, reason="no", act=AuditContext.of(ivan, now=NOW))
    rematch_everything(NOW)
    assert_tallies_are_true()


@pytest.mark.django_db
def test_it_is_true_of_two_vendors_that_tell_of_the_same_devices(sim: Simulation, hand: Hand) -> None:
    eset, five9s = (account_at(sim.url, vendor) for vendor in ("eset", "five9s"))
    hand.poll(eset, Source.PATCHES)
    for account in (five9s, eset):
        sync(account)
    assert_tallies_are_true()
    vendors = (
        set(Sighting.objects.filter(patches__counted=True, device=device).values_list("vendor", flat=True)) for device in by_device()
    )
    assert {"eset", "five9s"} in vendors, "of some devices both tell"
    sim.change(100)
    hand.go(5 * 86400)
    for account in (eset, five9s):
        sync(account)
    hand.poll(eset, Source.PATCHES)
    assert_tallies_are_true()
    Sighting.objects.filter(account=five9s).update(life=Life.GONE)
    eset.delete()
    assert_tallies_are_true()


@pytest.mark.django_db(transaction=True)
def test_two_accounts_that_tell_of_the_same_devices_in_another_order_do_not_deadlock() -> None:
    eset = shown.account("eset-main", "eset")
    sightings = [shown.sighting(eset, name) for name in ("one", "two")]
    failures: list[Exception] = []

    def tell(each: Sequence[Sighting]) -> None:
        for sighting in each:
            made.patch(sighting, f"of-{threading.get_ident()}")

    def other() -> None:
        try:
            with transaction.atomic():
                tell(sightings[::-1])
        except Exception as error:
            failures.append(error)

    with transaction.atomic():
        tell(sightings[:1])
        thread = start(other)
        until(somebody_waits)
        tell(sightings[1:])
    thread.join(timeout=30)
    assert not failures and not thread.is_alive()
    assert sorted(DeviceTally.objects.values_list("open", flat=True)) == [2, 2]
    assert_tallies_are_true()
