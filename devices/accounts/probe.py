"""Test connection: one small read with stored or just entered credentials, told in words. Nothing is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from devices.accounts.validation import AccountOptions, InvalidAccount, checked, moves, refuse_deleting, tidy_secrets, vendor_named
from devices.connections import health
from devices.connections.connection import VendorConnection, budget_of, build, connect
from devices.connections.rate_limit import SharedRateLimit
from devices.db import redis_client
from devices.encryption import cipher
from devices.models import Account
from vendors.budget import Budget, Unlimited
from vendors.errors import AuthFailed, BadAnswer, PrivateHost, RateLimited, Unavailable, VendorError
from vendors.secret import Secret

DEADLINE = 10.0  # seconds for one call: a person is waiting


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What "test connection" found, in words. `tested`: False if something here kept it from being tried; `error`: what the connection
    raised, where it came to that.
    """

    ok: bool
    sentence: str
    next_step: str = ""
    request_id: str = ""
    tested: bool = True
    error: VendorError | None = None

    @property
    def wait(self) -> int:
        """Seconds until a call is allowed again; 0 where waiting is not what is missing."""
        return math.ceil(max(1.0, self.error.wait)) if isinstance(self.error, RateLimited) else 0

    @property
    def unsent(self) -> bool:
        """Our own limit held the call back, so that the vendor was not asked."""
        return isinstance(self.error, RateLimited) and self.error.ours

    @property
    def private(self) -> bool:
        """The server is on a private network, which a person may allow for this account."""
        return isinstance(self.error, PrivateHost)


UNCOUNTED = ProbeResult(
    False,
    "The message broker, which counts the calls to this vendor, is not available.",
    "Test again in a minute.",
    tested=False,
)


def probe_account(account: Account) -> ProbeResult:
    """Try the stored credentials, on the account's shared budget. What comes of it counts: refused ones stop the account."""
    asked_at = timezone.now()
    try:
        refuse_deleting(account)
        link = connect(account, asked_at=asked_at, deadline=DEADLINE, shared=redis_client.client())
    except InvalidAccount as bad:
        return ProbeResult(False, " ".join(bad.sentences))
    except VendorError as error:
        return _refused(error)
    return _probe(link, account=account, asked_at=asked_at)


def probe_values(
    vendor: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    *,
    account: Account | None = None,
    options: AccountOptions | None = None,
) -> ProbeResult:
    """Try what a form holds before it is saved. Empty secrets of an existing account are taken from it unless the address or CA changed."""
    entered = {name: Secret(value) for name, value in tidy_secrets(secrets).items() if value}
    options = options or (AccountOptions.of(account) if account else AccountOptions())
    budget: Budget = Unlimited()
    stored: dict[str, Secret] = {}
    try:
        about = vendor_named(vendor)
        if account is not None and not moves(account, settings, options):
            budget = budget_of(account, shared=redis_client.client())
            stored = {secret.name: secret.open() for secret in account.secrets.all() if secret.name not in entered}
        values = checked(about, settings, {name: value.reveal() for name, value in entered.items()}, known_secrets=frozenset(stored))
        link = build(
            about,
            values,
            {**stored, **entered},
            budget=budget,
            interactive=True,
            deadline=DEADLINE,
            ca_pem=options.ca_pem,
            strict_ca=options.strict_ca,
            private_hosts=options.private_hosts,
        )
    except InvalidAccount as bad:
        return ProbeResult(False, " ".join(bad.sentences), "Nothing was sent. Correct this and test again.", tested=False)
    except cipher.DecryptionFailed as broken:
        return ProbeResult(False, str(broken))
    except VendorError as error:
        return _refused(error)
    return _probe(link)


def _probe(link: VendorConnection, *, account: Account | None = None, asked_at: datetime | None = None) -> ProbeResult:
    """`account`: whose stored credentials are tried; None for what a form holds."""
    try:
        sentence = link.reader.probe()
    except VendorError as error:
        if isinstance(link.budget, SharedRateLimit) and link.budget.unreachable:
            return UNCOUNTED
        if account is not None and isinstance(error, AuthFailed):
            health.refused(account.pk, error, timezone.now())
        return _refused(error)
    finally:
        link.gateway.close()
    if account is not None:
        health.accepted(account.pk, timezone.now(), asked_at=asked_at)
    return ProbeResult(True, sentence)


def _refused(error: VendorError) -> ProbeResult:
    return ProbeResult(False, error.sentence, error.next_step or _next_step(error), error.request_id, error=error)


def _next_step(error: VendorError) -> str:
    """For errors that a worker would meet by trying again: here a person waits and can look."""
    if isinstance(error, RateLimited):
        return f"Test again in {math.ceil(max(1.0, error.wait))} seconds."
    if isinstance(error, Unavailable) and not error.sent:
        return "Check the address, and that this server may reach it through firewalls."
    if isinstance(error, Unavailable):
        return "Test again in a few minutes; if it stays so, ask the vendor whether the service is down."
    if isinstance(error, BadAnswer):
        return "Check that the address is the vendor's API and not a sign-in page or a proxy."
    return "Check what was entered and test again."
