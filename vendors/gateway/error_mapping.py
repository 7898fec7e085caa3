"""Whatever went wrong in a call → the one error that stands for it."""

from __future__ import annotations

import email.utils
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import httpcore

from vendors.errors import AuthFailed, BadAnswer, Misconfigured, RateLimited, Unavailable, VendorError
from vendors.gateway.decoding import Undecodable
from vendors.gateway.network import NetworkFault

LONGEST_WAIT = 15 * 60.0


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
    signature = f"status {status}" + (f", request {request_id}" if request_id else "")

    def words(happened: str) -> str:
        return f"Could not {operation}: {happened} ({signature})."

    if status == 429:
        return RateLimited(words("the server asks to wait"), wait=wait, status=status, request_id=request_id)
    if status >= 500 or status in (408, 425):
        return Unavailable(words("the server cannot answer now"), status=status, request_id=request_id)
    kind, happened, next_step = _told(status)
    return kind(words(happened), next_step=next_step, status=status, request_id=request_id)


def _told(status: int) -> tuple[type[AuthFailed | Misconfigured | BadAnswer], str, str]:
    if status == 401:
        return AuthFailed, "the credentials were refused", "Enter the credentials again."
    if status == 403:
        return Misconfigured, "permission was refused", "Have the permission granted at the vendor."
    if status == 404:
        return Misconfigured, "the server does not know this address", "Check the address and the region."
    if 300 <= status < 400:
        return (
            Misconfigured,
            "the server sends us elsewhere, which is not followed",
            "Enter the final address.",
        )
    if status < 300:
        return BadAnswer, "the answer is not the expected one", ""
    return Misconfigured, "the server refused the request", "Check address and settings of the account."


def from_error(error: Exception, *, operation: str, deadline: float, received: int) -> VendorError:
    """The error for a call without a complete answer, of which `received` bytes came within `deadline` seconds."""
    could_not = f"Could not {operation}"
    if isinstance(error, NetworkFault):
        if issubclass(error.kind, Misconfigured):
            return error.kind(f"{could_not}: {error.reason}.", next_step=error.next_step)
        return Unavailable(f"{could_not}: {error.reason}.", sent=False)
    if isinstance(error, Undecodable):
        return BadAnswer(f"{could_not}: {error}.")
    if isinstance(error, httpcore.ProtocolError) and received:
        return BadAnswer(f"{could_not}: the answer is cut or is not HTTP.")
    if isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout)):
        return Unavailable(f"{could_not}: the server cannot be reached.", sent=False)
    happened = "the connection broke before the answer was complete"
    if isinstance(error, httpcore.TimeoutException):
        happened = f"the server did not answer in full within {deadline:g} seconds"
    return Unavailable(f"{could_not}: {happened}.")
