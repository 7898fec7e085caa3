"""Pagination of ESET's lists: the cursor of the next page."""

from __future__ import annotations

from vendors.base import Cursor
from vendors.errors import BadAnswer, could_not
from vendors.eset.client import Reply
from vendors.field_repairs import REPLACED
from vendors.texts import Message, gettext_noop

LONGEST_TOKEN = 2000
LOST = Message(gettext_noop("ESET no longer has the next page"))


def following(cursor: Cursor, token: str | None, reply: Reply, *, most: int) -> Cursor | None:
    """The cursor of the next page; None after the last one, whose token is absent or empty. Raises BadAnswer for a walk that never ends."""
    if not token:
        return None
    pages = int(cursor.get("pages", 0)) + 1
    if REPLACED in token or not token.isprintable():
        raise bad(reply, Message(gettext_noop("the token of the next page is invalid")))
    if token == cursor.get("token") or len(token) > LONGEST_TOKEN or pages > most:
        raise bad(reply, Message(gettext_noop("the list never ends")))
    return {**cursor, "token": token, "pages": pages}


def bad(reply: Reply, reason: str) -> BadAnswer:
    return BadAnswer(could_not(reply.operation, reason), status=reply.status, request_id=reply.request_id)
