"""Rules of a five(9)s job: its requests, its states, and the completeness of its pages. Pure.

https://support.five9s.de/support/solutions/articles/103000361090-device-api
"""

from __future__ import annotations

import hashlib
from datetime import UTC, timedelta
from enum import Enum
from typing import Any

from vendors.base import Scope
from vendors.errors import BadAnswer
from vendors.field_repairs import REPLACED
from vendors.five9s.client import Data, Status
from vendors.parsing.normalise import UNSTORABLE, clean_text
from vendors.records import Entry
from vendors.texts import Message, gettext_noop

LONGEST_NUMBER = 19  # digits of 64 bits with a sign
QUEUED = Message(gettext_noop("five(9)s job is queued"))


class RemoteJobState(Enum):
    PENDING = 1
    RUNNING = 2
    SUCCESS = 3
    FAILURE = 4
    UNKNOWN = 0


WORDS = {name: state for state in RemoteJobState if state is not RemoteJobState.UNKNOWN for name in (state.name, str(state.value))}


def requests(scope: Scope, *, overlap: timedelta) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The body of each job that the scope needs, and names that cannot exist at this vendor.

    An empty list could be taken for "all devices", and the filters exclude each other: so one job per kind of name.
    """
    if scope.kind == "everything":
        return [{}], ()
    if scope.kind == "changed" and scope.since:
        since = (scope.since - overlap).astimezone(UTC)
        return [{"LastSyncDate": since.strftime("%Y-%m-%dT%H:%M:%SZ")}], ()
    numbers = [int(each) for each in scope.ids if _is_number(each)]
    named = {
        "Computer_Idns": numbers,
        "Hostnames": list(scope.hostnames),
        "SerialNumbers": list(scope.serials),
    }
    return [{key: names} for key, names in named.items() if names], tuple(i for i in scope.ids if not _is_number(i))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text) < 2**63


def state(answer: Status) -> RemoteJobState:
    """States come as numbers or as words."""
    status = answer.Status
    if isinstance(status, float) and status.is_integer():
        status = int(status)
    return WORDS.get(str(status).strip().upper(), RemoteJobState.UNKNOWN)


def waiting_for(state: RemoteJobState, answer: Status) -> str:
    if state is RemoteJobState.PENDING:
        return QUEUED
    if state is RemoteJobState.RUNNING:
        return Message(gettext_noop("five(9)s job is running"))
    return Message(gettext_noop("five(9)s job has the unrecognized status “%(status)s”"), status=_shown(answer.Status, 40))


def failure(answer: Status) -> Message:
    """The sentence about a failed job, with the vendor's reason where it gave one."""
    reason = _shown(answer.StatusDetails, 200).rstrip(". ")
    if not reason:
        return Message(gettext_noop("The five(9)s job failed."))
    return Message(gettext_noop("The five(9)s job failed: %(reason)s."), reason=reason)


def _shown(value: Any, limit: int) -> str:
    text = "" if value is None else str(value)
    return clean_text(text, limit=limit)


def not_found(data: Data) -> tuple[str, ...]:
    """The names as they were requested; what cannot be one is left out."""
    listed = data.DevicesNotFound if isinstance(data.DevicesNotFound, list) else []
    names = [str(name) for name in listed if isinstance(name, str | int)]
    return tuple(name for name in names if REPLACED not in name and not UNSTORABLE.search(name))


def progress(data: Data, found: list[Entry], *, page: int, seen: int, last: str) -> tuple[int, str, bool]:
    """Rows seen so far, a fingerprint of this page, and whether the walk is complete. Raises BadAnswer when the counts contradict."""
    rows = data.Results or []
    total = data.TotalCount
    if total is None or (rows == [] and data.Results is None and total):
        raise BadAnswer(Message(gettext_noop("five(9)s sent a page of devices without its counts.")))
    if isinstance(data.ReturnedCount, int) and data.ReturnedCount != len(rows):
        raise BadAnswer(
            Message(
                gettext_noop("five(9)s announced %(announced)s devices on page %(page)s and sent %(sent)s."),
                announced=data.ReturnedCount,
                page=page,
                sent=len(rows),
            )
        )
    ids = [entry.external_id.encode() for entry in found] or [bytes(row) for row in rows]
    fingerprint = hashlib.blake2b(b"\n".join(ids), digest_size=8).hexdigest()
    if rows and fingerprint == last:
        raise BadAnswer(
            Message(gettext_noop("five(9)s sent the same devices for pages %(first)s and %(second)s."), first=page - 1, second=page)
        )
    seen += len(rows)
    if seen > total or (not rows and seen < total):
        raise BadAnswer(Message(gettext_noop("five(9)s announced %(announced)s devices and sent %(sent)s."), announced=total, sent=seen))
    return seen, fingerprint, seen == total
