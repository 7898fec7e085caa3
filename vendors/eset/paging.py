"""The pages of ESET's lists: the cursor that leads on."""

from __future__ import annotations

from vendors.base import Cursor
from vendors.errors import BadAnswer
from vendors.eset.client import Reply
from vendors.field_repairs import REPLACED

LONGEST_TOKEN = 2000


def following(cursor: Cursor, token: str | None, reply: Reply, *, most: int) -> Cursor | None:
    """The cursor of the next page; None after the last one, whose token is absent or empty. Raises BadAnswer for a walk that never ends."""
    if not token:
        return None
    pages = int(cursor.get("pages", 0)) + 1
    if REPLACED in token or not token.isprintable():
        raise bad(reply, "the token of its next page cannot be used")
    if token == cursor.get("token") or len(token) > LONGEST_TOKEN or pages > most:
        raise bad(reply, "its pages never end")
    return {**cursor, "token": token, "pages": pages}


def bad(reply: Reply, reason: str) -> BadAnswer:
    return BadAnswer(f"Could not {reply.operation}: {reason}.", status=reply.status, request_id=reply.request_id)
