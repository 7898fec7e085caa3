"""What can go wrong at a vendor. Only these types leave `vendors/`, always raised `from None`.

An error carries what a person may read and nothing else: no URL, no header, no token, no body. The vendor's request id is kept, because
vendors ask for it in support cases.
"""

from __future__ import annotations


class VendorError(Exception):
    """Base of all: `sentence` says what happened, `next_step` what a person can do about it.

    `undone`: the vendor surely did nothing of what was asked, so asking again cannot do it twice. False when nobody can know.
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
    """Our side of the connection is set up wrongly: address, certificate, permission, setting."""

    code = "configuration"

    def _proves_undone(self) -> bool:
        return not 300 <= self.status < 400  # "see elsewhere" may follow a thing done


class PrivateHost(Misconfigured):
    """The server is on a private network, and nobody has allowed that for this account. A person may (vendors/gateway/address_rules.py,
    Granted)."""


class RateLimited(VendorError):
    """The budget is spent. `wait` is in seconds; `ours` tells that our own budget said so and no call was made."""

    code = "rate_limited"
    transient = True

    def __init__(self, sentence: str, *, wait: float, ours: bool = False, status: int = 0, request_id: str = "") -> None:
        super().__init__(sentence, status=status, request_id=request_id)
        self.wait = wait
        self.ours = ours

    def _proves_undone(self) -> bool:
        return True


class Unavailable(VendorError):
    """The vendor did not answer in time or said that it cannot now. `sent` is False when the request surely never arrived."""

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
    """The vendor no longer knows the job, token or cached answer that the walk stood on: start over."""

    code = "lost"
    transient = True


class Unsupported(VendorError):
    """This vendor's API cannot do what was asked."""

    code = "unsupported"

    def _proves_undone(self) -> bool:
        return True


class BadRecord(Exception):
    """One record cannot be used; the other records of its page can. The text names the field and the reason."""
