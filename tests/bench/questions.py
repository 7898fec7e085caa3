"""What the bench asks: for every kind of page the addresses of many different devices, and the same search in bare SQL."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import psycopg

from devices.lists.keyset import Cursor
from devices.models import Device, Identifier, Sighting

SAMPLES = 60
SHOWN = 50

# The identifiers that begin so and the words anywhere in the summary, bounded as the page bounds them; then the rows and who sees them.
_SEARCH = """WITH held AS (SELECT sighting_id FROM devices_identifier WHERE key LIKE %s AND kind = ANY(%s) ORDER BY key USING ~<~ LIMIT 3000),
worded AS (SELECT id FROM devices_device WHERE haystack LIKE %s LIMIT 1001),
found AS (SELECT s.device_id AS id FROM held h JOIN devices_sighting s ON s.id = h.sighting_id UNION SELECT id FROM worded)
SELECT d.id, d.name, d.serial, d."user", d.os_name, d.state, d.life FROM devices_device d JOIN found ON found.id = d.id ORDER BY d.name LIMIT 50"""
_LIST = """SELECT id, name, serial, "user", os_name, model, state, life, silenced, issue_count, created_at FROM devices_device
WHERE life IN ('seen', 'missing') AND (name, id) > (%s, %s) ORDER BY name, id LIMIT 51"""
_SEEN = """SELECT s.device_id, s.vendor, s.life, s.stale, s.external_id, p.seen_at, p.fetched_at FROM devices_sighting s
JOIN devices_pulse p ON p.sighting_id = s.id WHERE s.device_id = ANY(%s)"""


@dataclass(frozen=True)
class Question:
    """`bare`: what bare psycopg is asked for each address, None where nothing is searched. `goal`: the ratios to the floor are judged.

    `fragment`: asked as htmx asks for a part of a page.
    """

    name: str
    addresses: list[str]
    bare: list[tuple[str, list[Any]]] = field(default_factory=list)
    goal: bool = True
    fragment: bool = False


def questions(size: int) -> list[Question]:
    """The same devices at every call; nothing is asked twice by one person."""
    ids = [1 + number * size // SAMPLES for number in range(SAMPLES)]
    rows = list(Device.objects.filter(pk__in=ids).order_by("pk"))
    macs = dict(Identifier.objects.filter(sighting_id__in=ids, kind="mac").values_list("sighting_id", "key"))
    owned = dict(Sighting.objects.filter(device_id__in=ids, vendor="opswat").values_list("device_id", "external_id"))
    mac = [macs[row.pk] for row in rows if row.pk in macs]
    found = [
        _lookup("hostname", [row.name for row in rows], ["hostname"]),
        _lookup("part of a hostname", [row.name[4:12] for row in rows], []),
        _lookup("serial", [row.serial for row in rows], ["serial"]),
        _lookup("MAC", [":".join(key[at : at + 2] for at in range(0, 12, 2)).upper() for key in mac], ["mac"], keys=mac),
        _lookup("part of a MAC", [key[:8] for key in mac], ["mac"]),
        _lookup("IP", [f"10.{pk // 65536 % 256}.{pk // 256 % 256}.{pk % 256}" for pk in ids], ["ip"]),
        _lookup("user", [row.user.partition("\\")[2] for row in rows], ["user"]),
        _lookup("vendor id", list(owned.values()), ["vendor_id"]),
        _lookup("1 % of all", ["lab"], ["hostname"]),
    ]
    places = [(row.name, row.pk) for row in rows]
    tokens = [Cursor("name", place, place[1]).token() for place in places]
    first = [(_LIST, ["", 0])]
    return [
        *found,
        Question("list, first page", ["/devices/"], first),
        Question("list, part of a name", [f"/devices/?q={row.name[3:11]}" for row in rows], [_search(row.name[3:11], []) for row in rows]),
        Question("list, deep page", [f"/devices/?after={token}" for token in tokens], [(_LIST, list(place)) for place in places]),
        Question("list, by state and vendor", ["/devices/?state=trouble&vendor=eset&sort=state"]),
        Question("device", [f"/devices/{row.pk}/" for row in rows], goal=False),
        Question("dashboard", ["/"], goal=False),
        Question("coverage", ["/coverage/"], goal=False),
        Question("coverage, by gaps", ["/coverage/?sort=gaps"], goal=False),
        Question("coverage, missing at one", ["/coverage/?cover=missing&account=bench-eset"], goal=False),
        Question("coverage, unknown at one", ["/coverage/?cover=unknown&account=bench-eset"], goal=False),
        Question("issues, first page", ["/issues/"], goal=False),
        Question("issues, oldest of a vendor", ["/issues/?vendor=eset&sort=age"], goal=False),
    ]


def _lookup(kind: str, terms: list[str], kinds: list[str], *, keys: list[str] | None = None) -> Question:
    """`all` shows the answers also where one device is meant exactly, so that every kind renders the same page."""
    addresses = [f"/d/?q={quote(term)}&all=1" for term in terms]
    return Question(f"lookup: {kind}", addresses, [_search(key, kinds) for key in keys or terms])


def _search(term: str, kinds: list[str]) -> tuple[str, list[Any]]:
    return _SEARCH, [term.lower() + "%", kinds, f"%{term.lower()}%"]


class BareSearch:
    """Asks the n-th search on a connection of its own."""

    def __init__(self, question: Question) -> None:
        self._searches = question.bare
        self._database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=None)

    def ask(self, number: int) -> float:
        statement, values = self._searches[number % len(self._searches)]
        started = time.perf_counter()
        found = self._database.execute(statement, values).fetchall()
        self._database.execute(_SEEN, [[row[0] for row in found[:SHOWN]]]).fetchall()
        return time.perf_counter() - started

    def close(self) -> None:
        self._database.close()
