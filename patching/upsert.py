"""Writes the patches that vendors tell, set by set. What did not change is compared and not touched.

Runs inside the transaction that saves the cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from devices.copying import quoted, stage
from devices.models import Account
from patching.models import Listed, PatchRun
from patching.placing import IN_USE, hold_patching
from patching.titles import save_titles
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
class Outcome:
    created: int = 0
    changed: int = 0


def save_patches(account: Account, told: Sequence[tuple[str, records.Patch]], now: datetime) -> Outcome:
    """`told`: device and patch. The last of two with one key wins: rows move between pages while a walk goes on."""
    if not told:
        return Outcome()
    hold_patching(account.pk)
    save_titles(account.vendor, (patch.title for _, patch in told))
    newest = {(device, patch.key[:255]): patch for device, patch in told}
    stage("told_patches", PATCH, (_row(device, key, patch) for (device, key), patch in newest.items()), key="device_ref, key")
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, {"account": account.pk, "vendor": account.vendor, "now": now})
        ((created, written),) = cursor.fetchall()
    return Outcome(created, written - created)


def replace_patches(account: Account, devices: Sequence[str], told: Sequence[tuple[str, records.Patch]], now: datetime) -> Outcome:
    """What these devices lack now is `told`, and nothing else."""
    hold_patching(account.pk)
    stage("told_devices", REFS, ((each,) for each in sorted(set(devices))), key="device_ref")
    outcome = save_patches(account, told, now)
    with connection.cursor() as cursor:
        if not told:
            stage("told_patches", PATCH, (), key="device_ref, key")
        cursor.execute(
            """DELETE FROM patching_patch p USING told_devices d WHERE p.account_id = %s AND p.device_ref = d.device_ref
               AND NOT EXISTS (SELECT 1 FROM told_patches t WHERE t.device_ref = p.device_ref AND t.key = p.key)""",
            [account.pk],
        )
    return outcome


def list_shown(run: PatchRun, shown: Sequence[tuple[str, str]]) -> None:
    """Remember which of the patches that we hold a page showed, by device and key."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO patching_listed (run_id, patches)
               SELECT %s, array_agg(p.id) FROM unnest(%s::text[], %s::text[]) AS s(device_ref, key)
               JOIN patching_patch p ON p.account_id = %s AND p.device_ref = s.device_ref AND p.key = s.key HAVING count(*) > 0""",
            [run.pk, [device for device, _ in shown], [key[:255] for _, key in shown], run.account_id],
        )


def close_others(run: PatchRun) -> int:
    """Nobody misses the patches that this complete walk did not show. Returns how many that were."""
    hold_patching(run.account_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM patching_patch WHERE account_id = %s
               AND id NOT IN (SELECT unnest(patches) FROM patching_listed WHERE run_id = %s)""",
            [run.account_id, run.pk],
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
_SETS = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in PLAIN)
# Looked up one by one, whatever the statistics of a table that is just being filled say.
# Age counts from the earlier of what the vendor says and what we saw; a vendor that corrects its date moves it.
_SAVE = f"""
WITH written AS (
    INSERT INTO patching_patch AS held (account_id, device_ref, key, sighting_id, title_id, {_NAMES}, first_at, open_since, counted)
    SELECT %(account)s, t.device_ref, t.key, s.id, n.id, {_TOLD}, %(now)s, least(t.since, %(now)s), coalesce({IN_USE}, false)
    FROM told_patches t JOIN patching_title n ON n.vendor = %(vendor)s AND n.key = t.title_key
    LEFT JOIN LATERAL (SELECT * FROM patching_patch p
                       WHERE p.account_id = %(account)s AND p.device_ref = t.device_ref AND p.key = t.key LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT * FROM devices_sighting s
                       WHERE s.account_id = %(account)s AND s.external_id = t.device_ref LIMIT 1) s ON true
    LEFT JOIN devices_device d ON d.id = s.device_id
    WHERE p.id IS NULL OR (p.title_id, {_HELD}) IS DISTINCT FROM (n.id, {_TOLD})
    ORDER BY t.device_ref, t.key
    ON CONFLICT (account_id, device_ref, key) DO UPDATE
    SET title_id = EXCLUDED.title_id, {_SETS}, open_since = least(EXCLUDED.since, held.first_at),
        sighting_id = EXCLUDED.sighting_id, counted = EXCLUDED.counted
    RETURNING xmax = 0 AS fresh)
SELECT count(*) FILTER (WHERE fresh), count(*) FROM written"""
