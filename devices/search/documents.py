"""A device as JSON, which is an interface. Keys are added at most, never renamed or removed; times are UTC with Z, unknown times null."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

from django.db import connection

from devices.models import Life
from devices.reconciliation.field_repairs import RepairDocument, as_documents
from devices.search.tags import TAGS_SQL

_DOCUMENTS = f"""WITH found AS MATERIALIZED (
    SELECT id, name, serial, "user", os_name, state, life, {TAGS_SQL} AS tags FROM devices_device WHERE id = ANY(%s))
SELECT d.*, s.* FROM found d LEFT JOIN LATERAL (
    SELECT a.name AS account, s.vendor, s.external_id, s.state, s.life, p.seen_at, p.fetched_at, NOT a.enabled AS off, s.repairs,
        s.id AS sighting
    FROM devices_sighting s JOIN devices_account a ON a.id = s.account_id LEFT JOIN devices_pulse p ON p.sighting_id = s.id
    WHERE s.device_id = d.id OFFSET 0) s ON true ORDER BY s.account, s.sighting"""


class SightingDocument(TypedDict):
    account: str
    vendor: str
    external_id: str
    state: str
    present: bool
    seen_at: str | None
    fetched_at: str | None
    account_off: bool  # the account is disabled: it is not synced
    repaired: list[RepairDocument]  # fields of the vendor's record that were corrected or left out


class DeviceDocument(TypedDict):
    id: int
    name: str
    serial: str
    user: str
    os: str
    state: str
    life: str
    tags: list[str]
    sightings: list[SightingDocument]


def device_documents(ids: Collection[int]) -> dict[int, DeviceDocument]:
    """In the order of `ids`; devices that no longer exist are left out. One query for any number."""
    found: dict[int, DeviceDocument] = {}
    if not ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_DOCUMENTS, [list(ids)])
        for pk, name, serial, user, os, state, life, tags, *sighting, _ in cursor:
            document = found.setdefault(
                pk, DeviceDocument(id=pk, name=name, serial=serial, user=user, os=os, state=state, life=life, tags=tags, sightings=[])
            )
            if sighting[0] is not None:
                document["sightings"].append(_sighting(sighting))
    return {pk: found[pk] for pk in ids if pk in found}


def moment(at: datetime | None) -> str | None:
    """`2026-11-20T09:12:00Z`"""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sighting(columns: Sequence[Any]) -> SightingDocument:
    account, vendor, external_id, state, life, seen_at, fetched_at, off, repairs = columns
    return SightingDocument(
        account=account,
        vendor=vendor,
        external_id=external_id,
        state=state,
        present=life == Life.SEEN,
        seen_at=moment(seen_at),
        fetched_at=moment(fetched_at),
        account_off=off,
        repaired=as_documents(json.loads(repairs) if isinstance(repairs, str) else repairs),
    )
