"""Hand-made accounts, entries and runs for tests of storage and the engine."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
from django.utils import timezone

from devices.models import Account, SyncRun
from devices.sync.handler import request_run
from vendors.base import Scope
from vendors.errors import BadRecord
from vendors.parsing import normalise
from vendors.records import Device, Entry, Identifier, Issue
from vendors.states import IdKind, State

SEEN_AT = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)


def account(name: str = "eset-main", vendor: str = "eset") -> Account:
    return Account.objects.create(name=name, vendor=vendor)


def run(of: Account, *, scope: Scope | None = None) -> SyncRun:
    return request_run(of, scope or Scope(), now=timezone.now())


def identifier(kind: IdKind, key: str, *, junk: bool = False) -> Identifier:
    return Identifier(kind, key.upper(), key, junk)


def normalised(kind: IdKind, value: str) -> Identifier | None:
    """As a vendor's mapping makes it."""
    return normalise.identifier(kind, value)


def entry(external_id: str, *, broken: str = "", seen_at: datetime = SEEN_AT, **fields: object) -> Entry:
    """An entry whose digest covers all its fields but the time it was seen."""
    values: dict[str, object] = {"name": external_id.upper(), "state": State.OK, "state_raw": "OK", **fields}
    raw = msgspec.json.encode({"id": external_id, **{k: str(v) for k, v in values.items()}})

    def read(_raw: bytes) -> Device:
        if broken:
            raise BadRecord(broken)
        return Device(external_id=external_id, **values)  # type: ignore[arg-type]

    return Entry(external_id, seen_at, hashlib.blake2b(raw, digest_size=16).digest(), raw, read)


def issue(key: str, state: State = State.ATTENTION, **fields: object) -> Issue:
    return Issue(key=key, title=key, state=state, raw=key, **fields)  # type: ignore[arg-type]
