"""HTTP answers as bytes: any status, headers that decide something, and bodies in the shapes that vendors send."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from random import Random

from tests.fuzz import records
from tests.fuzz.json_rows import broken, value
from tests.fuzz.texts import text_maker

STATUSES = (
    200,
    200,
    200,
    200,
    201,
    202,
    204,
    301,
    304,
    400,
    401,
    403,
    404,
    406,
    408,
    409,
    410,
    413,
    425,
    429,
    500,
    501,
    503,
    504,
    599,
    999,
)
WAITS = ("120", "1.5", "+3", "-1", "Mon, 30 Nov 2026 12:00:30 GMT", "Mon, 30 Nov 9999 23:59:59 -1200", "30 Nov 26 12:00 +9999", "0")
_header = text_maker("application/json", "text/html; charset=utf-8", "0f8fad5b-d9cb-469f-a165-70867728950e", *WAITS)
HEADERS = ("content-type", "retry-after", "request-id", "x-request-id", "response-id", "content-encoding", "x-ratelimit-remaining", "x-ratelimit-reset-time",
           "location", "set-cookie", "transfer-encoding", "content-length", "date", "x-odd")  # fmt: skip


def _object(*names: str) -> Callable[[Random], bytes]:
    """Of most of these members, with any values."""

    def written(dice: Random) -> bytes:
        members = (json.dumps(name).encode() + b":" + value(dice) for name in names if dice.random() < 0.8)
        return b"{" + b",".join(members) + b"}"

    return written


_OBJECTS = (
    _object("access_token", "refresh_token", "token_type", "expires_in"),
    _object("devices", "nextPageToken"),
    _object("deviceGroups", "nextPageToken"),
    _object("installer"),
    _object("installers", "nextPageToken", "totalSize"),
    _object("patchingDetails", "nextPageToken"),
    _object("JobId"),
    _object("Status", "StatusDetails"),
    _object("Results", "TotalCount", "ReturnedCount", "DevicesNotFound"),
    _object("devices_used"),
    _object("code", "message", "details"),
)
TOKEN = b'{"access_token":"canary-token","refresh_token":"canary-refresh","token_type":"bearer","expires_in":3600}'
_LISTINGS = tuple(
    records.cases(each) for each in (records.ESET, records.GROUPS, records.PATCHES, records.INSTALLERS, records.OPSWAT, records.FIVE9S)
)


def body(dice: Random) -> bytes:
    kind = dice.random()
    if kind < 0.45:
        return dice.choice(_OBJECTS)(dice)
    if kind < 0.6:
        return dice.choice(_LISTINGS)(dice).body
    if kind < 0.75:
        return broken(dice.choice(_OBJECTS)(dice), dice)
    return dice.choice(
        (
            b"",
            b"null",
            b"[]",
            b"{}",
            b"<html>",
            b'{"devices":[],"nextPageToken":""}',
            b'{"installers":[]}',
            b'{"Status":2}',
            TOKEN,
            value(dice),
        )
    )


def wire(dice: Random) -> bytes:
    """An HTTP answer; now and then none at all."""
    content = body(dice)
    headers = [(dice.choice(HEADERS), _header(dice).replace("\n", " ").replace("\r", " ")) for _ in range(dice.randint(0, 3))]
    if dice.random() < 0.15:
        headers, content = [*headers, ("content-encoding", "gzip")], gzip.compress(content)[: dice.choice((None, None, 12, -4))]
    if dice.random() < 0.9:
        headers.append(("content-length", str(len(content))))
    head = b"".join(f"{name}: {text}\r\n".encode("utf-8", "surrogatepass") for name, text in headers)
    answer = b"HTTP/1.1 %d Any\r\n%b\r\n%b" % (dice.choice(STATUSES), head, content)
    return broken(answer, dice) if dice.random() < 0.1 else answer


def good(content: bytes, status: int = 200) -> bytes:
    return b"HTTP/1.1 %d OK\r\ncontent-length: %d\r\n\r\n%b" % (status, len(content), content)
