"""Rollcall tags on devices, beside the tags of vendors: the same statements for one device and for ten thousand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused
from devices.history import writer as changes
from devices.models import ChangeKind
from vendors.parsing.normalise import text_key

MOST = 10_000  # devices at once
LONGEST = 60
_ADD = """WITH written AS (
    INSERT INTO devices_devicetag (device_id, key, name, by_name, at)
    SELECT d.id, %(key)s, %(name)s, %(who)s, %(now)s FROM devices_device d WHERE d.id = ANY(%(devices)s) ORDER BY d.id
    ON CONFLICT (device_id, key) DO NOTHING RETURNING device_id, name)"""
_REMOVE = "WITH written AS (DELETE FROM devices_devicetag WHERE key = %(key)s AND device_id = ANY(%(devices)s) RETURNING device_id, name)"


def add(devices: Collection[int], *, tag: str, act: AuditContext) -> int:
    """Returns how many did not have it; each of them gets a history entry. More than one device is audited. Raises ActionRefused."""
    name = clean(tag)
    return _write(_ADD, "after", devices, name, act=act, action="devices tagged")


def remove(devices: Collection[int], *, tag: str, act: AuditContext) -> int:
    """Returns how many had it. Tags of vendors stay. Raises ActionRefused."""
    name = clean(tag)
    return _write(_REMOVE, "before", devices, name, act=act, action="tag taken off devices")


def too_many(most: int) -> str:
    return gettext("More than %(number)s devices selected. Narrow the list and tag it in parts.") % {
        "number": number_format(most, force_grouping=True)
    }


def clean(tag: str) -> str:
    """One line, as it is shown. Raises ActionRefused."""
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in tag).split())
    if not text_key(name):
        raise ActionRefused(gettext("Enter a tag."), field="tag")
    if max(len(name), len(text_key(name))) > LONGEST:
        raise ActionRefused(gettext("A tag has at most %(number)s characters. Enter a shorter one.") % {"number": LONGEST}, field="tag")
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
        raise ActionRefused(too_many(MOST))
    values: dict[str, Any] = {"key": text_key(name), "name": name, "who": act.name, "devices": sorted(devices), "ticket": act.ticket}
    texts = {"field": "'tag'", side: "c.name", "actor_name": "%(who)s", "ticket": "%(ticket)s"}
    with transaction.atomic(), connection.cursor() as cursor:
        lock_devices()  # or a device could be merged into another one at the same time
        cursor.execute(f"{statement} {changes.into(ChangeKind.TAGGED, 'written', **texts)}", values | changes.cause(None, act.now))
        written = int(cursor.rowcount)
        if len(devices) > 1:
            audit.record(action, act=act, target=name, devices=len(devices), of_them_changed=written)
    return written
