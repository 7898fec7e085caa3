"""Machines as vendors report them, stored as a sync stores them, and what the search page answers about them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from devices.models import Account, Device, User
from devices.sync.page_writer import save_page
from devices.web.roles import IT_STAFF
from tests.devices import records as making
from vendors.parsing.normalise import identifier
from vendors.states import IdKind

HOST, SERIAL, UUID, MAC, USER, IP = (
    IdKind.HOSTNAME,
    IdKind.SERIAL,
    IdKind.BIOS_UUID,
    IdKind.MAC,
    IdKind.USER,
    IdKind.IP,
)


Keys = tuple[tuple[IdKind, str], ...]


def machine(account: Account, name: str, *keys: tuple[IdKind, str], seen_at: datetime | None = None) -> Device:
    """A record with a host name and these identifiers; the device that it is part of."""
    machines(account, {name: keys}, seen_at=seen_at)
    return Device.objects.get(sightings__account=account, sightings__external_id=f"id-{name}")


def machines(account: Account, listed: Mapping[str, Keys], *, seen_at: datetime | None = None) -> None:
    """One page of a vendor: host name → identifiers."""
    entries = []
    for name, keys in listed.items():
        found = [identifier(kind, value) for kind, value in ((HOST, name), *keys)]
        serial = next((value for kind, value in keys if kind is SERIAL), "")
        known = tuple(each for each in found if each is not None)
        at = seen_at or timezone.now()
        entries.append(making.entry(f"id-{name}", name=name, serial=serial, seen_at=at, identifiers=known))
    save_page(making.run(account), entries, timezone.now())


def names(client: Client, text: str) -> list[str]:
    """The names of the devices that the search lists, in its order, however certain they are."""
    return [match["name"] for match in client.get("/d/", {"q": text, "format": "json"}).json()["matches"]]


def on_page(client: Client, text: str) -> list[str]:
    """The same from the HTML page, which opens no device."""
    page = client.get("/d/", {"q": text, "all": "1"}).content.decode()
    return re.findall(r'<div class="hit-who"><a[^>]*><strong>([^<]*)</strong>', page)


def opened(client: Client, text: str) -> str:
    """The name of the device that the text opens at once; "" if it opens none."""
    answer = client.get("/d/", {"q": text})
    number = re.fullmatch(r"/devices/(\d+)/", answer["Location"]) if answer.status_code == 302 else None
    return Device.objects.get(pk=number[1]).name if number else ""


def notes(client: Client, text: str) -> list[str]:
    """How the page says that it read the text."""
    page = client.get("/d/", {"q": text, "all": "1"}).content.decode()
    return [" ".join(each.split()) for each in re.findall(r'<p class="wrap" role="note">(.*?)</p>', page, re.DOTALL)]


def exported(text: str) -> Any:
    """The answer to IT staff who export a bulk search as CSV: the helpdesk may not."""
    user, new = User.objects.get_or_create(username="exporter")
    if new:
        user.groups.add(Group.objects.get(name=IT_STAFF))
    client = Client()
    client.force_login(user)
    return client.post("/d/list/", {"list": text, "format": "csv"})


def pasted(text: str) -> list[tuple[str, str, str]]:
    """(input, result, device) of each row of the bulk search, as its CSV has them."""
    file = exported(text).content.decode("utf-8-sig")
    return [(row["Line"], row["Result"], row["Device"]) for row in csv.DictReader(StringIO(file))]


def values(rows: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(answer, name) for _, answer, name in rows]
