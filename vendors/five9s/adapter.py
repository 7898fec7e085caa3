"""Adapter of five(9)s: a job is started, polled and read page by page; the cursor holds its whole state."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from vendors import console
from vendors.base import DAY, Connection, Cursor, DevicePage, Field, Scope, StoredNames, Vendor
from vendors.budget import Rate
from vendors.errors import Lost, Misconfigured, Unavailable
from vendors.five9s import job
from vendors.five9s.client import Client
from vendors.five9s.mapping import device, entries
from vendors.gateway.address_rules import BadUrl, invalid, parse_url
from vendors.parsing import setting_values, zones
from vendors.parsing.spellings import NETBIOS
from vendors.texts import Message, gettext_noop

OVERLAP = timedelta(minutes=10)  # the core's clock may differ from ours, and a change may be stored late
WAITS = (3.0, 6.0, 15.0, 30.0)  # at most four polls in the first minute
RESTART_WAIT = 30.0
DEADLINE = 30 * 60
MOST_RESTARTS = 2
PAGE_SIZE = 200  # a device with many vulnerabilities can take 100 kB
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What client.py appends to the address, and any part of it that was copied along.
ENDPOINT = re.compile(r"/(?:five9sws|api/devices)(?:/.*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JobCursor:
    """Position of a walk. `part` counts the jobs of one walk: each kind of name needs a job of its own."""

    phase: str = "start"
    part: int = 0
    job: str = ""
    started: float = 0.0
    polls: int = 0
    restarts: int = 0
    page: int = 1
    seen: int = 0
    last: str = ""


class Five9s:
    def __init__(self, connection: Connection, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._zone = zone(connection.settings)
        self._client = Client(
            url=connection.settings.get("url", ""),
            token=connection.secrets["token"],
            gateway=connection.gateway,
        )

    def probe(self) -> str:
        """Starts a job for a name that no device has: it proves address, token and permission, and reads next to nothing."""
        self._client.request_all_infos({"Hostnames": ["rollcall-connection-test"]})
        return Message(gettext_noop("five(9)s accepted the token and started a job."))

    def walk(self, scope: Scope, cursor: Cursor | None) -> DevicePage:
        VENDOR.require(scope.kind)
        requests, unknown = job.requests(scope, overlap=OVERLAP)
        place = JobCursor(**cursor) if cursor else JobCursor()
        if place.part >= len(requests):
            return DevicePage(absent=unknown)
        try:
            if place.phase == "start":
                return self._start(place, requests[place.part], absent=unknown if cursor is None else ())
            return self._ask(place) if place.phase == "status" else self._fetch(place, parts=len(requests))
        except Lost:
            if place.restarts >= MOST_RESTARTS:
                raise
        again = JobCursor(part=place.part, restarts=place.restarts + 1)
        return DevicePage(
            cursor=asdict(again),
            wait=RESTART_WAIT,
            waiting_for=Message(gettext_noop("five(9)s lost the job; it restarts")),
        )

    def _start(self, place: JobCursor, body: dict[str, Any], *, absent: tuple[str, ...]) -> DevicePage:
        started = self._client.request_all_infos(body)
        onward = replace(place, phase="status", job=started, started=self._clock(), polls=0)
        return DevicePage(cursor=asdict(onward), wait=WAITS[0], waiting_for=job.QUEUED, absent=absent)

    def _ask(self, place: JobCursor) -> DevicePage:
        answer = self._client.job_status(place.job)
        state = job.state(answer)
        if state is job.RemoteJobState.SUCCESS:
            return DevicePage(cursor=asdict(replace(place, phase="data")))
        if state is job.RemoteJobState.FAILURE:
            raise Unavailable(job.failure(answer))
        if self._clock() - place.started > DEADLINE:
            raise Unavailable(Message(gettext_noop("The five(9)s job was not ready after %(minutes)s minutes."), minutes=DEADLINE // 60))
        onward = replace(place, polls=place.polls + 1)
        wait = WAITS[min(onward.polls, len(WAITS) - 1)]
        return DevicePage(cursor=asdict(onward), wait=wait, waiting_for=job.waiting_for(state, answer))

    def _fetch(self, place: JobCursor, *, parts: int) -> DevicePage:
        data = self._client.job_data(place.job, page=place.page, size=PAGE_SIZE)
        found, rejects = entries(data.Results or [], zone=self._zone, now=datetime.fromtimestamp(self._clock(), UTC))
        seen, last, complete = job.progress(data, found, page=place.page, seen=place.seen, last=place.last)
        onward: JobCursor | None = replace(place, page=place.page + 1, seen=seen, last=last)
        if complete:
            onward = JobCursor(part=place.part + 1) if place.part + 1 < parts else None
        return DevicePage(
            entries=tuple(found),
            cursor=asdict(onward) if onward else None,
            expected=data.TotalCount if parts == 1 else None,
            rejects=tuple(rejects),
            absent=job.not_found(data),
        )


def zone(settings: Mapping[str, str]) -> tzinfo:
    """Raises Misconfigured for a name that is not in the time zone database."""
    name = settings.get("time_zone", "")
    try:
        return zones.zone(name)
    except ValueError:
        raise Misconfigured(zones.fault(name), next_step=Message(gettext_noop("Correct the time zone of the account."))) from None


def check(settings: Mapping[str, str]) -> dict[str, str]:
    faults = {"url": _check_url(settings), "time_zone": zones.fault(settings.get("time_zone", "")), **console.check(settings)}
    return {name: sentence for name, sentence in faults.items() if sentence}


def _check_url(settings: Mapping[str, str]) -> str:
    try:
        target = parse_url(settings.get("url", ""))
    except BadUrl as error:
        return invalid(error)
    if target.scheme == "http" and settings.get("allow_http") != "true" and target.host not in LOOPBACK:
        return Message(gettext_noop("The address starts with http://, which does not protect the token: use https:// or allow http."))
    return ""


VENDOR = Vendor(
    slug="five9s",
    label="five(9)s Console",
    mark="59",
    fields=(
        Field(
            "url",
            gettext_noop("Address"),
            help=gettext_noop("The EPM core server with the five(9)s Console, such as https://epm.example.com."),
            example="https://epm.example.com",
            tidy=lambda text: setting_values.address(text, endings=ENDPOINT),
        ),
        Field(
            "time_zone",
            gettext_noop("Time zone of the core server"),
            default="UTC",
            help=gettext_noop("A name such as Europe/Berlin, or the output of “tzutil /g” on the core server."),
            tidy=zones.tidy,
            note=zones.note,
            suggestions=zones.names,
        ),
        Field(
            "allow_http",
            gettext_noop("Allow http://"),
            required=False,
            default="false",
            boolean=True,
            help=gettext_noop("The token is then not protected in your network."),
        ),
        Field(
            "token",
            gettext_noop("Personal access token"),
            secret=True,
            help=gettext_noop("Requires the permission /api/devices/ and Console 5.1.27 or later."),
        ),
        console.FIELD,
    ),
    connect=Five9s,
    full_every=24 * 3600,
    changes_every=3600,
    scopes=frozenset({"everything", "changed", "named"}),
    answers=frozenset({"serial", "hostname", "user", "vendor_id", "nickname", "tag", "custom"}),
    reread=lambda raw, settings: device(raw, zone=zone(settings)),
    rate=lambda settings: Rate(calls=5, seconds=1.0),
    check=check,
    live_for=4 * DAY,  # it reports the inventory scan, not a check-in
    stale_after=7 * DAY,
    unseen_after=30 * DAY,
    patches_with_devices=True,
    named_calls=6,  # of a job that takes up to 20 s: start, up to four states (WAITS), data
    asked_by=frozenset({"hostname", "serial"}),
    on_premises=True,
    documentation="https://support.five9s.de/support/solutions/articles/103000361090-device-api",
    tells_total=True,
    stores={"hostname": StoredNames(longest=NETBIOS, domain=False)},
)
