"""Signatures of the audit log: HMAC-SHA-256 with keys that are derived from the sealing keys and are never in the database.

An entry is signed when it is written, so that one that something else writes into the table is recognized.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import connection

from devices.models import AuditEvent

# An entry as PostgreSQL writes it: the same text whenever and by whichever version of the driver it is read.
CONTENT = """e.id::text, extract(epoch FROM e.at)::text, e.actor_id::text, e.source, e.action, e.target, e.subject_id::text,
e.detail::text, e.address::text"""
_WRITTEN = """
WITH named AS (
  INSERT INTO devices_auditname (user_id, name) SELECT id, username FROM devices_user WHERE id = ANY(%(users)s) ON CONFLICT DO NOTHING)
SELECT nextval(pg_get_serial_sequence('devices_auditevent', 'id')), extract(epoch FROM %(at)s::timestamptz)::text,
%(detail)s::jsonb::text, %(address)s::inet::text"""


def keys() -> Mapping[str, bytes]:
    """Key id → key, that for new signatures first."""
    return {key_id: hmac.digest(key, b"rollcall audit log", "sha256") for key_id, key in settings.SEALING_KEYS.items()}


def entry_mac(content: Sequence[str | None], *, key: bytes) -> bytes:
    return hmac.digest(key, b"entry " + canonical(content), "sha256")


def link_mac(digest: bytes, *, key: bytes) -> bytes:
    return hmac.digest(key, b"link " + digest, "sha256")


def is_signed(content: Sequence[str | None], mac: bytes) -> bool:
    """Whether one of the loaded keys signed the entry."""
    return any(hmac.compare_digest(entry_mac(content, key=key), mac) for key in keys().values())


def link_digest(previous: bytes, *, position: int, signed: bool, content: Sequence[str | None], mac: bytes) -> bytes:
    return hashlib.sha256(previous + canonical([str(position), str(signed), *content, mac.hex()])).digest()


def canonical(values: Sequence[str | None]) -> bytes:
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def sign_new(event: AuditEvent) -> tuple[int, bytes]:
    """Id and HMAC of an entry that is about to be written; stores the names of its users where they are not known yet."""
    users = [user for user in (event.actor_id, event.subject_id) if user is not None]
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, {"users": users, "at": event.at, "detail": json.dumps(event.detail), "address": event.address})
        pk, epoch, detail, address = cursor.fetchone()
    actor, subject = _text(event.actor_id), _text(event.subject_id)
    content = [str(pk), epoch, actor, event.source, event.action, event.target, subject, detail, address]
    return pk, entry_mac(content, key=next(iter(keys().values())))


def _text(user: int | None) -> str | None:
    return None if user is None else str(user)
