"""The outcome of an account's last syncs, stored in its row: written when a run ends or a sign-in is refused, logged once when it changes.

Only refused credentials stop an account until a user acts, because a vendor locks an account after a few refused sign-ins. Every other
failure is retried after a pause (vendors/retry.py), and a success clears it. What a page shows is decided in
devices/account_status/status.py.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from devices.models import Account, Health
from vendors import retry
from vendors.errors import AuthFailed, VendorError

log = logging.getLogger(__name__)
# Only these are written: the rest of the row, above all its tokens, may have changed since it was read.
COLUMNS = ("health", "health_code", "health_sentence", "health_next_step", "health_since", "failures", "try_after")
CLOCKS = ("complete_at", "changes_at", "changes_since")


def succeeded(account: Account, now: datetime, *, asked_at: datetime | None = None) -> None:
    """A list was synced. `asked_at`: see `VendorJob.asked_at`; a run that was under way when credentials were refused proves nothing."""
    if not still_refused(account, asked_at=asked_at):
        account.failures, account.try_after = 0, None
        _become(account, Health.OK, now)
    account.save(update_fields=[*COLUMNS, *CLOCKS])


def failed(account: Account, error: VendorError, now: datetime) -> None:
    """A list could not be synced, for another reason than refused credentials. Those stay refused until they were accepted."""
    if account.health == Health.PERSON:
        return
    account.failures += 1
    account.try_after = now + retry.pause_after(account.failures)
    _become(account, Health.FAILING, now, code=error.code, sentence=error.sentence, next_step=error.next_step)
    account.save(update_fields=COLUMNS)


def refused(account_id: int, error: AuthFailed, now: datetime) -> None:
    """The credentials were refused, whatever they were used for: from now on nothing signs in (see `ensure_credentials_accepted`)."""
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
        account.try_after = None
        _become(account, Health.PERSON, now, code=error.code, sentence=error.sentence, next_step=error.next_step)
        account.save(update_fields=COLUMNS)


def accepted(account_id: int, now: datetime, *, asked_at: datetime | None) -> None:
    """What a user asked for at `asked_at` worked: refused credentials are accepted again, and a list that fails is due at once."""
    if asked_at is None:
        return
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
        if still_refused(account, asked_at=asked_at):
            return
        if account.health == Health.PERSON:
            reset_health(account, now)
        account.try_after = None
        account.save(update_fields=COLUMNS)


def ensure_credentials_accepted(account: Account, *, asked_at: datetime | None) -> None:
    """Raises AuthFailed while the credentials are refused."""
    if still_refused(account, asked_at=asked_at):
        raise AuthFailed(account.health_sentence, next_step=account.health_next_step)


def still_refused(account: Account, *, asked_at: datetime | None) -> bool:
    """Credentials were refused, and no user asked after that: `asked_at` is when one asked for what is done now."""
    if account.health != Health.PERSON:
        return False
    return asked_at is None or account.health_since is None or asked_at <= account.health_since


def reset_health(account: Account, now: datetime) -> None:
    """A user changed the account: what was wrong may be right now, so it is planned again."""
    account.failures, account.try_after = 0, None
    _become(account, Health.NEW if account.complete_at is None else Health.OK, now)


def _become(account: Account, health: Health, now: datetime, *, code: str = "", sentence: str = "", next_step: str = "") -> None:
    if account.health != health:
        account.health_since = now
    if account.health != health or account.health_code != code:
        level = logging.INFO if health in (Health.OK, Health.NEW) else logging.WARNING
        log.log(level, "account %s is now %s: %s", account.name, health.label, sentence or "all well")
    account.health, account.health_code = health, code
    account.health_sentence, account.health_next_step = sentence, next_step
