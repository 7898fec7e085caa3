"""Facts in the database: written with a page, kept while nothing changes, read again by the upgrade of stored records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from django.utils import timezone

from devices.models import Device, JobState, Pulse, Sighting
from devices.sync.page_writer import WriteResult, save_page
from sandbox.server import running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices.runs import account_at, sync, upgraded

pytestmark = pytest.mark.django_db
BOOTED = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)
FACTS = {"os_build": "22631", "license_expires": "2027-06-30", "location": "Berlin"}


def test_facts_are_stored_with_their_keys() -> None:
    save_page(making.run(making.account()), [making.entry("one", facts=FACTS, os_short="Windows 11 Pro 23H2")], timezone.now())
    made = Sighting.objects.get()
    assert made.facts == FACTS
    assert made.fact_keys == ["location=berlin", "os_build=22631"]
    assert made.license_ends == date(2027, 6, 30)
    assert (made.os_short, Device.objects.get().os_short) == ("Windows 11 Pro 23H2", "Windows 11 Pro 23H2")


def test_a_changed_record_replaces_its_facts() -> None:
    run = making.run(making.account())
    save_page(run, [making.entry("one", facts=FACTS)], timezone.now())
    assert save_page(run, [making.entry("one", facts={"location": "Hamburg"})], timezone.now()) == WriteResult(changed=1)
    made = Sighting.objects.get()
    assert (made.facts, made.fact_keys, made.license_ends) == ({"location": "Hamburg"}, ["location=hamburg"], None)


def test_a_restart_writes_only_the_pulse() -> None:
    run, first = making.run(making.account()), making.entry("one", facts=FACTS)
    save_page(run, [msgspec.structs.replace(first, booted_at=BOOTED)], timezone.now())
    assert Pulse.objects.get().booted_at == BOOTED
    before = Sighting.objects.values().get()
    later = BOOTED + timedelta(days=1)
    assert save_page(run, [msgspec.structs.replace(first, booted_at=later)], timezone.now()) == WriteResult(unchanged=1)
    assert Pulse.objects.get().booted_at == later
    assert Sighting.objects.values().get() == before


def test_stored_records_get_their_facts_from_their_raw_data() -> None:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as sim:
        for vendor in ("eset", "opswat", "five9s"):
            assert sync(account_at(sim.url, vendor)).state == JobState.DONE
    names = ("facts", "fact_keys", "license_ends", "os_short")
    before = list(Sighting.objects.order_by("pk").values("pk", *names))
    assert all(each["facts"] is not None for each in before) and any(each["facts"] for each in before)
    shorts = dict(Device.objects.values_list("pk", "os_short"))
    assert "Windows 11 Enterprise 23H2" in shorts.values()
    Sighting.objects.update(facts=None, fact_keys=None, license_ends=None, os_short="")
    Device.objects.update(os_short="")
    assert upgraded(timezone.now()) == 0
    assert list(Sighting.objects.order_by("pk").values("pk", *names)) == before
    assert dict(Device.objects.values_list("pk", "os_short")) == shorts
