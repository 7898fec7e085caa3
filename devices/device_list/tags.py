"""Words of ours on devices, beside the tags that vendors give. One device or ten thousand: the same statements, set by set."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused
from devices.history import writer as changes
from devices.models import ChangeKind
from vendors.parsing.normalise import text_key

MOST = 10_000  # devices at once
LONGEST = 60
_ADD = """WITH told AS (
    INSERT INTO devices_devicetag (device_id, key, name, by_name, at)
    SELECT d.id, %(key)s, %(name)s, %(who)s, %(now)s FROM devices_device d WHERE d.id = ANY(%(devices)s) ORDER BY d.id
    ON CONFLICT (device_id, key) DO NOTHING RETURNING device_id, name)"""
_REMOVE = "WITH told AS (DELETE FROM devices_devicetag WHERE key = %(key)s AND device_id = ANY(%(devices)s) RETURNING device_id, name)"


def add(devices: Collection[int], *, tag: str, act: AuditContext) -> int:
    """Returns how many had it not yet; of those each remembers it. More than one device is audited. Raises ActionRefused."""
    name = clean(tag)
    return _write(_ADD, "after", devices, name, act=act, action="devices tagged")


def remove(devices: Collection[int], *, tag: str, act: AuditContext) -> int:
    """Returns how many had it. Tags that vendors give stay. Raises ActionRefused."""
    name = clean(tag)
    return _write(_REMOVE, "before", devices, name, act=act, action="tag taken off devices")


def clean(tag: str) -> str:
    """One line, as it is shown. Raises ActionRefused."""
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in tag).split())
    if not text_key(name):
        raise ActionRefused("Type a word for the tag first.")
    if max(len(name), len(text_key(name))) > LONGEST:
        raise ActionRefused(f"A tag has at most {LONGEST} characters: choose a shorter one, and put the rest into a note.")
    return name


def _write(
    statement: str,
    side: str,
    devices: Collection[int],
    name: str,
    *,
    act: AuditContext,
    action: str,
) -> int:
    if len(devices) > MOST:
        raise ActionRefused(f"That is more than {MOST:,} devices: narrow the list down, and tag it part by part.")
    values: dict[str, Any] = {"key": text_key(name), "name": name, "who": act.name, "devices": sorted(devices), "ticket": act.ticket}
    texts = {"field": "'tag'", side: "c.name", "actor_name": "%(who)s", "ticket": "%(ticket)s"}
    with transaction.atomic(), connection.cursor() as cursor:
        lock_devices()  # or a device could become part of another one meanwhile
        cursor.execute(f"{statement} {changes.into(ChangeKind.TAGGED, 'told', **texts)}", values | changes.cause(None, act.now))
        written = int(cursor.rowcount)
        if len(devices) > 1:
            audit.record(action, act=act, target=name, devices=len(devices), of_them_changed=written)
    return written
