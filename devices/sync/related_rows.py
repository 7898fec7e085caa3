"""Identifiers and issues of a sighting. Replaced as a set when the record changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from devices.db.copy import copy_rows, stage
from devices.hooks import MappedEntry

IDENTIFIER = {"sighting_id": "int8", "kind": "varchar", "key": "varchar", "value": "varchar", "junk": "bool"}
ISSUE = {
    "sighting_id": "int8",
    "key": "text",
    "title": "text",
    "state": "text",
    "raw": "text",
    "since": "timestamptz",
    "silenced": "bool",
}


def replace_identifiers(mapped: Sequence[MappedEntry], *, keep: Collection[str] = ()) -> None:
    """`keep`: kinds that are not replaced."""
    old = [each.sighting_id for each in mapped if not each.fresh]
    if old:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM devices_identifier WHERE sighting_id = ANY(%s) AND kind <> ALL(%s)", [old, list(keep)])
    if mapped:
        copy_rows("devices_identifier", IDENTIFIER, _identifier_rows(mapped))


def _identifier_rows(mapped: Sequence[MappedEntry]) -> Iterator[tuple[Any, ...]]:
    for each in mapped:
        once = {(identifier.kind, identifier.key): identifier for identifier in each.device.identifiers}
        for (kind, key), identifier in once.items():
            yield each.sighting_id, kind, key, identifier.value, identifier.junk


def replace_issues(mapped: Sequence[MappedEntry], now: datetime) -> None:
    """Closed issues go, open ones keep the time when we first saw them."""
    if not mapped:
        return
    stage("told", ISSUE, _issue_rows(mapped))
    old = [each.sighting_id for each in mapped if not each.fresh]
    with connection.cursor() as cursor:
        if old:
            cursor.execute(
                """DELETE FROM devices_issue i WHERE i.sighting_id = ANY(%s)
                   AND NOT EXISTS (SELECT 1 FROM told t WHERE t.sighting_id = i.sighting_id AND t.key = i.key)""",
                [old],
            )
        cursor.execute(
            """INSERT INTO devices_issue AS i (sighting_id, key, title, state, raw, since, silenced, first_seen_at)
               SELECT sighting_id, key, title, state, raw, since, silenced, %s FROM told ORDER BY sighting_id, key
               ON CONFLICT (sighting_id, key) DO UPDATE
               SET title = EXCLUDED.title, state = EXCLUDED.state, raw = EXCLUDED.raw, since = EXCLUDED.since, silenced = EXCLUDED.silenced
               WHERE (i.title, i.state, i.raw, i.since, i.silenced)
                     IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.state, EXCLUDED.raw, EXCLUDED.since, EXCLUDED.silenced)""",
            [now],
        )


def _issue_rows(mapped: Sequence[MappedEntry]) -> Iterator[tuple[Any, ...]]:
    for each in mapped:
        for key, issue in {issue.key[:255]: issue for issue in each.device.issues}.items():
            yield each.sighting_id, key, issue.title[:512], issue.state, issue.raw[:255], issue.since, issue.silenced
