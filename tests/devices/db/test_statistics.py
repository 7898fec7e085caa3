"""PostgreSQL may believe that tables are empty which were just filled. Then no import may read each row once for each other one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from devices.models import Account, Pulse, Sighting
from devices.sync.absence import mark_stale
from sandbox.server import running
from sandbox.world import SandboxOptions
from tests.devices.matching.test_fleet import VENDORS, fetch
from tests.owner import owner_rights

pytestmark = pytest.mark.django_db


def believe_that_all_is_empty() -> None:
    """As after an import that was rolled back: pages are there, and the last count found no row in them."""
    with owner_rights() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = 0, relpages = 1 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
        )


def rows_read(table: str) -> int:
    """So far in this transaction, one by one or by an index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        (read,) = cursor.fetchone()
        return int(read)


@pytest.fixture
def imported() -> int:
    """Sightings of 400 machines, fetched while PostgreSQL believed that there are none."""
    believe_that_all_is_empty()
    with running(devices=400, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as sim:
        fetch(sim, VENDORS)
    return Sighting.objects.count()


def test_an_import_reads_a_few_pulses_and_identifiers_of_each_sighting(imported: int) -> None:
    assert imported > 900
    assert rows_read("devices_pulse") < 10 * imported
    assert rows_read("devices_identifier") < 80 * imported


def test_what_crossed_the_threshold_is_looked_up_once(imported: int) -> None:
    before = rows_read("devices_pulse")
    Pulse.objects.update(seen_at=timezone.now() - timedelta(days=90))
    for account in Account.objects.all():
        mark_stale(account.pk, 60, timezone.now())
    assert Sighting.objects.filter(stale=True).count() == imported
    assert rows_read("devices_pulse") - before < 10 * imported
