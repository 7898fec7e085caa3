from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import migrations, models

# ESET's ids are kept in small letters now: of devices, patches and applications.
PLAIN = "~ '^[ -~]*$'"
SMALL = 'lower({} COLLATE "C")'
NAMED = "t.vendor = 'eset' AND t.kind = 'application' AND t.key !~ ':' AND t.key " + PLAIN
TWIN = f"""FROM patching_title t JOIN patching_title small ON small.vendor = 'eset' AND small.key = {SMALL.format("t.key")}
    WHERE {NAMED} AND t.id <> small.id"""
TITLES = (
    f"UPDATE patching_patch p SET title_id = small.id {TWIN} AND p.title_id = t.id",
    f"UPDATE patching_attempt a SET title_id = small.id {TWIN} AND a.title_id = t.id",
    f"UPDATE patching_title x SET likely_id = small.id {TWIN} AND x.likely_id = t.id",
    f"DELETE FROM patching_title WHERE id IN (SELECT t.id {TWIN})",
    f"UPDATE patching_title t SET key = {SMALL.format('t.key')} WHERE {NAMED} AND t.key <> {SMALL.format('t.key')}",
)
PATCHES = (
    f"""DELETE FROM patching_patch p USING devices_account a WHERE a.id = p.account_id AND a.vendor = 'eset' AND EXISTS (
        SELECT FROM patching_patch o WHERE o.account_id = p.account_id AND o.id > p.id
        AND {SMALL.format("o.device_ref")} = {SMALL.format("p.device_ref")} AND {SMALL.format("o.key")} = {SMALL.format("p.key")}
        AND (o.device_ref, o.key) <> (p.device_ref, p.key))""",
    f"""UPDATE patching_patch p SET device_ref = {SMALL.format("p.device_ref")}, key = {SMALL.format("p.key")}
        FROM devices_account a WHERE a.id = p.account_id AND a.vendor = 'eset' AND p.device_ref {PLAIN} AND p.key {PLAIN}
        AND (p.device_ref, p.key) <> ({SMALL.format("p.device_ref")}, {SMALL.format("p.key")})""",
)
# A device that was there in two spellings has one last attempt of an application.
LAST = """UPDATE patching_attempt a SET last = ranked.newest FROM (
    SELECT a.id, a.last, row_number() OVER (
        PARTITION BY a.account_id, a.device_ref, a.title_id ORDER BY a.at DESC, a.id DESC) = 1 AS newest
    FROM patching_attempt a JOIN devices_account o ON o.id = a.account_id WHERE o.vendor = 'eset' AND a.device_ref <> '') ranked
    WHERE a.id = ranked.id AND ranked.last <> ranked.newest"""
CHUNK = 2000


def rename(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT EXISTS (SELECT FROM patching_title t WHERE {NAMED} AND t.key <> {SMALL.format("t.key")})
                OR EXISTS (SELECT FROM patching_attempt a JOIN devices_account o ON o.id = a.account_id
                           WHERE o.vendor = 'eset' AND a.device_ref <> {SMALL.format("a.device_ref")})"""
        )
        (any_attempt,) = cursor.fetchone()
        for statement in (*TITLES, *PATCHES):
            cursor.execute(statement)
        if any_attempt:
            for chunk in _attempts(apps):
                _name_again(cursor, chunk)
            cursor.execute(LAST)


def _attempts(apps: Any) -> Iterator[list[Any]]:
    found = apps.get_model("patching", "Attempt").objects.filter(account__vendor="eset").select_related("title")
    last = 0
    while chunk := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _name_again(cursor: Any, chunk: list[Any]) -> None:
    """An attempt is known by digests of its ids (patching/sync/attempt_writer.py). One that is there twice now is kept once."""
    for attempt in chunk:
        device = attempt.device_ref.lower() if attempt.device_ref.isascii() else attempt.device_ref
        exact = _digest(attempt, [device]) if attempt.exact is not None else None
        loose = _digest(attempt, [attempt.status, attempt.reason])
        if (device, exact, loose) == (attempt.device_ref, bytes(attempt.exact) if attempt.exact else None, bytes(attempt.loose)):
            continue
        cursor.execute(
            "DELETE FROM patching_attempt WHERE account_id = %s AND exact = %s AND id <> %s", [attempt.account_id, exact, attempt.pk]
        )
        cursor.execute(
            "UPDATE patching_attempt SET device_ref = %s, exact = %s, loose = %s WHERE id = %s", [device, exact, loose, attempt.pk]
        )


def _digest(attempt: Any, more: list[str]) -> bytes:
    began = attempt.started_at or attempt.ended_at
    known = [attempt.title.key, began.isoformat() if began else ""]
    for number, name in ((attempt.before_number, attempt.before), (attempt.after_number, attempt.after)):
        known += [str(number), name]
    return hashlib.blake2b(msgspec.json.encode([*known, *more]), digest_size=16).digest()


class Migration(migrations.Migration):
    dependencies = [("patching", "0008_failures")]

    operations = [
        migrations.AddField(
            model_name="patchrun",
            name="repairs",
            field=models.JSONField(default=list, help_text="see devices/reconciliation/field_repairs.py"),
        ),
        migrations.RunPython(rename, migrations.RunPython.noop),
    ]
