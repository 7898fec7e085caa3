"""Vendor errors. Only these types leave `vendors/`, always raised `from None`.

An error carries what a user may read and nothing else: no URL, no header, no token, no body. The vendor's request id is kept, because
vendors need it in support cases.
"""

from __future__ import annotations

from vendors.texts import Message, gettext_noop


class VendorError(Exception):
    """Base of all. `sentence`: what happened; `next_step`: what to do about it; both are Messages, so that they can be translated later.

    `undone`: the vendor surely did nothing of what was requested, so that a repetition cannot do it twice. False when that is unknown.
    """

    code = "error"
    transient = False

    def __init__(self, sentence: str, *, next_step: str = "", status: int = 0, request_id: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.status = status
        self.request_id = request_id[:100]
        self.undone = self._proves_undone()

    def _proves_undone(self) -> bool:
        return False


class AuthFailed(VendorError):
    """The credentials were refused: 400, 401 or 403 from a sign-in endpoint, or 401 from a call with a token that was just issued.

    Never retried automatically, because repeated bad sign-ins lock the vendor's account. The only error that stops an account.
    """

    code = "auth"

    def _proves_undone(self) -> bool:
        return True


class Misconfigured(VendorError):
    """The connection is set up wrongly: address, certificate, permission, setting."""

    code = "configuration"

    def _proves_undone(self) -> bool:
        return not 300 <= self.status < 400  # "see elsewhere" may follow a thing done


class PrivateHost(Misconfigured):
    """The server is on a private network that is not allowed for this account. An administrator may allow it (`Granted` in
    vendors/gateway/address_rules.py)."""


class RateLimited(VendorError):
    """The rate limit is reached. `wait` is in seconds; `ours`: our own limit held the call back, and no call was made."""

    code = "rate_limited"
    transient = True

    def __init__(self, sentence: str, *, wait: float, ours: bool = False, status: int = 0, request_id: str = "") -> None:
        super().__init__(sentence, status=status, request_id=request_id)
        self.wait = wait
        self.ours = ours

    def _proves_undone(self) -> bool:
        return True


class Unavailable(VendorError):
    """The vendor did not answer in time, or with a temporary error. `sent` is False when the request surely never arrived."""

    code = "unavailable"
    transient = True

    def __init__(self, sentence: str, *, sent: bool = True, status: int = 0, request_id: str = "") -> None:
        self.sent = sent
        super().__init__(sentence, status=status, request_id=request_id)

    def _proves_undone(self) -> bool:
        return not self.sent


class BadAnswer(VendorError):
    """An answer came, and it cannot be what the vendor documents: cut, not JSON, another shape, too large."""

    code = "bad_answer"
    transient = True


class Lost(VendorError):
    """The vendor no longer knows the job, token or cached answer that the walk depends on: start over."""

    code = "lost"
    transient = True


class Unsupported(VendorError):
    """This vendor's API cannot do what was requested."""

    code = "unsupported"

    def _proves_undone(self) -> bool:
        return True


class BadRecord(Exception):
    """One record cannot be used; the other records of its page can. `reason`: a sentence that names the field."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def could_not(operation: str, reason: str) -> Message:
    """The sentence of a failed operation. `operation`: an infinitive, `reason`: a clause, both Messages without a period."""
    return Message(gettext_noop("Could not %(operation)s: %(reason)s."), operation=operation, reason=reason)
