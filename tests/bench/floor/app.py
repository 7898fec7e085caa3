"""The floor: the least that storing a fleet costs. Bare psycopg, msgspec and http.client; no engine, no Django, no normalising, no matching.

The same pages are fetched, parsed typed, digested, COPYed and upserted into tables of the same columns and indexes (schema `floor`).
"""

from __future__ import annotations

import hashlib
import http.client
import os
import sys
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg

from sandbox.credentials import ESET_PASSWORD, ESET_USERNAME
from tests.bench.cost import Cost

TABLES = ("sighting", "device", "identifier", "issue", "pulse")
WIDE = [
    "id",
    "external_id",
    "device_id",
    "digest",
    "name",
    "serial",
    "user",
    "os_name",
    "os_family",
    "model",
    "manufacturer",
    "group_id",
    "state",
    "state_raw",
    "enrolment",
    "silenced",
    "problem_count",
    "raw",
    "account_id",
    "vendor",
    "group_name",
    "link",
    "changed_at",
    "created_at",
    "life",
    "stale",
]
DEVICE = [
    "id",
    "name",
    "serial",
    "user",
    "os_name",
    "os_family",
    "model",
    "state",
    "life",
    "silenced",
    "vendors",
    "issue_count",
    "haystack",
    "created_at",
]


class Bios(msgspec.Struct):
    serialNumber: str | None = None
    uuid: str | None = None


class Adapter(msgspec.Struct):
    macAddress: str | None = None


class Profile(msgspec.Struct):
    bios: Bios | None = None
    manufacturer: str | None = None
    model: str | None = None
    networkAdapters: list[Adapter] | None = None


class System(msgspec.Struct):
    displayName: str | None = None


class Record(msgspec.Struct):
    uuid: str
    displayName: str | None = None
    originalDisplayName: str | None = None
    parentGroupUuid: str | None = None
    functionalityStatus: str | None = None
    functionalityProblemCount: int | str | None = None
    enrollmentStatus: str | None = None
    lastSyncTime: str | None = None
    isMuted: bool | None = None
    operatingSystem: System | None = None
    hardwareProfiles: list[Profile] | None = None
    primaryLocalIpAddress: str | None = None
    tags: list[str] | None = None


class Head(msgspec.Struct):
    uuid: str
    lastSyncTime: str = ""


class Listing(msgspec.Struct):
    devices: list[msgspec.Raw]
    nextPageToken: str = ""


def pages(url: str) -> Iterator[list[bytes]]:
    parts = urllib.parse.urlsplit(url)
    server = http.client.HTTPConnection(parts.hostname or "", parts.port)
    form = urllib.parse.urlencode({"grant_type": "password", "username": ESET_USERNAME, "password": ESET_PASSWORD})
    server.request("POST", "/eset/eu/business-account.iam/oauth/token", form, {"content-type": "application/x-www-form-urlencoded"})
    token = msgspec.json.decode(server.getresponse().read())["access_token"]
    following = ""
    while True:
        query = urllib.parse.urlencode({"pageSize": 1000, "pageToken": following})
        server.request("GET", f"/eset/eu/device-management/v1/devices?{query}", headers={"authorization": f"Bearer {token}"})
        listing = msgspec.json.decode(server.getresponse().read(), type=Listing)
        yield [bytes(raw) for raw in listing.devices]
        following = listing.nextPageToken
        if not following:
            return


def run(url: str, work: str) -> None:
    database = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=None)
    if work == "first":
        make_tables(database)
    devices, next_id, cost = 0, 1, Cost()
    for page in pages(url):
        with database.transaction():
            next_id = store(database, page, next_id)
        devices += len(page)
    cost.tell(devices=devices)


def make_tables(database: psycopg.Connection) -> None:
    with database.transaction():
        database.execute("CREATE SCHEMA floor")
        for table in TABLES:
            database.execute(f"CREATE TABLE floor.{table} (LIKE devices_{table} INCLUDING ALL)")
        database.execute("ALTER TABLE floor.pulse SET (fillfactor = 50)")


def store(database: psycopg.Connection, page: list[bytes], next_id: int) -> int:
    rows = {}
    for raw in page:
        head = msgspec.json.decode(raw, type=Head)
        rows[head.uuid] = (hashlib.blake2b(raw.replace(head.lastSyncTime.encode(), b""), digest_size=16).digest(), head.lastSyncTime, raw)
    cursor = database.cursor()
    cursor.execute("CREATE TEMP TABLE incoming (external_id text PRIMARY KEY, digest bytea, seen_at timestamptz) ON COMMIT DROP")
    copy(cursor, "incoming", ("external_id", "digest", "seen_at"), ((uuid, row[0], row[1] or None) for uuid, row in rows.items()))
    cursor.execute(
        """SELECT i.external_id, s.id FROM incoming i LEFT JOIN floor.sighting s ON s.account_id = 1 AND s.external_id = i.external_id
           WHERE s.digest IS DISTINCT FROM i.digest"""
    )
    different: dict[str, int | None] = dict(cursor.fetchall())
    if different:
        next_id = write(cursor, {uuid: rows[uuid] for uuid in different}, different, next_id)
    cursor.execute(
        """INSERT INTO floor.pulse (sighting_id, seen_at, fetched_at, run_id) SELECT s.id, i.seen_at, now(), 1 FROM incoming i
           JOIN floor.sighting s ON s.account_id = 1 AND s.external_id = i.external_id
           ON CONFLICT (sighting_id) DO UPDATE SET seen_at = EXCLUDED.seen_at, fetched_at = EXCLUDED.fetched_at, run_id = EXCLUDED.run_id"""
    )
    return next_id


def write(cursor: psycopg.Cursor, rows: dict[str, Any], known: dict[str, int | None], next_id: int) -> int:
    ids = {}
    for uuid in rows:
        ids[uuid] = known[uuid] or next_id
        next_id += known[uuid] is None
    read = {uuid: msgspec.json.decode(raw, type=Record) for uuid, (_, _, raw) in rows.items()}
    now = datetime.now(UTC)
    cursor.execute(f"CREATE TEMP TABLE wide ON COMMIT DROP AS SELECT {names(WIDE)} FROM floor.sighting LIMIT 0")
    copy(cursor, "wide", WIDE, (wide(ids[uuid], rows[uuid], record, now) for uuid, record in read.items()))
    updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in WIDE if name != "id")
    cursor.execute(
        f"""INSERT INTO floor.sighting ({names(WIDE)}) SELECT {names(WIDE)} FROM wide
            ON CONFLICT (account_id, external_id) DO UPDATE SET {updates}"""
    )
    for table in ("identifier", "issue"):
        cursor.execute(f"DELETE FROM floor.{table} WHERE sighting_id = ANY(%s)", [[each for each in known.values() if each]])
    copy(cursor, "floor.identifier", ("sighting_id", "kind", "key", "value", "junk"), identifiers(ids, read))
    issues = (
        (ids[uuid], "problems", "problems", "attention", "", False, now)
        for uuid, r in read.items()
        if int(r.functionalityProblemCount or 0)
    )
    copy(cursor, "floor.issue", ("sighting_id", "key", "title", "state", "raw", "silenced", "first_seen_at"), issues)
    cursor.execute(f"CREATE TEMP TABLE narrow ON COMMIT DROP AS SELECT {names(DEVICE)} FROM floor.device LIMIT 0")
    copy(cursor, "narrow", DEVICE, (device(ids[uuid], record, now) for uuid, record in read.items()))
    updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in DEVICE[1:])
    cursor.execute(
        f"INSERT INTO floor.device ({names(DEVICE)}) SELECT {names(DEVICE)} FROM narrow ON CONFLICT (id) DO UPDATE SET {updates}"
    )
    return next_id


def wide(key: int, row: Any, record: Record, now: datetime) -> tuple[Any, ...]:
    profile = (record.hardwareProfiles or [Profile()])[0]
    bios, system = profile.bios or Bios(), record.operatingSystem or System()
    return (
        key, record.uuid, key, row[0], record.displayName or "", bios.serialNumber or "", "", system.displayName or "", "windows", profile.model or "",
        profile.manufacturer or "", record.parentGroupUuid or "", "ok", record.functionalityStatus or "", "managed", bool(record.isMuted),
        int(record.functionalityProblemCount or 0), row[2].decode(), 1, "eset", "", "", now, now, "seen", False,
    )  # fmt: skip


def device(key: int, record: Record, now: datetime) -> tuple[Any, ...]:
    profile = (record.hardwareProfiles or [Profile()])[0]
    serial, system = (profile.bios or Bios()).serialNumber or "", record.operatingSystem or System()
    haystack = f"{record.displayName} {serial}".lower()
    return (key, record.displayName or "", serial, "", system.displayName or "", "windows", profile.model or "", "ok", "seen", bool(record.isMuted),
            ["eset"], int(record.functionalityProblemCount or 0), haystack, now)  # fmt: skip


def identifiers(ids: dict[str, int], read: dict[str, Record]) -> Iterator[tuple[Any, ...]]:
    for uuid, record in read.items():
        found = {("hostname", record.originalDisplayName), ("vendor_id", uuid), ("ip", record.primaryLocalIpAddress)}
        if record.displayName != record.originalDisplayName:
            found.add(("nickname", record.displayName))
        found |= {("tag", tag) for tag in record.tags or ()}
        for profile in record.hardwareProfiles or []:
            bios = profile.bios or Bios()
            found |= {("serial", bios.serialNumber), ("bios_uuid", bios.uuid)}
            found |= {("mac", adapter.macAddress) for adapter in profile.networkAdapters or []}
        for kind, text in found:
            if text:
                yield ids[uuid], kind, text.lower(), text, False


def copy(cursor: psycopg.Cursor, table: str, columns: Any, rows: Any) -> None:
    with cursor.copy(f"COPY {table} ({names(columns)}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)


def names(columns: Any) -> str:
    return ", ".join(f'"{column}"' for column in columns)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
