from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.account_status.status import statuses
from devices.lookup.account_answers import account_answers
from devices.models import Account, Health, JobState
from devices.search.parser import parse
from tests.devices import records as making
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db


def answer(term: str) -> str:
    return account_answers(parse(term), statuses(timezone.now()))[0]["answer"]


def test_never_fetched() -> None:
    making.account()
    assert answer("nb-1") == "never synced"


def test_searched_with_the_time_of_the_list_and_what_it_cannot_tell() -> None:
    account = making.account("opswat-main", "opswat")
    at = timezone.now()
    Account.objects.update(health=Health.OK)
    shown.fetch(account, state=JobState.DONE, finished_at=at)
    assert answer("anna@corp") == f"searched (last full sync {at:%Y-%m-%d %H:%M} UTC)"
    assert answer("anna") == f"searched (last full sync {at:%Y-%m-%d %H:%M} UTC; no data: Serial)"
    assert account.name == account_answers(parse("anna"), statuses(at))[0]["name"]


def test_a_kind_that_the_vendor_never_tells() -> None:
    making.account("five", "five9s")
    assert answer("00:1b:21:aa:bb:01") == "not searched: this vendor has no such data (MAC)"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"health": Health.FAILING}, "failing"),
        ({"health": Health.PERSON}, "credentials refused"),
        ({"enabled": False}, "it is disabled"),
        ({"complete_at": timezone.now() - timedelta(days=9)}, "its last full sync is older than two sync intervals"),
    ],
)
def test_a_list_that_may_lack_devices_is_stale(change: dict[str, object], words: str) -> None:
    making.account()
    Account.objects.update(**{"complete_at": timezone.now(), "health": Health.OK} | change)
    assert answer("nb-1").startswith(f"list is stale ({words}; last full sync ")


def test_a_vendor_that_this_version_does_not_know_is_no_error() -> None:
    making.account("old", "bygone")
    assert answer("nb-1") == "not searched: this version does not know its vendor"
