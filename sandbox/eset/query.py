"""The parameters of ESET's list calls: page sizes, page tokens, filters, and how they are refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from sandbox.eset import records as eset_view
from sandbox.fleet.fleet import FleetEntry
from sandbox.wire import Request, Response, answer

DEFAULT_PAGE, MAX_PAGE = 50, 1000
_STATUSES = {eset_view.STATUS + word for word in ("UNSPECIFIED", "OK", "ATTENTION_RECOMMENDED", "ATTENTION_REQUIRED")}

Query = list[tuple[str, str]]
Test = Callable[[FleetEntry, dict[str, Any]], bool]


class InvalidQuery(Exception):
    """The vendor would answer with this response."""

    def __init__(self, status: int, message: str = "", *, code: int = 3) -> None:
        body = answer(status, {"code": code, "message": message, "details": []}) if message else Response(status)
        self.response = body


def checked(request: Request, known: set[str]) -> Query:
    """The query in camelCase; unknown names are refused."""
    camel = [("".join(w.title() if n else w for n, w in enumerate(k.split("_"))), v) for k, v in request.query]
    if any(name not in known | {"pageSize", "pageToken"} for name, _ in camel):
        raise InvalidQuery(400)
    return camel


def paging(query: Query, path: str) -> tuple[int, int]:
    """(first rank, page size). Sizes above the maximum are silently cut."""
    values = dict(query)
    size = values.get("pageSize", "0") or "0"
    if not size.isdecimal() or int(size) > 99_999:
        raise InvalidQuery(400, "page_size is out of range")
    return _position(values.get("pageToken", ""), path, query), min(int(size) or DEFAULT_PAGE, MAX_PAGE)


def _seal(path: str, query: Query, position: int) -> bytes:
    bound = [pair for pair in sorted(query) if pair[0] not in ("pageToken", "pageSize")]
    return hashlib.blake2b(f"{path}{bound}{position}".encode(), digest_size=21).digest()


def token(path: str, query: Query, position: int) -> str:
    """Opaque, at most 128 characters, with characters that must be encoded in a URL."""
    return base64.b64encode(position.to_bytes(5, "big") + _seal(path, query, position) + b"\xfb\xef").decode()


def _position(given: str, path: str, query: Query) -> int:
    if not given:
        return 0
    try:
        position = int.from_bytes(base64.b64decode(given, validate=True)[:5], "big")
    except ValueError:
        raise InvalidQuery(400, "page_token is invalid") from None
    if token(path, query, position) != given:
        raise InvalidQuery(400, "page_token is invalid")
    return position


def link(path: str, query: Query, following: int | None, written: bool) -> dict[str, str]:
    if following is not None:
        return {"nextPageToken": token(path, query, following)}
    return {"nextPageToken": ""} if written else {}


def filters(query: Query) -> list[Test]:
    tests: list[Test] = []
    names = {value for name, value in query if name == "displayNames"}
    values = dict(query)
    status, muted = values.get("functionalityStatus", ""), values.get("isMuted", "")
    if (status and status not in _STATUSES) or muted not in ("", "true", "false"):
        raise InvalidQuery(400)
    if names:
        tests.append(lambda entry, record: record["displayName"] in names)
    if status and not status.endswith("UNSPECIFIED"):
        tests.append(lambda entry, record: record.get("functionalityStatus") == status)
    if muted:
        tests.append(lambda entry, record: record.get("isMuted", False) == (muted == "true"))
    return tests
