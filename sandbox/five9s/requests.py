"""The bodies that five(9)s accepts, and how it refuses others."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from sandbox.five9s import records as five9s_view
from sandbox.wire import Request, answer

FILTERS = {"SerialNumbers": str, "Hostnames": str, "Computer_Idns": int}
_JSON_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")

Body = dict[str, Any]


class InvalidRequest(Exception):
    def __init__(self, status: int, message: str) -> None:
        self.response = answer(status, {"Message": message})


def body_of(request: Request) -> Body:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise InvalidRequest(400, "The request is invalid: a JSON body is required.") from None
    if not isinstance(body, dict):
        raise InvalidRequest(400, "The request is invalid: a JSON object is required.")
    return body


def only(body: Body, known: set[str]) -> None:
    if body.keys() - known:
        raise InvalidRequest(400, f"The request is invalid: unknown {', '.join(sorted(body.keys() - known))}.")


def values(body: Body, name: str) -> list[Any]:
    given, kind = body[name], FILTERS[name]
    if not isinstance(given, list) or not all(type(value) is kind for value in given):
        raise InvalidRequest(400, f"The request is invalid: {name} must be a list of {kind.__name__}.")
    return given


def number(body: Body, name: str, default: int) -> int:
    value = body.get(name, default)
    if type(value) is not int or not 1 <= value <= 10_000:
        raise InvalidRequest(400, f"The request is invalid: {name}.")
    return value


def moment(value: Any) -> float | None:
    """ISO-8601 or the old Microsoft form /Date(ms)/; without a zone the core's own time is meant."""
    if value is None:
        return None
    old = _JSON_DATE.fullmatch(str(value))
    if old:
        return int(old[1]) / 1000
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidRequest(400, "The request is invalid: LastSyncDate.") from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=five9s_view.CORE_ZONE)).astimezone(UTC).timestamp()
