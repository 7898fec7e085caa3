"""A device as JSON: an interface. Keys are added at most, never renamed or removed; times are UTC with Z, unknown times null."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TypedDict

from devices.models import Device, Life, Sighting
from devices.queries.tags import TAGS


class SightingDocument(TypedDict):
    account: str
    vendor: str
    external_id: str
    state: str
    present: bool
    seen_at: str | None
    fetched_at: str | None


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
    """In the order of `ids`; what is not there any more is left out. Two queries for any number."""
    columns = ("pk", "name", "serial", "user", "os_name", "state", "life", "words")
    rows = Device.objects.filter(pk__in=ids).order_by().annotate(words=TAGS).values_list(*columns)
    found = {
        pk: DeviceDocument(id=pk, name=name, serial=serial, user=user, os=os, state=state, life=life, tags=tags, sightings=[])
        for pk, name, serial, user, os, state, life, tags in rows
    }
    for device, document in _sightings(ids):
        if device in found:
            found[device]["sightings"].append(document)
    return {pk: found[pk] for pk in ids if pk in found}


def moment(at: datetime | None) -> str | None:
    """`2026-11-20T09:12:00Z`"""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sightings(ids: Collection[int]) -> list[tuple[int, SightingDocument]]:
    columns = ("device_id", "account__name", "vendor", "external_id", "state", "life", "pulse__seen_at", "pulse__fetched_at")
    rows = Sighting.objects.filter(device_id__in=ids).order_by("account__name", "pk").values_list(*columns)
    return [
        (
            device,
            SightingDocument(
                account=account,
                vendor=vendor,
                external_id=external_id,
                state=state,
                present=life == Life.SEEN,
                seen_at=moment(seen_at),
                fetched_at=moment(fetched_at),
            ),
        )
        for device, account, vendor, external_id, state, life, seen_at, fetched_at in rows
    ]
