"""Account health is state: written when a run ends, when signing in is refused, or when the clock says so; logged once when it changes."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from devices.models import Account, Health
from vendors.errors import AuthFailed, VendorError

log = logging.getLogger(__name__)
LONGEST_BACKOFF = timedelta(minutes=30)
AGAIN = "It is tried again by itself; if it lasts, ask the vendor."
# Only these are written: the rest of the row, above all its tokens, may have changed since it was read.
COLUMNS = ("health", "health_code", "health_sentence", "health_next_step", "health_since", "failures", "try_after")
CLOCKS = ("complete_at", "changes_at", "changes_since")


def succeeded(account: Account, now: datetime) -> None:
    account.failures, account.try_after = 0, None
    _become(account, Health.OK, now)
    account.save(update_fields=[*COLUMNS, *CLOCKS])


def failed(account: Account, error: VendorError, now: datetime) -> None:
    """A person is needed at once for credentials and settings: trying again would lock the vendor's account."""
    account.failures += 1
    health = Health.PERSON if error.needs_person else Health.FAILING
    backoff = min(LONGEST_BACKOFF, timedelta(minutes=2 ** min(account.failures, 5)))
    account.try_after = None if error.needs_person else now + backoff
    next_step = error.next_step or ("" if error.needs_person else AGAIN)
    _become(account, health, now, code=error.code, sentence=error.sentence, next_step=next_step)
    account.save(update_fields=COLUMNS)


def refused(account_id: int, error: AuthFailed, now: datetime) -> None:
    """Signing in was refused, whatever it was for: from now on nobody signs in (see `stop_if_refused`)."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    account.try_after = None
    _become(account, Health.PERSON, now, code=error.code, sentence=error.sentence, next_step=error.next_step)
    account.save(update_fields=COLUMNS)


def stop_if_refused(account: Account, *, asked_at: datetime | None) -> None:
    """Raises AuthFailed for an account whose credentials were refused, unless a person asked after that, at `asked_at`: vendors lock an
    account after a few refused sign-ins.
    """
    if account.health != Health.PERSON or account.health_code != AuthFailed.code:
        return
    if asked_at is None or account.health_since is None or asked_at <= account.health_since:
        raise AuthFailed(account.health_sentence, next_step=account.health_next_step)


def cleared(account: Account, now: datetime) -> None:
    """A person changed the account: what was wrong may be right now, so it is planned again."""
    account.failures, account.try_after = 0, None
    _become(account, Health.NEW if account.complete_at is None else Health.OK, now)


def judge_late(account: Account, now: datetime) -> None:
    """Late: the last complete list is older than two intervals although nothing failed."""
    if not _late(account, now):
        return
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)  # a list may have been completed since it was read
        if _late(account, now):
            _become(
                account,
                Health.LATE,
                now,
                code="late",
                sentence="The last complete list is older than two intervals.",
                next_step="Check that a worker is running, or refresh now.",
            )
            account.save(update_fields=COLUMNS)


def _late(account: Account, now: datetime) -> bool:
    if account.health != Health.OK or account.complete_at is None or not account.full_seconds:
        return False
    return now - account.complete_at > timedelta(seconds=2 * account.full_seconds)


def _become(account: Account, health: Health, now: datetime, *, code: str = "", sentence: str = "", next_step: str = "") -> None:
    if account.health != health or account.health_code != code:
        account.health_since = now
        level = logging.INFO if health in (Health.OK, Health.NEW) else logging.WARNING
        log.log(level, "account %s is now %s: %s", account.name, health.label, sentence or "all well")
    account.health, account.health_code = health, code
    account.health_sentence, account.health_next_step = sentence, next_step
