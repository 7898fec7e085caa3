"""Faults of single records: planted in the database, or in the record itself."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import connection

from devices.models import Quarantine, Sighting, SyncRun
from tests.devices import records as making
from tests.owner import owner_rights
from vendors.records import Device as Told
from vendors.records import Entry
from vendors.states import IdKind

BAD = "bad"


def sql(statement: str) -> None:
    connection.check_constraints()  # a table with checks under way cannot be altered
    with owner_rights() as cursor:
        cursor.execute(statement)


def refuse(table: str, condition: str) -> None:
    """No row of the table may be so."""
    sql(f"ALTER TABLE {table} ADD CONSTRAINT planted CHECK (NOT ({condition}))")


def raising(state: str, *, deferred: bool = False) -> None:
    """Writing the bad record's sighting raises this SQLSTATE, at once or at the end of the transaction."""
    sql(f"CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'bad' USING ERRCODE = '{state}'; END $$")
    made = "CONSTRAINT TRIGGER planted AFTER" if deferred else "TRIGGER planted BEFORE"
    when = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW" if deferred else "FOR EACH ROW"
    sql(f"CREATE {made} INSERT OR UPDATE ON devices_sighting {when} WHEN (NEW.external_id = '{BAD}') EXECUTE FUNCTION planted()")


def started() -> SyncRun:
    return making.run(making.account())


def entry(external_id: str, /, **fields: Any) -> Entry:
    return making.entry(external_id, **{"identifiers": (making.identifier(IdKind.SERIAL, f"serial {external_id}"),), **fields})


def page(size: int, *bad: int) -> list[Entry]:
    return [entry(BAD + (str(number) if len(bad) > 1 else "") if number in bad else f"good{number}") for number in range(size)]


def stored() -> set[str]:
    return set(Sighting.objects.values_list("external_id", flat=True))


def quarantined() -> list[str]:
    return sorted(Quarantine.objects.values_list("external_id", flat=True))


def failing(error: Exception) -> Entry:
    def read(_raw: bytes) -> Told:
        raise error

    return msgspec.structs.replace(entry(BAD), mapper=read)
