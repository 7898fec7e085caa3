"""Staleness thresholds: the defaults of the vendor, those of an administrator, and their effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.errors import ActionRefused
from devices.models import Account, AuditEvent, Device, Sighting, Threshold, User
from devices.reconciliation import freshness
from devices.reconciliation.freshness import Freshness, Limits, age_words, read_age
from devices.sync import handler as sync
from tests.devices import rows as shown
from tests.devices.audited import actor
from vendors.base import DAY
from vendors.registry import VENDORS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAGE = "/vendors/thresholds/"
HOUR = 3600


def typed(**opswat: str) -> dict[str, str]:
    """The form of all vendors: the defaults, and other thresholds of one."""
    ages = {
        f"{slug}-{name}": age_words(getattr(freshness.by_vendor(slug), name)) for slug in VENDORS for name in ("live", "stale", "unseen")
    }
    wanted = {"live": "2 h", "stale": "3 days", "unseen": "6 weeks"} | opswat
    return ages | {f"opswat-{name}": age for name, age in wanted.items()}


@pytest.mark.parametrize(
    ("age", "word"),
    [
        (timedelta(minutes=-3), Freshness.LIVE),
        (timedelta(hours=1), Freshness.LIVE),
        (timedelta(hours=1, seconds=1), Freshness.AGEING),
        (timedelta(hours=24, seconds=1), Freshness.STALE),
        (timedelta(days=30, seconds=1), Freshness.UNSEEN),
        (timedelta(hours=-2), None),
    ],
)
def test_an_age_has_one_word_and_a_time_that_cannot_be_has_none(age: timedelta, word: Freshness | None) -> None:
    assert Limits(HOUR, DAY, 30 * DAY).freshness(NOW - age, now=NOW) is word


def test_who_never_told_a_time_is_not_judged() -> None:
    assert Limits().freshness(None, now=NOW) is None


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_vendor_brings_numbers_in_order(vendor: str) -> None:
    own = freshness.by_vendor(vendor)
    assert 0 < own.live < own.stale < own.unseen


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 min", 5400),
        ("36h", 36 * HOUR),
        (" 2 Days ", 2 * DAY),
        ("1,5 h", 5400),
        ("1.5 days", 36 * HOUR),
        ("2 weeks", 14 * DAY),
        ("1 minute", 60),
        ("2 Tage", 2 * DAY),
        ("36 Stunden", 36 * HOUR),
        ("12 Std.", 12 * HOUR),
        ("90 Minuten", 5400),
        ("1 Woche", 7 * DAY),
    ],
)
def test_ages_are_read_as_people_type_them(text: str, seconds: int) -> None:
    assert read_age(text) == seconds == read_age(age_words(seconds))


@pytest.mark.parametrize("text", ["", "36", "h", "-1 h", "1 month", "0 h", "99999 weeks", "٣ h", "1 h\0", "1e3 h", "9" * 10_000 + " h"])
def test_what_is_no_age_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ActionRefused, match=r"(Enter a number|between 1 minute)"):
        read_age(text)


@pytest.mark.django_db
class TestThePage:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_only_administrators_reach_it(self, client: Client, ivan: User, charlie: User, method: str) -> None:
        for user in (ivan, charlie):
            client.force_login(user)
            assert getattr(client, method)(PAGE, typed()).status_code == 403
        assert not Threshold.objects.exists()

    def test_new_numbers_count_are_audited_and_go_back(self, client: Client, alice: User) -> None:
        client.force_login(alice)
        assert client.post(PAGE, typed()).status_code == 302
        assert freshness.of("opswat") == Limits(2 * HOUR, 3 * DAY, 42 * DAY)
        event = AuditEvent.objects.get(action="threshold changed")
        assert (actor(event), event.target, event.detail["after"]["stale"]) == ("alice", "opswat", 3 * DAY)
        text = client.get(PAGE).content.decode()
        assert "Changed by alice" in text and 'value="3 days"' in text and "Default: 1 day" in text
        client.post(PAGE, {"reset": "opswat"})
        assert freshness.of("opswat") == freshness.by_vendor("opswat")
        assert "Changed by" not in client.get(PAGE).content.decode()
        freshness.forget_defaults()
        assert not Threshold.objects.exists()

    def test_saving_the_same_twice_is_one_change(self, client: Client, alice: User) -> None:
        client.force_login(alice)
        for _ in range(2):
            client.post(PAGE, typed())
        assert AuditEvent.objects.filter(action="threshold changed").count() == 1

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"stale": "1 h"}, "The thresholds must increase"),
            ({"unseen": "3 days"}, "The thresholds must increase"),
            ({"live": "soon"}, "Enter a number and a unit"),
            ({"live": "\0" + "x" * 10_000}, "Enter a number and a unit"),
        ],
    )
    def test_bad_numbers_are_kept_in_the_form_with_one_sentence(
        self, client: Client, alice: User, wrong: dict[str, str], words: str
    ) -> None:
        client.force_login(alice)
        answer = client.post(PAGE, typed(**wrong))
        assert answer.status_code == 422
        text = answer.content.decode()
        assert text.count('class="field-error"') == 1 and words in text
        assert 'value="6 weeks"' in text or wrong.get("unseen")
        assert not Threshold.objects.exists()

    @pytest.mark.parametrize("vendor", ["", "nobody", "opswat\0", "x" * 10_000])
    def test_a_vendor_that_nobody_knows_has_none(self, client: Client, alice: User, vendor: str) -> None:
        client.force_login(alice)
        assert client.post(PAGE, {"reset": vendor}).status_code == 404

    def test_all_vendors_are_saved_together_or_none(self, client: Client, alice: User) -> None:
        client.force_login(alice)
        both = typed() | {"eset-live": "1 h"}
        assert client.post(PAGE, both | {"eset-stale": "30 min"}).status_code == 422
        assert not Threshold.objects.exists() and not AuditEvent.objects.filter(action="threshold changed").exists()
        client.post(PAGE, both)
        assert {each.vendor for each in Threshold.objects.all()} == {"eset", "opswat"}

    def test_the_number_of_queries_is_fixed(self, client: Client, alice: User, django_assert_num_queries: object) -> None:
        client.force_login(alice)
        client.post(PAGE, typed())
        client.get(PAGE)
        with django_assert_num_queries(7):  # type: ignore[operator]
            client.get(PAGE)

    def test_the_next_round_marks_the_vendors_devices_anew(self, client: Client, alice: User) -> None:
        seen = shown.sighting(
            shown.account("opswat-main", "opswat"), "nb-1", state="critical", seen_at=timezone.now() - timedelta(hours=30)
        )
        other = shown.sighting(shown.account("eset-main", "eset"), "nb-2", seen_at=timezone.now() - timedelta(days=40))
        client.force_login(alice)
        client.post(PAGE, typed(live="1 h", stale="2 h"))
        sync.apply_changed_thresholds(timezone.now() + timedelta(hours=1))
        assert not Sighting.objects.filter(stale=True).exists(), "nothing changed lately"
        sync.apply_changed_thresholds(timezone.now())
        assert Sighting.objects.get(pk=seen.pk).stale and not Sighting.objects.get(pk=other.pk).stale
        assert Device.objects.get(pk=seen.device_id).state == "unknown"


@pytest.mark.django_db
def test_what_a_switched_off_account_last_said_grows_old_too() -> None:
    account = shown.account("eset-main", "eset")
    seen = shown.sighting(account, "nb-1", seen_at=timezone.now() - timedelta(days=20))
    Account.objects.update(enabled=False)
    sync.mark_stale_sightings(timezone.now())
    assert Sighting.objects.get(pk=seen.pk).stale


@pytest.mark.django_db
def test_a_card_says_how_fresh_its_vendors_word_is(client: Client, bob: User) -> None:
    seen = shown.sighting(shown.account("opswat-main", "opswat"), "nb-1", seen_at=timezone.now() - timedelta(hours=3))
    client.force_login(bob)
    assert "<span>Delayed</span>" in client.get(f"/devices/{seen.device_id}/").content.decode()
