"""Export of the audit log: entries as a table or as JSON Lines, oldest first. Memory stays constant however many there are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import Any

from django.db.models import QuerySet

from devices.audit.queries import detail_of, user_names
from devices.lists.csv import CHUNK, csv_table
from devices.lists.file_table import FileTable
from devices.models import AuditEvent, AuditLink

# Label of each column, and its key in JSON Lines.
# `user`: name of the user who acted, or who acted without one; `number` and `digest`: of the link, empty while an entry has none.
COLUMNS = {
    "Entry id": "id",
    "Time": "at",
    "User": "user",
    "User id": "user_id",
    "Action": "action",
    "Target": "target",
    "Subject": "subject",
    "Subject id": "subject_id",
    "Details": "detail",
    "IP address": "address",
    "Link number": "number",
    "Link digest": "digest",
}


def documents(events: QuerySet[AuditEvent]) -> Iterator[dict[str, Any]]:
    """By id, a chunk at a time. Three queries a chunk."""
    last = 0
    while rows := list(events.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        users = user_names(rows)
        links = {link.event_id: link for link in AuditLink.objects.filter(event__in=[event.pk for event in rows])}
        yield from (_document(event, users, links.get(event.pk)) for event in rows)
        last = rows[-1].pk


def jsonl(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    return (json.dumps(document, ensure_ascii=False) + "\n" for document in found)


def file_table(found: Iterable[dict[str, Any]]) -> FileTable:
    """`detail` is JSON in one cell."""
    return FileTable(COLUMNS, (_row(document) for document in found))


def csv_lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    return csv_table(file_table(found))


# Of the command line.
FORMATS: dict[str, Callable[[Iterable[dict[str, Any]]], Iterator[str]]] = {"csv": csv_lines, "jsonl": jsonl}


def _document(event: AuditEvent, users: dict[int, str], link: AuditLink | None) -> dict[str, Any]:
    return {
        "id": event.pk,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "user": event.source or users.get(event.actor_id or 0, ""),
        "user_id": event.actor_id,
        "action": event.action,
        "target": event.target,
        "subject": users.get(event.subject_id or 0, ""),
        "subject_id": event.subject_id,
        "detail": detail_of(event, users),
        "address": event.address,
        "number": link.position if link else None,
        "digest": bytes(link.digest).hex() if link else None,
    }


def _row(document: dict[str, Any]) -> list[object]:
    cells = document | {"detail": json.dumps(document["detail"], ensure_ascii=False) if document["detail"] else ""}
    return ["" if cells[name] is None else cells[name] for name in COLUMNS.values()]
