"""The one gateway to the network; beside its transport the only importer of httpx.

Promises: a total deadline, a cap on decoded bytes while streaming, no redirects, no cookies, no proxy or netrc environment, private and
loopback addresses refused at connect time unless named or granted, a CA per account, one translation of errors raised `from None`.
"""

from __future__ import annotations

import http.cookiejar
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from vendors.budget import Budget
from vendors.errors import Misconfigured, RateLimited, VendorError, could_not
from vendors.gateway import tls
from vendors.gateway.address_rules import BadUrl, Granted, NamedHosts, parse_url
from vendors.gateway.decoding import Undecodable, decoded
from vendors.gateway.error_mapping import from_error, from_status, told_wait
from vendors.gateway.network import Backend, CallState, NetworkFault, Resolve, system_resolve
from vendors.gateway.transport import Transport
from vendors.texts import Message, gettext_noop

Params = Sequence[tuple[str, str]]

REQUEST_IDS = ("request-id", "x-request-id", "x-correlation-id")
CHECK_ADDRESS = Message(gettext_noop("Check the address."))
SENDABLE = re.compile(r"([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. Header names are lower case; `request_id` is what the vendor wants to hear in a support case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    request_id: str = ""

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, {len(self.body)} bytes)"


class Gateway:
    """Connections are kept and used again; `close()` ends them.

    `deadline` is in seconds and covers name, connect, headers and body together; `max_bytes` counts decoded bytes. `block_floor` is how
    many seconds a 429 blocks the budget at least: 60 where the vendor counts by the minute, 1 where it counts by the second. `resolve`
    looks names up. `private_hosts`: opened by the environment (Named); `granted`: by an administrator for this account (Granted), but
    never this machine and the `reserved` services, host and port.
    """

    def __init__(
        self,
        *,
        budget: Budget,
        private_hosts: Sequence[str] = (),
        granted: Sequence[str] = (),
        reserved: Sequence[tuple[str, int]] = (),
        ca_pem: str = "",
        strict_ca: bool = True,
        deadline: float = 30.0,
        max_bytes: int = 64 * 2**20,
        interactive: bool = False,
        allow_http: bool = False,
        block_floor: float = 60.0,
        resolve: Resolve = system_resolve,
    ) -> None:
        self.budget = budget
        self._named = NamedHosts(private_hosts)
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._interactive = interactive
        self._allow_http = allow_http
        self._block_floor = block_floor
        self._call = CallState()
        pool = httpcore.ConnectionPool(
            ssl_context=tls.context(ca_pem, strict=strict_ca),
            max_connections=8,
            max_keepalive_connections=4,
            keepalive_expiry=20.0,
            http1=True,
            http2=False,
            retries=0,
            network_backend=Backend(call=self._call, named=self._named, granted=Granted(granted), reserved=reserved, resolve=resolve),
        )
        no_cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(
            transport=Transport(pool),
            trust_env=False,
            follow_redirects=False,
            cookies=no_cookies,
            headers={"user-agent": "Rollcall", "accept": "application/json", "accept-encoding": "gzip"},
        )

    def close(self) -> None:
        self._client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        operation: str,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        accept: Collection[int] = (200,),
        budgeted: bool = True,
    ) -> Answer:
        """One call. `operation`: an infinitive for error sentences ("list devices"). Statuses in `accept` are returned, others raise.

        Raises RateLimited (ours=True when the budget said no and nothing was sent), AuthFailed (401), Misconfigured (3xx, other 4xx, TLS,
        address refused, name unknown; PrivateHost where an administrator could allow the address), Unavailable (connect, timeout, reset,
        5xx; `sent` False when the request surely never left), BadAnswer (cut, not HTTP, too large, another 2xx).
        """
        self._check(url, headers or {}, operation)
        try:
            request = self._client.build_request(
                method, url, params=list(params) or None, headers=dict(headers or {}), data=form, json=json
            )
        except (httpx.InvalidURL, UnicodeError):  # the latter for a host that only looks like punycode
            request = None
        if request is None:
            raise Misconfigured(could_not(operation, Message(gettext_noop("the address is invalid"))), next_step=CHECK_ADDRESS)
        if budgeted:
            wait = self.budget.take(interactive=self._interactive)
            if wait > 0:
                sentence = Message(gettext_noop("Waiting to %(operation)s: the rate limit is reached."), operation=operation)
                raise RateLimited(sentence, wait=wait, ours=True)
        self._call.begin(self._deadline)
        # Raised outside of the except block: the library's error holds the request with its URL and must not ride along as context.
        try:
            return self._exchange(request, accept, operation)
        except (
            NetworkFault,
            Undecodable,
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
        ) as error:
            failure = from_error(error, operation=operation, deadline=self._deadline, received=self._call.received)
        raise failure from None

    def _check(self, url: str, headers: Mapping[str, str], operation: str) -> None:
        try:
            target = parse_url(url)
        except BadUrl as error:
            reason = Message(gettext_noop("the address is invalid because %(reason)s"), reason=error.reason)
            raise Misconfigured(could_not(operation, reason), next_step=CHECK_ADDRESS) from None
        if target.scheme == "http" and not (self._allow_http or self._named.loopback(target)):
            raise Misconfigured(
                could_not(operation, Message(gettext_noop("the address starts with http://, which does not protect the credentials"))),
                next_step=Message(gettext_noop("Use https://, or allow http for this account.")),
            )
        if not all(SENDABLE.fullmatch(value) for value in headers.values()):
            raise Misconfigured(
                could_not(operation, Message(gettext_noop("a credential contains an invalid character, such as a line break"))),
                next_step=Message(gettext_noop("Enter the credentials again.")),
            )

    def _exchange(self, request: httpx.Request, accept: Collection[int], operation: str) -> Answer:
        response = self._client.send(request, stream=True)
        try:
            request_id = _request_id(response.headers)
            if response.status_code not in accept:
                raise self._refused(response, operation, request_id)
            body = b"".join(
                decoded(
                    response.iter_raw(),
                    coding=response.headers.get("content-encoding", ""),
                    most=self._max_bytes,
                )
            )
        finally:
            response.close()
        return Answer(response.status_code, dict(response.headers), body, request_id)

    def _refused(self, response: httpx.Response, operation: str, request_id: str) -> VendorError:
        wait = told_wait(response.headers.get_list("retry-after"))
        if response.status_code == 429:
            wait = max(wait or 0.0, self._block_floor)
        if wait and response.status_code in (429, 503):
            self.budget.block(wait)
        return from_status(response.status_code, operation=operation, request_id=request_id, wait=wait or 0.0)


def _request_id(headers: httpx.Headers) -> str:
    found = next((headers[name] for name in REQUEST_IDS if name in headers), "")
    return found if re.fullmatch(r"[A-Za-z0-9._:=+/-]{1,100}", found) else ""
