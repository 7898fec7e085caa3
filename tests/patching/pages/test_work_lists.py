"""Remediation counts what needs action: a repeated attempt does not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Sighting, User
from patching.lists.counts import numbers
from patching.lists.filters import AttemptFilters
from patching.models import Attempt
from patching.pages.chart import tried
from patching.pages.work_lists import WorkList, titles_with_most, wanted, works
from tests.patching import rows as made
from tests.patching.tallies import assert_tallies_are_true, last_on_their_devices

pytestmark = pytest.mark.django_db


def row(reason: str) -> WorkList:
    now = timezone.now()
    found = works(numbers(wanted()), tried(AttemptFilters(), now=now), most=titles_with_most(now=now))
    return next(each for each in found if each.work.reason == reason)


def test_an_attempt_that_was_repeated_needs_no_action() -> None:
    eset = made.small_patching()["eset"]
    munich = Sighting.objects.get(account=eset, name="nb-munich-02")
    for days, reason in ((9, "corrupt"), (5, "corrupt"), (4, "prepare")):
        made.attempt(eset, "VLC", "failed", on=munich, reason=reason, days=days)
    made.attempt(eset, "Acrobat", "failed", on=munich, reason="corrupt", days=3)
    made.attempt(eset, "Acrobat", "failed", reason="corrupt", days=3)
    Attempt.objects.filter(pk__in=last_on_their_devices()).update(last=True)
    Attempt.objects.exclude(pk__in=last_on_their_devices()).update(last=False)
    corrupt, prepare = row("corrupt"), row("prepare")
    assert (corrupt.last.count, corrupt.attempts.count) == (1, 4)
    assert (prepare.last.count, prepare.attempts.count) == (1, 1)
    assert [(most.title.name, most.number.count, most.open) for most in corrupt.titles] == [
        ("VLC", 1, True),
        ("Acrobat", 1, False),
    ]
    assert_tallies_are_true()


def test_the_chip_of_the_list_names_the_latest_attempts(client: Client, bob: User) -> None:
    made.small_patching()
    client.force_login(bob)
    page = client.get("/patching/attempts/?status=failed&last=yes").content.decode()
    assert "1–1</strong> of 1 attempt" in " ".join(page.split()) and "Attempts: Latest per device and application" in page
    assert client.get("/patching/attempts/?last=no").content.decode().count("<tr>") == 1 + 7
