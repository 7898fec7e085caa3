"""Asynchronous answers (status 202), on every call of ESET Connect: the same request is repeated with `response-id`.

The state of a question lives in the cursor: `pending` {id, since, wait} while an answer is being prepared; `forgotten` and `timed_out`
count how often it was started over.
https://help.eset.com/eset_connect/en-US/how_api_works.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vendors.base import Cursor, DevicePage
from vendors.errors import BadAnswer, Lost, could_not
from vendors.eset.client import Reply
from vendors.gateway.error_mapping import from_status
from vendors.texts import Message, gettext_noop

FIRST_WAIT = 2.0
LONGEST_WAIT = 30.0
LIFE = 600.0  # ESET keeps an answer for ten minutes
WAITING_FOR = Message(gettext_noop("ESET is preparing the answer"))

# An answer can be fetched once. If it was fetched and then lost on our side, or ESET forgot it, asking once more is right; twice is not.
MOST_FORGOTTEN = 1
MOST_TIMED_OUT = 3


class AnswerNotReady(Exception):
    """Not an error: the step ends here, and `page` says when to come back."""

    def __init__(self, page: DevicePage) -> None:
        super().__init__()
        self.page = page


def response_id(cursor: Mapping[str, Any]) -> str:
    return str((cursor.get("pending") or {}).get("id", ""))


def settled(cursor: Mapping[str, Any]) -> Cursor:
    """The cursor after an answer."""
    return {name: value for name, value in cursor.items() if name not in ("pending", "forgotten", "timed_out")}


def follow(cursor: Mapping[str, Any], reply: Reply, *, now: float) -> Reply:
    """The reply, if it is the answer itself. Raises AnswerNotReady to come back, Lost, BadAnswer or Unavailable when it will not come."""
    pending = cursor.get("pending")
    if reply.status == 202:
        raise AnswerNotReady(_waiting(cursor, reply, pending, now))
    if reply.status == 404 and pending:
        raise AnswerNotReady(_again(cursor, "forgotten", MOST_FORGOTTEN, reply))
    if reply.status == 504 and pending:
        raise AnswerNotReady(_again(cursor, "timed_out", MOST_TIMED_OUT, reply))
    if reply.status == 504:
        raise from_status(504, operation=reply.operation, request_id=reply.request_id)
    return reply


def _waiting(cursor: Mapping[str, Any], reply: Reply, pending: Mapping[str, Any] | None, now: float) -> DevicePage:
    given = reply.response_id or (pending or {}).get("id", "")
    if not re.fullmatch(r"[!-~]{1,200}", given):
        raise BadAnswer(
            could_not(reply.operation, Message(gettext_noop("ESET postponed the answer without a usable response-id"))),
            status=202,
            request_id=reply.request_id,
        )
    if pending is None:
        return _later({**cursor, "pending": {"id": given, "since": now, "wait": FIRST_WAIT}}, FIRST_WAIT)
    if now - pending["since"] > LIFE:
        return _again(cursor, "timed_out", MOST_TIMED_OUT, reply)
    wait = min(pending["wait"] * 2, LONGEST_WAIT)
    return _later({**cursor, "pending": {"id": given, "since": pending["since"], "wait": wait}}, wait)


def _again(cursor: Mapping[str, Any], why: str, most: int, reply: Reply) -> DevicePage:
    times = cursor.get(why, 0) + 1
    if times > most:
        raise Lost(
            could_not(reply.operation, Message(gettext_noop("ESET lost the prepared answer %(times)s times"), times=times)),
            status=reply.status,
            request_id=reply.request_id,
        )
    fresh = {name: value for name, value in cursor.items() if name != "pending"}
    return _later({**fresh, why: times}, FIRST_WAIT)


def _later(cursor: Cursor, wait: float) -> DevicePage:
    return DevicePage(cursor=cursor, wait=wait, waiting_for=WAITING_FOR)
