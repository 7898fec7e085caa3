"""Links are sealed to their rows, and sealed anew when keys are rotated."""

from __future__ import annotations

import os

import pytest
from pytest_django.fixtures import Settings

from devices.checks import sealing_keys_open_everything
from devices.encryption import cipher, rotation
from installers.models import Installer
from sandbox.server import Simulation
from tests.installers.orders_followed import Hand, account, order

pytestmark = pytest.mark.django_db


def test_a_link_opens_with_the_new_key_alone_after_rotation(sim: Simulation, hand: Hand, settings: Settings) -> None:
    old, new = os.urandom(32), os.urandom(32)
    settings.SEALING_KEYS = {"old": old}
    link = hand.follow(order(account(sim))).open()
    settings.SEALING_KEYS = {"new": new, "old": old}
    assert rotation.rotate().broken == []
    settings.SEALING_KEYS = {"new": new}
    assert Installer.objects.get().open() == link and sealing_keys_open_everything(databases=["default"]) == []
    settings.SEALING_KEYS = {"other": old}
    assert [each.id for each in sealing_keys_open_everything(databases=["default"])] == ["devices.E001"]


def test_a_link_that_was_moved_to_another_row_does_not_open(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    first, second = hand.follow(order(at)), hand.follow(order(at))
    first.link = second.link
    with pytest.raises(cipher.DecryptionFailed):
        first.open()
