"""Session at ESET Connect: password grant, refresh rotation, and one exchange when the token is refused."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from vendors.auth import EARLY, Tokens, TokenStore, usable
from vendors.base import DevicePage
from vendors.errors import AuthFailed, BadAnswer, VendorError, could_not
from vendors.eset import async_answers
from vendors.eset.client import SIGN_IN, Client, Reply
from vendors.gateway.error_mapping import from_status
from vendors.parsing.pages import json_pages
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

REFUSED = (400, 401, 403)


class SignInLater(Exception):
    """The token service itself answered 202; `page.cursor` is the state of signing in."""

    def __init__(self, page: DevicePage) -> None:
        super().__init__()
        self.page = page


class _Grant(msgspec.Struct):
    access_token: str
    refresh_token: str | None = None
    token_type: str = ""
    expires_in: int | float | str | None = None


class Session:
    """`waiting` is the state of a sign-in that ESET asked to repeat later (see SignInLater)."""

    def __init__(
        self,
        client: Client,
        store: TokenStore,
        *,
        username: str,
        password: Secret,
        now: Callable[[], float],
        waiting: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._username = username
        self._password = password
        self._now = now
        self._waiting = waiting or {}

    def run(self, call: Callable[[Secret], Reply], *, trusted: bool = False) -> Reply:
        """The reply to `call`. A 401 exchanges the token once; so does a 400, which ESET may also send for a bad token, unless `trusted`.

        Raises AuthFailed when signing in is refused or a brand-new token is.
        """
        tokens = usable(self._store, self._fetch, now=self._now)
        reply = None
        with contextlib.suppress(AuthFailed):  # the exchange below decides
            reply = call(tokens.access)
        if reply is not None and (reply.status != 400 or trusted):
            return reply
        tokens = self._store.exchange(tokens, self._fetch)
        return call(tokens.access)

    def _fetch(self, stored: Tokens | None) -> Tokens:
        try:
            return self._granted(stored)
        except VendorError as error:
            error.undone = True  # who cannot sign in has not asked for anything yet, or was refused
            raise

    def _granted(self, stored: Tokens | None) -> Tokens:
        tokens = None
        if stored and stored.refresh and self._waiting.get("grant") != "password":
            tokens = self._ask({"grant_type": "refresh_token", "refresh_token": stored.refresh.reveal()})
        if tokens is None:
            password = {"username": self._username, "password": self._password.reveal()}
            tokens = self._ask({"grant_type": "password", **password})
        if tokens is None:
            raise AuthFailed(
                could_not(SIGN_IN, Message(gettext_noop("username or password were refused"))),
                next_step=Message(gettext_noop("Enter username and password of the API user again; it must have signed in once.")),
            )
        return tokens

    def _ask(self, form: Mapping[str, str]) -> Tokens | None:
        """None: this grant was refused."""
        grant = form["grant_type"]
        state = self._waiting if self._waiting.get("grant") == grant else {"grant": grant}
        reply = self._client.token(form, response_id=async_answers.response_id(state))
        try:
            reply = async_answers.follow(state, reply, now=self._now())
        except async_answers.AnswerNotReady as later:
            raise SignInLater(later.page) from None
        if reply.status in REFUSED:
            return None
        if reply.status != 200:
            raise from_status(reply.status, operation=SIGN_IN, request_id=reply.request_id)
        return self._tokens(reply)

    def _tokens(self, reply: Reply) -> Tokens:
        grant = json_pages.page(reply.body, type=_Grant, operation=SIGN_IN, request_id=reply.request_id)
        if not grant.access_token or grant.token_type.lower() not in ("", "bearer"):
            raise BadAnswer(could_not(SIGN_IN, Message(gettext_noop("the answer has no bearer token"))))
        try:
            seconds = float(grant.expires_in or 0)
        except ValueError:
            seconds = 0.0
        return Tokens(
            access=Secret(grant.access_token),
            refresh=Secret(grant.refresh_token) if grant.refresh_token else None,
            expires_at=self._now() + _lasts(seconds) if seconds > 0 else 0.0,
        )


def _lasts(seconds: float) -> float:
    """A token is exchanged a minute early. One that lives for two minutes or less is used for half its life instead, not for one call."""
    return max(seconds, seconds / 2 + EARLY)
