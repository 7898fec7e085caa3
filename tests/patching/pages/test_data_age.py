"""Stale sources on the overview."""

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


def test_the_overview_names_stale_sources_that_are_counted(client: Client, bob: User) -> None:
    accounts, now = made.small_patching(), timezone.now()
    assert "still counted" not in words_of(client, bob, "")
    Reading.objects.filter(source=Source.RECENT).update(complete_at=now - timedelta(days=9), sentence="The vendor is down.")
    Account.objects.filter(pk=accounts["five9s"].pk).update(enabled=False, complete_at=now - timedelta(days=5))
    words = words_of(client, bob, "")
    assert "five-main Disabled: last synced 5 days ago, still counted." in words
    assert "eset-main · Recent attempts, without devices: last synced 9 days ago, still counted." in words
    assert "The vendor is down" not in words
