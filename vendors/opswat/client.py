"""API client of OPSWAT: one method per endpoint. The token travels in the URL of API calls and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from vendors.auth import Tokens, TokenStore, usable
from vendors.errors import AuthFailed, BadAnswer, Misconfigured, could_not
from vendors.gateway.http import Answer, Gateway
from vendors.parsing.pages import json_pages
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

LIMIT = 50
LIST = Message(gettext_noop("list OPSWAT devices"))
SIGN_IN = Message(gettext_noop("sign in to OPSWAT"))
READ_ACCOUNT = Message(gettext_noop("read the OPSWAT account"))
LONGEST_RESET = 900.0


class Grant(msgspec.Struct):
    access_token: str = ""
    expires_in: float | str | None = None


class Usage(msgspec.Struct):
    devices_used: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """`beyond`: the vendor reports this page as past the last one."""

    rows: list[msgspec.Raw]
    beyond: bool


class Client:
    def __init__(
        self,
        *,
        url: str,
        key: Secret,
        secret: Secret,
        gateway: Gateway,
        tokens: TokenStore,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._secret = secret
        self._gateway = gateway
        self._tokens = tokens
        self._clock = clock

    # https://www.opswat.com/docs/macloud-sdp/developer-guide/authentication
    def sign_in(self) -> Tokens:
        """Tokens for the next call, exchanged when there are none or they are about to expire. Raises AuthFailed."""
        return usable(self._tokens, self._fetch, now=self._clock)

    # https://www.opswat.com/docs/macloud-sdp/developer-guide/get-devices-v2-3
    def devices(self, *, page: int, limit: int = LIMIT) -> Listing:
        query = [("limit", str(limit)), ("page", str(page)), ("groupBy", "hwid"), ("order", "asc")]
        answer = self._get("/o/api/v2.3/devices", query, operation=LIST, accept=(200, 406, 413))
        if answer.status == 406:
            raise Misconfigured(
                Message(gettext_noop("OPSWAT refused a page of %(limit)s devices (status 406)."), limit=limit),
                next_step=Message(gettext_noop("This is an error in Rollcall: report it with the time.")),
                status=406,
                request_id=answer.request_id,
            )
        if answer.status == 413:
            return self._beyond(answer, page)
        rows = json_pages.page(answer.body, type=list[msgspec.Raw], operation=LIST, request_id=answer.request_id)
        return Listing(rows, beyond=False)

    # https://www.opswat.com/docs/macloud-sdp/developer-guide/account-details
    def devices_used(self) -> int | None:
        """How many devices the account holds, where the credential may ask. Raises as a call does."""
        answer = self._get("/o/api/v2/account", [], operation=READ_ACCOUNT)
        used = json_pages.page(answer.body, type=Usage, operation=READ_ACCOUNT).devices_used
        return used if used is not None and used >= 0 else None

    def _beyond(self, answer: Answer, page: int) -> Listing:
        """413 is the documented end of the list, and what a proxy says about a request that is too large."""
        kind = answer.headers.get("content-type", "").lower()
        if "html" in kind or answer.body.lstrip()[:1] == b"<":
            raise BadAnswer(
                could_not(LIST, Message(gettext_noop("a proxy answered for page %(page)s with a web page (status 413)"), page=page)),
                status=413,
                request_id=answer.request_id,
            )
        return Listing([], beyond=True)

    def _get(self, path: str, query: list[tuple[str, str]], *, operation: str, accept: tuple[int, ...] = (200,)) -> Answer:
        tokens = self.sign_in()
        try:
            return self._send(path, query, tokens, operation=operation, accept=accept)
        except AuthFailed:
            fresh = self._tokens.exchange(tokens, self._fetch)
        return self._send(path, query, fresh, operation=operation, accept=accept)

    def _send(
        self,
        path: str,
        query: list[tuple[str, str]],
        tokens: Tokens,
        *,
        operation: str,
        accept: tuple[int, ...],
    ) -> Answer:
        params = [*query, ("access_token", tokens.access.reveal())]
        answer = self._gateway.send("GET", self._url + path, operation=operation, params=params, accept=accept)
        self._learn(answer)
        return answer

    # https://www.opswat.com/docs/macloud-sdp/developer-guide/apis (rate limit headers)
    def _learn(self, answer: Answer) -> None:
        try:
            remaining = int(answer.headers["x-ratelimit-remaining"])
            reset = float(answer.headers["x-ratelimit-reset-time"])
        except (KeyError, ValueError):
            return
        if reset > 1e9:  # seconds since 1970 rather than seconds from now
            reset -= self._clock()
        if remaining >= 0 and 0 <= reset <= LONGEST_RESET:
            self._gateway.budget.learn(remaining=remaining, reset=reset)

    def _fetch(self, stored: Tokens | None) -> Tokens:
        form = {
            "client_id": self._key.reveal(),
            "client_secret": self._secret.reveal(),
            "grant_type": "client_credentials",
        }
        answer = self._gateway.send(
            "POST",
            f"{self._url}/o/oauth/token",
            operation=SIGN_IN,
            form=form,
            accept=(200, 400, 401, 403),
        )
        if answer.status != 200:
            raise AuthFailed(
                Message(gettext_noop("OPSWAT refused the client key and secret (status %(status)s)."), status=answer.status),
                next_step=Message(gettext_noop("Enter the client key and secret again; they are in OPSWAT's OAuth portal.")),
                status=answer.status,
                request_id=answer.request_id,
            )
        grant = json_pages.page(answer.body, type=Grant, operation=SIGN_IN, request_id=answer.request_id)
        if not grant.access_token:
            raise BadAnswer(could_not(SIGN_IN, Message(gettext_noop("the answer has no access token"))), request_id=answer.request_id)
        return Tokens(Secret(grant.access_token), expires_at=self._expiry(grant.expires_in))

    def _expiry(self, seconds: float | str | None) -> float:
        """OPSWAT documents no lifetime: where none is given, 401 is the only sign."""
        try:
            life = float(seconds or 0)
        except ValueError:
            return 0.0
        return self._clock() + life if 0 < life < 1e9 else 0.0
