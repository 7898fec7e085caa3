"""Writes the patches that vendors tell, set by set. What did not change is compared and not touched.

Runs inside the transaction that saves the cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from devices.db.copy import quoted, stage
from devices.models import Account
from patching.models import Listed, Patch, PatchRun
from patching.sync.assignment import IN_USE, hold_patching
from patching.sync.title_writer import save_titles
from vendors import records

PLAIN = {
    "status": "text",
    "reason": "text",
    "raw": "text",
    "version": "text",
    "severity": "text",
    "security": "bool",
    "restart": "bool",
    "fixes": "varchar[]",
    "released": "date",
    "notes": "text",
    "since": "timestamptz",
}
PATCH = {"device_ref": "text", "key": "text", "title_key": "text", **PLAIN}
REFS = {"device_ref": "text"}


@dataclass(frozen=True, slots=True)
class PatchWriteResult:
    """`ids`: the rows of all reported patches, changed or not."""

    created: int = 0
    changed: int = 0
    ids: tuple[int, ...] = ()


def save_patches(account: Account, told: Sequence[tuple[str, records.Patch]], now: datetime) -> PatchWriteResult:
    """`told`: device and patch. The last of two with one key wins: rows move between pages during a sync."""
    if not told:
        return PatchWriteResult()
    hold_patching()
    save_titles(account.vendor, (patch.title for _, patch in told))
    newest = {(device, patch.key[:255]): patch for device, patch in told}
    stage("told_patches", PATCH, (_row(device, key, patch) for (device, key), patch in newest.items()))
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, {"account": account.pk, "vendor": account.vendor, "now": now})
        ((created, changed, ids),) = cursor.fetchall()
    return PatchWriteResult(created, changed, tuple(ids))


def replace_patches(account: Account, devices: Sequence[str], told: Sequence[tuple[str, records.Patch]], now: datetime) -> PatchWriteResult:
    """The missing patches of these devices are now exactly `told`."""
    hold_patching()
    stage("told_devices", REFS, ((each,) for each in sorted(set(devices))), key="device_ref")
    outcome = save_patches(account, told, now)
    with connection.cursor() as cursor:
        if not told:
            stage("told_patches", PATCH, ())
        cursor.execute(
            """DELETE FROM patching_patch p USING told_devices d WHERE p.account_id = %s AND p.device_ref = d.device_ref
               AND NOT EXISTS (SELECT 1 FROM told_patches t WHERE t.device_ref = p.device_ref AND t.key = p.key)""",
            [account.pk],
        )
    return outcome


def list_shown(run: PatchRun, ids: Sequence[int], unstored: Sequence[tuple[str, str]]) -> None:
    """Store what a page showed. `unstored`: by device and key, patches that could not be stored; their rows are kept."""
    named = Q.create([Q(device_ref=device, key=key[:255]) for device, key in unstored], connector=Q.OR)
    there = Patch.objects.filter(named, account=run.account_id).values_list("pk", flat=True) if unstored else ()
    if ids or there:
        Listed.objects.create(run=run, patches=[*ids, *there])


def close_others(run: PatchRun) -> int:
    """Close the patches that this full sync did not show. Returns their number."""
    hold_patching()
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH shown AS MATERIALIZED (SELECT unnest(patches) AS id FROM patching_listed WHERE run_id = %s)
               DELETE FROM patching_patch p WHERE account_id = %s AND NOT EXISTS (SELECT FROM shown WHERE shown.id = p.id)""",
            [run.pk, run.account_id],
        )
        closed = int(cursor.rowcount)
    forget_shown(run)
    return closed


def forget_shown(run: PatchRun) -> None:
    Listed.objects.filter(run=run).delete()


def _row(device: str, key: str, patch: records.Patch) -> tuple[Any, ...]:
    return (
        device,
        key,
        patch.title.key[:255],
        patch.status.value,
        patch.reason.value,
        patch.raw[:100],
        patch.version[:255],
        patch.severity.value,
        patch.security,
        patch.restart,
        list(patch.fixes),
        patch.released,
        patch.notes[:1000],
        patch.since,
    )


_NAMES = quoted(PLAIN)
_TOLD, _HELD = (", ".join(f'{side}."{name}"' for name in PLAIN) for side in ("t", "p"))
_SETS = ", ".join(f'"{name}" = t."{name}"' for name in PLAIN)
# Looked up one by one, whatever the statistics of a table that is just being filled say.
# Age counts from the earlier of the vendor's date and the first report; a corrected date moves it.
_SAVE = f"""
WITH matched AS MATERIALIZED (
    SELECT t.*, n.id AS title_id, p.id AS held_id, s.id AS sighting_id, coalesce({IN_USE}, false) AS counted,
        (p.title_id, {_HELD}) IS DISTINCT FROM (n.id, {_TOLD}) AS differs
    FROM told_patches t JOIN patching_title n ON n.vendor = %(vendor)s AND n.key = t.title_key
    LEFT JOIN LATERAL (SELECT * FROM patching_patch p
                       WHERE p.account_id = %(account)s AND p.device_ref = t.device_ref AND p.key = t.key LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT * FROM devices_sighting s
                       WHERE s.account_id = %(account)s AND s.external_id = t.device_ref LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT * FROM devices_device d WHERE d.id = s.device_id LIMIT 1) d ON true),
added AS (
    INSERT INTO patching_patch (account_id, device_ref, key, sighting_id, title_id, {_NAMES}, first_at, open_since, counted)
    SELECT %(account)s, device_ref, key, sighting_id, title_id, {_NAMES}, %(now)s, least(since, %(now)s), counted
    FROM matched WHERE held_id IS NULL ORDER BY device_ref, key RETURNING id),
corrected AS (
    UPDATE patching_patch p SET title_id = t.title_id, {_SETS}, open_since = least(t.since, p.first_at),
        sighting_id = t.sighting_id, counted = t.counted
    FROM matched t WHERE p.id = t.held_id AND t.differs RETURNING p.id)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM corrected),
    array(SELECT held_id FROM matched WHERE held_id IS NOT NULL UNION ALL SELECT id FROM added)"""
