"""Absence: devices that a full sync did not list. Only one that ended complete, with every record readable, proves it.

Missing: not in the last full sync. Gone: not in two, at least a day apart. More than max(10 devices, 10 %) at once waits for a review.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from devices.db.locks import extend_timeouts, lock_devices
from devices.history import writer as changes
from devices.hooks import tell_use_changed
from devices.matching.apply import rematch
from devices.models import ChangeKind, Life, Pulse, Quarantine, Sighting, SyncRun
from devices.reconciliation.summary import summarise

FLOOR = 10
SHARE = 0.10
# Every pulse is looked up by its key: a plan by the statistics of tables that were just filled joins each row with each.
_LACKING = """SELECT s.id FROM devices_sighting s WHERE s.account_id = %(account)s
              AND (SELECT p.run_id FROM devices_pulse p WHERE p.sighting_id = s.id) < %(run)s"""
_CROSSED = """SELECT s.id FROM devices_sighting s
              CROSS JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id OFFSET 0) p
              WHERE s.account_id = %(account)s AND (s.stale <> coalesce(p.seen_at < %(edge)s, false)
                                                    OR s.stale AND s.quiet_since IS DISTINCT FROM p.seen_at)"""


def apply_absence(run: SyncRun, now: datetime) -> None:
    """Called when a run over everything ends complete, inside its transaction. Fills `missing` and `withheld` of the run."""
    if run.rejected or _hides_a_device(run):
        return  # an unreadable record may have been any of them
    missing = unseen(run).count()
    present = Sighting.objects.filter(account=run.account, life=Life.SEEN).count()
    if missing > max(FLOOR, present * SHARE) or (missing and not run.records):
        run.withheld = missing
        return
    run.missing = missing
    _mark(run, now)


def _hides_a_device(run: SyncRun) -> bool:
    """Whether it has an unusable record under an id that is not known yet: a device that is enrolled again no longer has its old id.

    Under a known id it is that very device, which counts as listed.
    """
    known = Sighting.objects.filter(account=run.account, external_id=OuterRef("external_id"))
    return run.quarantined > 0 and Quarantine.objects.filter(~Exists(known), account=run.account, run=run).exists()


def apply_withheld(run: SyncRun, now: datetime, *, most: int) -> int:
    """After a user's decision: mark what this run did not list and no later one did, at most so many. Returns how many sightings."""
    gone, missing = _mark(run, now, most)
    tell_use_changed(missing)
    run.missing += len(missing)
    return len(gone) + len(missing)


def proves_absence(run: SyncRun) -> bool:
    """Whether this run may still be applied: it is the account's last complete list, and something is withheld."""
    newest = SyncRun.objects.filter(account=run.account, kind="everything", state="done").order_by("-id").first()
    return newest is not None and newest.pk == run.pk and run.withheld > 0 and run.applied_at is None


def unseen(run: SyncRun) -> QuerySet[Sighting]:
    """What is shown as seen although this complete list does not have it, nor any answer since."""
    last_run = Subquery(Pulse.objects.filter(sighting=OuterRef("pk")).values("run_id"))
    return Sighting.objects.alias(last_run=last_run).filter(account=run.account, life=Life.SEEN, last_run__lt=run.pk)


def _mark(run: SyncRun, now: datetime, most: int | None = None) -> tuple[list[int], list[int]]:
    """The devices of the sightings that are removed, and that are missing, from now on."""
    # What this very decision has marked as missing stays so, however late the rest of it is marked.
    gone_before = (run.decided_at or now) - timedelta(seconds=settings.GONE_AFTER_SECONDS)
    values = {"gone_before": gone_before, "most": most, **changes.cause(run, now)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH left_out AS (UPDATE devices_sighting SET life = 'gone' WHERE id = ANY(ARRAY(
                    {_LACKING} AND s.life = 'missing' AND s.missing_since <= %(gone_before)s LIMIT %(most)s)) RETURNING device_id)
                {changes.into(ChangeKind.GONE, "left_out")} RETURNING device_id""",  # nosec B608 # constants
            values,
        )
        gone = [device for (device,) in cursor.fetchall()]
        cursor.execute(
            f"""WITH left_out AS (UPDATE devices_sighting SET life = 'missing', missing_since = %(now)s WHERE id = ANY(ARRAY(
                    {_LACKING} AND s.life = 'seen' LIMIT %(most)s)) RETURNING device_id)
                {changes.into(ChangeKind.MISSING, "left_out")} RETURNING device_id""",  # nosec B608 # constants
            values,
        )
        missing = [device for (device,) in cursor.fetchall()]
    summarise({*gone, *missing}, now, run=run)
    # A record that is gone decides about no live one any more.
    rematch(Sighting.objects.filter(device__in=gone).values_list("pk", flat=True), now)
    return gone, missing


def mark_stale(account_id: int, stale_after: float, now: datetime) -> None:
    """Flip the sightings that crossed the vendor's threshold, either way; frozen data must not look live.

    Rows that an import holds are left to the end of that import, or to the next hour.
    """
    values: dict[str, int | datetime] = {"account": account_id, "edge": now - timedelta(seconds=stale_after)}
    with transaction.atomic(), connection.cursor() as cursor:
        extend_timeouts()
        cursor.execute(f"SELECT EXISTS ({_CROSSED})", values)
        if not cursor.fetchone()[0]:
            return
        lock_devices()
        cursor.execute(
            f"""UPDATE devices_sighting s SET (stale, quiet_since) = (
                    SELECT coalesce(p.seen_at < %(edge)s, false), CASE WHEN p.seen_at < %(edge)s THEN p.seen_at END
                    FROM devices_pulse p WHERE p.sighting_id = s.id)
                WHERE s.id = ANY(ARRAY({_CROSSED} FOR NO KEY UPDATE OF s SKIP LOCKED)) RETURNING s.device_id""",  # nosec B608 # constants
            values,
        )
        summarise({row[0] for row in cursor.fetchall()}, now)
