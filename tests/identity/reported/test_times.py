"""Times of contact that cannot be true: the zone of an EPM core is another one than the account says, or a clock is wrong."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Pulse, User
from tests.identity.reported.records import M1, M2, Record, become, device_of, eset, five9s, listed, opswat

pytestmark = pytest.mark.django_db
AHEAD: dict[str, Record] = {
    "EPM in a zone one hour east": five9s("NB-0042", serial="PF3XK2AB", hours=-1),
    "EPM in a zone five hours east": five9s("NB-0042", serial="PF3XK2AB", hours=-5),
    "clock of ESET ahead": eset("NB-0042", serial="PF3XK2AB", hours=-1),
    "clock of OPSWAT ahead": opswat("NB-0042", macs=M1, hours=-3),
}


@pytest.mark.parametrize("record", AHEAD.values(), ids=AHEAD)
def test_a_contact_in_the_future_is_reported_and_no_fact_on_the_page_or_in_the_ticket(client: Client, bob: User, record: Record) -> None:
    listed(record)
    client.force_login(bob)
    page = " ".join(client.get(f"/devices/{device_of(record).pk}/").content.decode().split())
    assert not Pulse.objects.exclude(seen_at=None).exists()
    assert "1 repaired field" in page
    assert "Last seen: 2" not in page and "Last check-in: 2" not in page


@pytest.mark.parametrize("record", [five9s("NB-0042", hours=0.5), eset("NB-0042", hours=0.01), five9s("NB-0042", hours=-0.05)])
def test_a_contact_of_now_is_a_fact(client: Client, bob: User, record: Record) -> None:
    listed(record)
    client.force_login(bob)
    page = client.get(f"/devices/{device_of(record).pk}/").content.decode()
    assert Pulse.objects.exclude(seen_at=None).count() == 1
    assert "repaired field" not in page and "Last check-in: 2" in page


@pytest.mark.parametrize("hours", [-1, -5, 1])
def test_a_wrong_zone_of_the_core_splits_no_device(hours: float) -> None:
    records = eset("NB-0042", serial="PF3XK2AB", macs=M1), five9s("NB-0042", serial="PF3XK2AB", hours=hours)
    assert become(*records, eset("NB-0043", serial="PF3XK2AC", macs=M2, label="other")) == ["E F", "other"]
