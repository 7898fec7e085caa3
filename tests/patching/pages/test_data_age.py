"""What pages say beside their numbers: from how long ago they are, and why nothing was found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, User
from patching.models import Reading
from tests.patching import rows as made
from tests.patching.page_text import words_of
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db


def test_the_overview_says_what_it_counts_from_long_ago(client: Client, bob: User) -> None:
    accounts, now = made.small_patching(), timezone.now()
    assert "still counts" not in words_of(client, bob, "")
    Reading.objects.filter(source=Source.RECENT).update(complete_at=now - timedelta(days=9), sentence="The vendor is down.")
    Account.objects.filter(pk=accounts["five9s"].pk).update(enabled=False, complete_at=now - timedelta(days=5))
    words = words_of(client, bob, "")
    assert "five-main Disabled is disabled: what it told last, 5 days ago, still counts." in words
    assert (
        "can list recent attempts, without their devices, and last did so to the end 9 days ago: what it told then still counts." in words
    )
    assert "The vendor is down" not in words
