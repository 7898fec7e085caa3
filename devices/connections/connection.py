"""Vendor connection of an account: decrypted secrets, guarded gateway, rate limit and tokens shared with every other worker."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db.models import Max, Q
from django.utils import timezone

from devices.connections import health
from devices.connections.rate_limit import SharedRateLimit
from devices.connections.token_store import EncryptedTokenStore
from devices.encryption import cipher
from devices.models import Account, VendorJob
from devices.models.job import ACTIVE
from vendors.auth import MemoryTokens, TokenStore
from vendors.base import Connection, ReadsDevices, Vendor
from vendors.budget import Budget
from vendors.errors import Misconfigured
from vendors.gateway.http import Gateway
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop


@dataclass(frozen=True, slots=True)
class VendorConnection:
    """A live connection of an account. `budget` counts the calls that were granted; close the gateway when done."""

    reader: ReadsDevices
    gateway: Gateway
    budget: Budget


class JobConnection:
    """The connection of a job: opened when it is first needed, and kept for one slice."""

    def __init__(self) -> None:
        self._link: VendorConnection | None = None
        self._counted = 0

    def open(self, account: Account, *, asked_at: datetime | None) -> ReadsDevices:
        """Raises Misconfigured for a disabled account and as `connect` does, AuthFailed when credentials were refused since (health.py)."""
        if not account.enabled:  # since the job was requested
            sentence = Message(gettext_noop("The account %(account)s is disabled."), account=account.name)
            raise Misconfigured(sentence, next_step=Message(gettext_noop("Enable it.")))
        health.ensure_credentials_accepted(account, asked_at=asked_at)
        if self._link is None:
            self._link = connect(account, asked_at=asked_at)
        return self._link.reader

    def new_calls(self) -> int:
        """Calls since this was last asked."""
        total = self._link.budget.calls if self._link else 0
        new, self._counted = total - self._counted, total
        return new

    def close(self) -> None:
        if self._link is not None:
            self._link.gateway.close()


def connect(
    account: Account, *, asked_at: datetime | None = None, deadline: float | None = None, shared: redis.Redis | None = None
) -> VendorConnection:
    """`asked_at`: when a user requested it, who may use the reserved calls. Raises Misconfigured when a secret is missing
    or does not open. `shared`: as in `budget_of`."""
    budget = budget_of(account, shared=shared)
    stored = list(account.secrets.all())
    try:
        secrets = {secret.name: secret.open() for secret in stored}
    except cipher.DecryptionFailed as broken:
        next_step = Message(gettext_noop("Edit the account and enter its credentials again."))
        raise Misconfigured(broken.reason, next_step=next_step) from None
    missing = [f.label for f in account.about.fields if f.secret and f.required and not secrets.get(f.name)]
    if missing:
        next_step = Message(gettext_noop("Edit the account and enter it."))
        raise Misconfigured(Message(gettext_noop("This credential is missing: %(name)s."), name=missing[0]), next_step=next_step)
    entered_at = max((secret.set_at for secret in stored), default=None)
    place = json.dumps(account.settings, sort_keys=True)
    tokens = EncryptedTokenStore(account.pk, place=place, asked_at=asked_at, entered_at=entered_at)
    return build(
        account.about,
        account.settings,
        secrets,
        budget=budget,
        tokens=tokens,
        interactive=asked_at is not None,
        ca_pem=account.ca_pem,
        strict_ca=account.strict_ca,
        private_hosts=account.private_hosts,
        deadline=deadline,
    )


def build(
    vendor: Vendor,
    values: Mapping[str, str],
    secrets: Mapping[str, Secret],
    *,
    budget: Budget,
    tokens: TokenStore | None = None,
    interactive: bool = False,
    ca_pem: str = "",
    strict_ca: bool = True,
    private_hosts: Sequence[str] = (),
    deadline: float | None = None,
) -> VendorConnection:
    """A connection from plain parts: also what "test connection" uses before anything is stored. `deadline`: seconds for one call.
    `private_hosts`: what an administrator allowed for this account, `host:port` each."""
    gateway = Gateway(
        budget=budget,
        private_hosts=settings.PRIVATE_HOSTS,
        granted=private_hosts,
        reserved=own_services(),
        ca_pem=ca_pem,
        strict_ca=strict_ca,
        deadline=deadline or float(settings.VENDOR_DEADLINE_SECONDS),
        interactive=interactive,
        allow_http=values.get("allow_http") == "true",
        block_floor=min(60.0, vendor.rate(values).seconds),
    )
    reader = vendor.connect(Connection(settings=values, secrets=secrets, gateway=gateway, tokens=tokens or MemoryTokens()))
    return VendorConnection(reader, gateway, budget)


def own_services() -> list[tuple[str, int]]:
    """Host and port of PostgreSQL and Redis, where they are not reached over a socket file."""
    database, broker = settings.DATABASES["default"], urlsplit(settings.REDIS_URL)
    found = [(str(database.get("HOST") or ""), int(database.get("PORT") or 5432)), (broker.hostname or "", broker.port or 6379)]
    return [(host, port) for host, port in found if host and not host.startswith("/")]


def budget_of(account: Account, *, shared: redis.Redis | None = None) -> SharedRateLimit:
    """Calls are not written down, so what could have called counts: a run under way (but for its very first step), or the end of one.
    `shared`: the client that asks Redis; a web request gives `broker.client()`."""

    def idle_for() -> float:
        ends = []
        for kind in VendorJob.__subclasses__():  # of every app
            jobs = kind._default_manager.filter(account=account)
            if jobs.filter(Q(steps__gt=0) | Q(fence__gt=1), state__in=ACTIVE).exists():
                return 0.0
            ends.append(jobs.aggregate(at=Max("finished_at"))["at"])
        known = [at for at in ends if at is not None]
        return (timezone.now() - max(known)).total_seconds() if known else timedelta.max.total_seconds()

    return SharedRateLimit(account.pk, account.about.rate(account.settings), idle_for=idle_for, shared=shared)
