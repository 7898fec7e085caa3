"""Users merge and split devices; later syncs keep this, and every override can be reset."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.matching.apply import rematch_everything
from devices.matching.overrides import end_ruling, link, take_apart
from devices.models import AuditEvent, Device, FormerDevice, Join, Ruling, Sighting, User
from devices.sync.page_writer import save_page
from tests.devices import records as making
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
SERIAL, HOST, MAC = IdKind.SERIAL, IdKind.HOSTNAME, IdKind.MAC
NOW = timezone.now()


def seen(name: str, **more: str) -> Sighting:
    """A record of the account of that name; its keys as serial=, hostname=, mac=."""
    from devices.models import Account

    account = Account.objects.filter(name=name).first() or making.account(name)
    keys = tuple(making.identifier(IdKind(kind), key) for kind, key in more.items())
    save_page(making.run(account), [making.entry(f"of-{name}", identifiers=keys)], NOW)
    return Sighting.objects.get(account=account)


def device_of(sighting: Sighting) -> int:
    return Sighting.objects.values_list("device_id", flat=True).get(pk=sighting.pk)


def test_linked_devices_are_one_until_the_link_ends(ivan: User) -> None:
    one, two = seen("one", serial="a"), seen("two", serial="b")
    was = device_of(two)
    assert (
        link(device_of(two), device_of(one), reason="same sticker", act=AuditContext.of(ivan, now=NOW)) == device_of(one) == device_of(two)
    )
    assert not Device.objects.filter(pk=was).exists()
    assert FormerDevice.objects.get(pk=was).device_id == device_of(one)
    assert Join.objects.get(pk=two.pk).kind == "person"
    seen("two", serial="c")
    rematch_everything(NOW)
    assert device_of(one) == device_of(two)
    end_ruling(Ruling.objects.get().pk, reason="no, two stickers", act=AuditContext.of(ivan, now=NOW))
    assert device_of(two) == was != device_of(one)
    assert not FormerDevice.objects.exists()
    assert Device.objects.count() == 2
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"devices linked", "ruling ended"}


def test_what_was_taken_apart_stays_apart_until_the_ruling_ends(ivan: User) -> None:
    one, two = seen("one", serial="a"), seen("two", serial="a")
    before = device_of(one)
    assert before == device_of(two)
    other = take_apart(two.pk, device=before, reason="cloned disk", act=AuditContext.of(ivan, now=NOW))
    assert other == device_of(two) != device_of(one) == before
    seen("two", serial="a", hostname="x")
    rematch_everything(NOW)
    assert device_of(two) == other
    assert [miss["why"] for miss in Join.objects.get(pk=two.pk).near] == ["ruled"]
    end_ruling(Ruling.objects.get().pk, reason="one after all", act=AuditContext.of(ivan, now=NOW))
    assert device_of(one) == device_of(two) == before


def test_a_link_outranks_an_older_separation(ivan: User) -> None:
    one, two = seen("one", serial="a"), seen("two", serial="a")
    take_apart(two.pk, device=device_of(one), reason="guess", act=AuditContext.of(ivan, now=NOW))
    link(device_of(one), device_of(two), reason="looked", act=AuditContext.of(ivan, now=NOW))
    assert device_of(one) == device_of(two)
    assert Ruling.objects.get(ended_at=None).together


@pytest.mark.parametrize("reason", ["", "  ", "a\0b"])
def test_a_link_needs_a_reason(reason: str, ivan: User) -> None:
    one, two = seen("one", serial="a"), seen("two", serial="b")
    with pytest.raises(ActionRefused, match=r"^Enter a reason\."):
        link(device_of(one), device_of(two), reason=reason, act=AuditContext.of(ivan, now=NOW))


def test_a_device_cannot_be_linked_to_itself_or_to_nothing(ivan: User) -> None:
    device = device_of(seen("one", serial="a"))
    for other in (device, device + 1000):
        with pytest.raises(ActionRefused):
            link(device, other, reason="x", act=AuditContext.of(ivan, now=NOW))
    with pytest.raises(ActionRefused):
        take_apart(1, device=device, reason="x", act=AuditContext.of(ivan, now=NOW))


def test_a_key_that_changes_splits_and_a_key_that_comes_back_merges() -> None:
    one, two = seen("one", serial="a"), seen("two", serial="a")
    assert device_of(one) == device_of(two)
    seen("two", serial="b")
    assert device_of(one) != device_of(two)
    assert not Join.objects.exclude(kind="").exists()
    seen("two", serial="a")
    assert device_of(one) == device_of(two)
    assert Device.objects.count() == 1


def test_a_key_that_becomes_common_joins_nobody_any_more_and_says_so() -> None:
    first, second = seen("n0", mac="dock"), seen("n1", mac="dock")
    assert device_of(first) == device_of(second)
    for number in range(2, 6):
        seen(f"n{number}", mac="dock", hostname=f"h{number}")
    assert device_of(first) != device_of(second)
    miss = Join.objects.get(pk=first.pk).near[0]
    assert (miss["kind"], miss["why"]) == ("mac", "common")
    assert miss["devices"] > 3


def test_the_command_matches_everything_again(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = seen("one", serial="a"), seen("two", serial="a")
    Sighting.objects.filter(pk=two.pk).update(device=Device.objects.create(created_at=NOW))
    call_command("match")
    assert capsys.readouterr().out == "1 record moved to another device.\n"
    assert device_of(one) == device_of(two)
    assert Device.objects.count() == 1
    call_command("match")
    assert "Nothing to change" in capsys.readouterr().out
