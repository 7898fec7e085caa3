"""Errors of the network and HTTP statuses → vendor errors."""

from __future__ import annotations

import email.utils
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import httpcore

from vendors.errors import AuthFailed, BadAnswer, Misconfigured, RateLimited, Unavailable, VendorError, could_not
from vendors.gateway.decoding import Undecodable
from vendors.gateway.network import NetworkFault
from vendors.texts import Message, gettext_noop

LONGEST_WAIT = 15 * 60.0
TOO_MANY = Message(gettext_noop("the vendor's rate limit is reached"))
NOT_NOW = Message(gettext_noop("the server is temporarily unavailable"))


def told_wait(values: Sequence[str], *, now: datetime | None = None) -> float | None:
    """Seconds asked for by `Retry-After` headers (the longest, at most 15 minutes); None when none of them says anything."""
    waits = [_one_wait(each.strip(), now or datetime.now(UTC)) for each in values]
    known = [each for each in waits if each is not None]
    return max(known) if known else None


def _one_wait(text: str, now: datetime) -> float | None:
    if re.fullmatch(r"[+-]?[0-9]{1,20}(\.[0-9]{1,9})?", text):
        return min(max(float(text), 0.0), LONGEST_WAIT)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(math.ceil((at - now).total_seconds()), 0.0), LONGEST_WAIT)


def from_status(status: int, *, operation: str, request_id: str = "", wait: float = 0.0) -> VendorError:
    """The error for `status`. The text holds the operation, the status and the vendor's request id, and nothing the vendor wrote."""

    def sentence(reason: Message) -> Message:
        if not request_id:
            return Message(
                gettext_noop("Could not %(operation)s: %(reason)s (status %(status)s)."), operation=operation, reason=reason, status=status
            )
        return Message(
            gettext_noop("Could not %(operation)s: %(reason)s (status %(status)s, request %(request)s)."),
            operation=operation,
            reason=reason,
            status=status,
            request=request_id,
        )

    if status == 429:
        return RateLimited(sentence(TOO_MANY), wait=wait, status=status, request_id=request_id)
    if status >= 500 or status in (408, 425):
        return Unavailable(sentence(NOT_NOW), status=status, request_id=request_id)
    kind, reason, next_step = _meaning(status)
    return kind(sentence(reason), next_step=next_step, status=status, request_id=request_id)


def _meaning(status: int) -> tuple[type[AuthFailed | Misconfigured | BadAnswer], Message, str]:
    if status == 401:
        return AuthFailed, Message(gettext_noop("the credentials were refused")), Message(gettext_noop("Enter the credentials again."))
    if status == 403:
        return Misconfigured, Message(gettext_noop("access was denied")), Message(gettext_noop("Grant the permission at the vendor."))
    if status == 404:
        reason = Message(gettext_noop("the address does not exist on the server"))
        return Misconfigured, reason, Message(gettext_noop("Check the address and the region."))
    if 300 <= status < 400:
        reason = Message(gettext_noop("the server redirects to another address"))
        return Misconfigured, reason, Message(gettext_noop("Enter the final address."))
    if status < 300:
        return BadAnswer, Message(gettext_noop("the answer is not the expected one")), ""
    reason = Message(gettext_noop("the server refused the request"))
    return Misconfigured, reason, Message(gettext_noop("Check the address and settings of the account."))


def from_error(error: Exception, *, operation: str, deadline: float, received: int) -> VendorError:
    """The error for a call without a complete answer, of which `received` bytes came within `deadline` seconds."""
    if isinstance(error, NetworkFault):
        if issubclass(error.kind, Misconfigured):
            return error.kind(could_not(operation, error.reason), next_step=error.next_step)
        return Unavailable(could_not(operation, error.reason), sent=False)
    if isinstance(error, Undecodable):
        return BadAnswer(could_not(operation, error.reason))
    if isinstance(error, httpcore.ProtocolError) and received:
        return BadAnswer(could_not(operation, Message(gettext_noop("the answer is cut or is not HTTP"))))
    if isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout)):
        return Unavailable(could_not(operation, Message(gettext_noop("the server cannot be reached"))), sent=False)
    reason = Message(gettext_noop("the connection broke before the answer was complete"))
    if isinstance(error, httpcore.TimeoutException):
        reason = Message(gettext_noop("the server did not answer in full within %(seconds)s seconds"), seconds=f"{deadline:g}")
    return Unavailable(could_not(operation, reason))
