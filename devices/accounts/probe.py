"""Connection test: one small read with stored or newly entered credentials. Nothing is saved."""

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
from devices.db.messages import translated
from devices.encryption import cipher
from devices.models import Account
from vendors.budget import Budget, Unlimited
from vendors.errors import AuthFailed, BadAnswer, PrivateHost, RateLimited, Unavailable, VendorError
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

DEADLINE = 10.0  # seconds for one call: a user is waiting


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of a connection test. `tested`: False where no call was made; `error`: what the call raised.

    `sentence` and `next_step` may be Messages: in English as a str, `shown` translates both.
    """

    ok: bool
    sentence: str
    next_step: str = ""
    request_id: str = ""
    tested: bool = True
    error: VendorError | None = None

    @property
    def shown(self) -> str:
        return f"{translated(self.sentence)} {translated(self.next_step)}".strip()

    @property
    def wait(self) -> int:
        """Seconds until a call is allowed again; 0 where waiting does not help."""
        return math.ceil(max(1.0, self.error.wait)) if isinstance(self.error, RateLimited) else 0

    @property
    def unsent(self) -> bool:
        """The shared rate limit held the call back."""
        return isinstance(self.error, RateLimited) and self.error.ours

    @property
    def private(self) -> bool:
        """The server is on a private network, which an administrator may allow for this account."""
        return isinstance(self.error, PrivateHost)


UNCOUNTED = ProbeResult(
    False,
    Message(gettext_noop("The message broker is not available, so API calls cannot be counted.")),
    Message(gettext_noop("Test again in a minute.")),
    tested=False,
)

CORRECT = Message(gettext_noop("Correct the values and test again."))


def probe_account(account: Account) -> ProbeResult:
    """Test the stored credentials, within the shared rate limit. Refused credentials stop the account."""
    started_at = timezone.now()
    try:
        refuse_deleting(account)
        link = connect(account, asked_at=started_at, deadline=DEADLINE, shared=redis_client.client())
    except InvalidAccount as bad:
        return ProbeResult(False, " ".join(bad.sentences))
    except VendorError as error:
        return _refused(error)
    return _probe(link, account=account, started_at=started_at)


def probe_values(
    vendor: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    *,
    account: Account | None = None,
    options: AccountOptions | None = None,
) -> ProbeResult:
    """Test the values of a form before they are saved. Empty secrets are those of the account, unless address or trust changed."""
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
        return ProbeResult(False, " ".join(bad.sentences), CORRECT, tested=False)
    except cipher.DecryptionFailed as broken:
        return ProbeResult(False, broken.reason)
    except VendorError as error:
        return _refused(error)
    return _probe(link)


def _probe(link: VendorConnection, *, account: Account | None = None, started_at: datetime | None = None) -> ProbeResult:
    """`account`: whose stored credentials are tested; None for the values of a form."""
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
        health.accepted(account.pk, timezone.now(), asked_at=started_at)
    return ProbeResult(True, sentence)


def _refused(error: VendorError) -> ProbeResult:
    return ProbeResult(False, error.sentence, error.next_step or _next_step(error), error.request_id, error=error)


def _next_step(error: VendorError) -> Message:
    """For errors that a worker retries: here a user waits."""
    if isinstance(error, RateLimited):
        return Message(gettext_noop("Test again in %(seconds)s s."), seconds=math.ceil(max(1.0, error.wait)))
    if isinstance(error, Unavailable) and not error.sent:
        return Message(gettext_noop("Check the address and the firewalls between this server and the vendor."))
    if isinstance(error, Unavailable):
        return Message(gettext_noop("Test again in a few minutes. If it persists, contact the vendor."))
    if isinstance(error, BadAnswer):
        return Message(gettext_noop("Check that the address is the vendor's API, not a sign-in page or a proxy."))
    return Message(gettext_noop("Check the values and test again."))
