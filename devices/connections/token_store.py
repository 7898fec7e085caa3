"""Token store of an account, shared by all workers: one signs in under the account's lock, and a refusal stops all of them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from devices.connections import health
from devices.encryption import cipher
from devices.models import Account, AccountSecret
from vendors.auth import Fetch, Tokens
from vendors.errors import AuthFailed, Unavailable, VendorError
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop


class EncryptedTokenStore:
    """Tokens of one account, sealed in its row; exchanged under a lock that every worker honours.

    `place`: the settings that they belong to: a worker that still holds older ones must not leave its token to the new address. `asked_at`:
    when a user requested the action, None for a planned one. After a refused sign-in only a user's later request may try again.
    `entered_at`: when the newest of its secrets was entered; a refusal of secrets that were replaced since is ignored.
    """

    def __init__(self, account_id: int, *, place: str = "", asked_at: datetime | None = None, entered_at: datetime | None = None) -> None:
        self._account_id = account_id
        self._asked_at = asked_at
        self._entered_at = entered_at
        self._place = place
        self._context = Account.tokens_context(account_id)

    def current(self) -> Tokens | None:
        sealed = Account.objects.values_list("tokens", flat=True).get(pk=self._account_id)
        if not sealed:
            return None
        try:
            access, refresh, expires, place = msgspec.json.decode(cipher.unseal(sealed, context=self._context))
        except (cipher.DecryptionFailed, ValueError):
            return None  # only a cache: sign in again, and the new tokens are sealed with today's key
        if place != self._place:
            return None
        return Tokens(Secret(access), Secret(refresh) if refresh else None, expires)

    def exchange(self, stale: Tokens | None, fetch: Fetch) -> Tokens:
        """Raises Unavailable, too, when the secrets were replaced: the same step again signs in with the new ones."""
        with transaction.atomic():
            self._lock()
            stored = self.current()
            if stored is not None and stored != stale:
                return stored
            if self._replaced():
                raise _replaced_meanwhile()
            health.ensure_credentials_accepted(Account.objects.get(pk=self._account_id), asked_at=self._asked_at)
            try:
                fresh = fetch(stored)
            except AuthFailed as error:
                refusal = self._refused(error)
            else:
                self._store(fresh)
                return fresh
        raise refusal  # after the commit: a worker that waits for the lock finds the refusal

    def _refused(self, error: AuthFailed) -> VendorError:
        if self._replaced():
            return _replaced_meanwhile()
        Account.objects.filter(pk=self._account_id).update(tokens="")
        health.refused(self._account_id, error, timezone.now())
        return error

    def _replaced(self) -> bool:
        if self._entered_at is None:
            return False
        return AccountSecret.objects.filter(account_id=self._account_id, set_at__gt=self._entered_at).exists()

    def _lock(self) -> None:
        """Waits for another worker's sign-in, so the ordinary time limits do not fit; the gateway's deadline bounds the holder."""
        patience = f"{settings.VENDOR_DEADLINE_SECONDS * 2}s"
        with connection.cursor() as cursor:
            for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute("SELECT set_config(%s, %s, true)", [limit, patience])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x70C3, self._account_id])

    def _store(self, tokens: Tokens) -> None:
        parts = (tokens.access.reveal(), tokens.refresh.reveal() if tokens.refresh else "", tokens.expires_at, self._place)
        sealed = cipher.seal(msgspec.json.encode(parts).decode(), context=self._context)
        Account.objects.filter(pk=self._account_id).update(tokens=sealed)


def _replaced_meanwhile() -> Unavailable:
    return Unavailable(Message(gettext_noop("The credentials were replaced during the sign-in.")), sent=False)
