"""Adapter of OPSWAT: the full list by page number, ten calls a minute, fifty devices a call."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from vendors import console
from vendors.base import DAY, Connection, Cursor, DevicePage, Field, Scope, Vendor
from vendors.budget import Rate
from vendors.errors import BadAnswer, RateLimited, VendorError
from vendors.gateway.address_rules import BadUrl, invalid, parse_url
from vendors.opswat.client import LIMIT, Client, Listing
from vendors.opswat.mapping import device, entries
from vendors.parsing import setting_values
from vendors.records import Entry
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

DEFAULT_URL = "https://gears.opswat.com"
DEFAULT_CALLS = 10
MOST_CALLS = 600
WINDOW = 61.0  # the network can squeeze sixty seconds of calls into less
RESERVE = 2
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Endpoints, the OAuth portal and the console, all at the root of OPSWAT's own hosts; and its documentation, which is no host of a tenant.
PAGES = re.compile(r"/(?:o|console)(?:/.*)?$", re.IGNORECASE)
HOSTED = re.compile(r"(https://(?:[a-z0-9-]+\.)+opswat\.com)/.*")
DOCUMENTATION = re.compile(r"https://(?:(?:www|docs|onlinehelp)\.opswat\.com|opswat\.developerhub\.io)(?:/.*)?")


class Opswat:
    """Cursor: `page` to ask for, rows `seen` so far, devices `expected`, fingerprint of the `last` page, is the list `short`."""

    def __init__(self, connection: Connection, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._client = Client(
            url=connection.settings.get("url") or DEFAULT_URL,
            key=connection.secrets["client_key"],
            secret=connection.secrets["client_secret"],
            gateway=connection.gateway,
            tokens=connection.tokens,
            clock=clock,
        )

    def probe(self) -> str:
        self._client.sign_in()
        listing = self._client.devices(page=1, limit=1)
        if listing.beyond or not listing.rows:
            return Message(gettext_noop("Signed in to OPSWAT. The account has no devices yet."))
        return Message(gettext_noop("Signed in to OPSWAT and read the first device."))

    def walk(self, scope: Scope, cursor: Cursor | None) -> DevicePage:
        VENDOR.require(scope.kind)
        if cursor is None:
            expected = self._expected()
            return DevicePage(cursor={"page": 1, "seen": 0, "expected": expected, "last": ""}, expected=expected)
        number, expected = int(cursor["page"]), cursor["expected"]
        listing = self._client.devices(page=number)
        if listing.beyond or not listing.rows:
            _require_end(listing, number, cursor)
            return DevicePage(expected=expected)
        now = datetime.fromtimestamp(self._clock(), UTC)
        found, rejects = entries(listing.rows, now=now)
        onward = _onward(listing, found, cursor)
        return DevicePage(entries=tuple(found), cursor=onward, expected=expected, rejects=tuple(rejects))

    def _expected(self) -> int | None:
        """The account's own count, to verify the end of the list. Not every credential may read it; then the end is not verified."""
        self._client.sign_in()
        try:
            return self._client.devices_used()
        except RateLimited:
            raise
        except VendorError:
            return None


def _require_end(listing: Listing, number: int, cursor: Cursor) -> None:
    """Raise BadAnswer when the list ends where it cannot end."""
    expected: int | None = cursor["expected"]
    if listing.beyond and number == 1 and expected != 0:
        raise BadAnswer(Message(gettext_noop("OPSWAT ended the list before its first page (status 413).")), status=413)
    _require_all(cursor["seen"], expected)


def _require_all(seen: int, expected: int | None) -> None:
    missing = (expected or 0) - seen
    if missing > 10 and missing > (expected or 0) / 10:
        raise BadAnswer(
            Message(gettext_noop("OPSWAT's list ended after %(seen)s of %(expected)s devices."), seen=seen, expected=expected or 0)
        )


def _onward(listing: Listing, found: list[Entry], cursor: Cursor) -> Cursor | None:
    """The next cursor, or None when this page was the last one."""
    rows, number, expected = len(listing.rows), int(cursor["page"]), cursor["expected"]
    last = _fingerprint(listing, found)
    if last == cursor["last"]:
        raise BadAnswer(
            Message(gettext_noop("OPSWAT sent the same devices for pages %(first)s and %(second)s."), first=number - 1, second=number)
        )
    if number > 1 and cursor.get("short"):
        raise BadAnswer(Message(gettext_noop("OPSWAT ignored the requested page size.")))
    seen = cursor["seen"] + rows
    short = rows < LIMIT
    if short and (number > 1 or (expected is not None and seen >= expected)):
        _require_all(seen, expected)
        return None
    # A short first page may mean that the limit was ignored: only the next page shows it.
    return {
        "page": number + 1,
        "seen": seen,
        "expected": expected,
        "last": last,
        **({"short": True} if short else {}),
    }


def _fingerprint(listing: Listing, found: list[Entry]) -> str:
    """Of the ids, because last-seen times move; of the bytes where no record has an id."""
    ids = [entry.external_id.encode() for entry in found] or [bytes(row) for row in listing.rows]
    return hashlib.blake2b(b"\n".join(ids), digest_size=8).hexdigest()


def rate(settings: Mapping[str, str]) -> Rate:
    calls = setting_values.whole_number(settings.get("calls_per_minute", ""), least=1, most=MOST_CALLS) or DEFAULT_CALLS
    return Rate(calls=calls, seconds=WINDOW, reserve=min(RESERVE, calls - 1))


def check(settings: Mapping[str, str]) -> dict[str, str]:
    faults = {
        "url": _check_url(settings.get("url") or DEFAULT_URL),
        "calls_per_minute": _check_calls(settings.get("calls_per_minute", "")),
        **console.check(settings),
    }
    return {name: sentence for name, sentence in faults.items() if sentence}


def tidy_url(text: str) -> str:
    url = setting_values.address(text, endings=PAGES)
    return DEFAULT_URL if DOCUMENTATION.fullmatch(url) else HOSTED.sub(r"\1", url)


def _check_url(url: str) -> str:
    try:
        target = parse_url(url)
    except BadUrl as error:
        return invalid(error)
    if target.scheme != "https" and target.host not in LOOPBACK:
        return Message(gettext_noop("The address must start with https://, because it contains the token."))
    return ""


def _check_calls(text: str) -> str:
    if text and setting_values.whole_number(text, least=1, most=MOST_CALLS) is None:
        return Message(gettext_noop("Enter a whole number from 1 to %(most)s."), most=MOST_CALLS)
    return ""


VENDOR = Vendor(
    slug="opswat",
    label="OPSWAT MetaDefender IT Access",
    fields=(
        Field(
            "url",
            gettext_noop("Address"),
            required=False,
            default=DEFAULT_URL,
            help=gettext_noop("Change for other OPSWAT regions."),
            tidy=tidy_url,
        ),
        Field(
            "client_key",
            gettext_noop("Client key"),
            secret=True,
            help=gettext_noop("From the OAuth portal: /o/app/register at your address."),
        ),
        Field("client_secret", gettext_noop("Client secret"), secret=True),
        Field(
            "calls_per_minute",
            gettext_noop("Calls per minute"),
            required=False,
            default=str(DEFAULT_CALLS),
            help=gettext_noop("Limit 10; 2 are reserved for manual refreshes."),
        ),
        console.FIELD,
    ),
    connect=Opswat,
    full_every=60 * 60,
    changes_every=0,
    scopes=frozenset({"everything"}),
    answers=frozenset({"hostname", "user", "mac", "ip", "vendor_id", "nickname"}),
    reread=lambda raw, _settings: device(raw, remediation=Secret("")),
    rate=rate,
    check=check,
    tells_total=True,
    live_for=3600,
    stale_after=DAY,  # the console then calls it disconnected
    unseen_after=30 * DAY,
    refresh_note=Message(gettext_noop("OPSWAT cannot list single devices or changes; the next full sync updates them.")),
    documentation="https://www.opswat.com/docs/macloud-sdp/developer-guide/authentication",
)
