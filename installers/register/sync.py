"""Sync of the installers of a vendor account: created at the vendor, found late, no longer listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_noop

from devices.db import free_space
from devices.jobs import engine as jobs
from devices.jobs.handler import JobHandler
from devices.models import JobState
from devices.reconciliation import field_repairs
from installers.models import Installer, Standing, Stocktake
from installers.orders.connection import InstallerJobConnection
from installers.orders.vendor_records import adopt, describe, enter, nonce_of
from installers.orders.verification import NotMade
from vendors import records
from vendors.errors import VendorError
from vendors.installer_api import InstallerPage
from vendors.texts import Message

FOUND_LATE = Message(gettext_noop("The request was unconfirmed; a later sync found the installer at the vendor."))
NOT_LISTED = Message(gettext_noop("Deleted at the vendor. The link no longer works."))


@dataclass(frozen=True, slots=True)
class RegisterStep:
    """A page of the list; `begun`: when its first page was requested. Installers created later may be missing from earlier pages."""

    turn: InstallerPage
    begun: datetime
    cursor: dict[str, Any] | None

    @property
    def wait(self) -> float:
        return self.turn.wait

    @property
    def waiting_for(self) -> str:
        return self.turn.waiting_for


class StocktakeHandler(JobHandler[Stocktake, RegisterStep]):
    """Used for one slice of one sync."""

    model = Stocktake

    def __init__(self, *, clock: Callable[[], datetime] = jobs.database_clock) -> None:
        self._clock = clock
        self._line = InstallerJobConnection()

    def step(self, stocktake: Stocktake) -> RegisterStep:
        cursor = stocktake.cursor or {"begun": self._clock().isoformat()}
        if free_space.is_low():
            return RegisterStep(InstallerPage(wait=free_space.PAUSE, waiting_for=free_space.WAITING), self._clock(), cursor)
        turn = self._line.maker(stocktake).list_installers(cursor.get("at"))
        following = {**cursor, "at": turn.cursor} if turn.cursor is not None else None
        return RegisterStep(turn, datetime.fromisoformat(cursor["begun"]), following)

    def close(self) -> None:
        self._line.close()

    def keep(self, stocktake: Stocktake, step: RegisterStep, now: datetime) -> None:
        if stocktake.cursor is None:
            stocktake.found = stocktake.unreadable = 0
            stocktake.repairs = []
        stocktake.found += len(step.turn.installers)
        stocktake.unreadable += step.turn.unreadable
        stocktake.repairs = field_repairs.add(stocktake.repairs, "installer", (each.repairs for each in step.turn.installers))
        for record in sorted(step.turn.installers, key=lambda each: each.external_id):
            _save(stocktake, record, now)
        if step.cursor is None and not stocktake.unreadable:
            _mark_missing(stocktake, step.begun, now)

    def finish(self, stocktake: Stocktake, now: datetime) -> None:
        stocktake.complete_at, stocktake.failures = now, 0
        stocktake.error_code = stocktake.error = stocktake.error_next_step = stocktake.request_id = ""

    def failed(self, stocktake: Stocktake, _error: VendorError, _now: datetime) -> None:
        """The row has the error. An incomplete list marks nothing as missing."""
        stocktake.failures += 1


def _save(stocktake: Stocktake, record: records.Installer, now: datetime) -> None:
    rows = Installer.objects.select_for_update(of=("self",)).filter(account=stocktake.account)
    known = rows.filter(external_id=record.external_id).first()
    nonce = nonce_of(record.name)
    requested = rows.filter(nonce=nonce, external_id="").first() if known is None and nonce else None
    if known is not None:
        if known.standing == Standing.REVOKED and known.revoked_by_id is None and not known.active:
            known.standing, known.revoked_at, known.remark = Standing.READY, None, ""
        describe(known, record, now)
        known.save()
    elif requested is None:
        enter(stocktake.account, record, now)
    elif not requested.active:  # otherwise its own job finds it
        adopt(requested, record, now)
        _end(requested, now, remark=FOUND_LATE)


def _mark_missing(stocktake: Stocktake, begun: datetime, now: datetime) -> None:
    """Installers that a complete list lacks. Their links are kept: they may be listed again."""
    rows = Installer.objects.select_for_update(of=("self",)).filter(account=stocktake.account).exclude(state__in=("requested", "running"))
    unseen = Q(listed_at__lt=begun) | Q(listed_at=None)
    for missing in rows.filter(unseen, standing=Standing.READY, finished_at__lt=begun).order_by("pk"):
        missing.standing, missing.revoked_at, missing.usable, missing.remark = Standing.REVOKED, now, False, NOT_LISTED
        missing.save(update_fields=["standing", "revoked_at", "usable", "remark"])
    settled = begun - timedelta(seconds=settings.INSTALLER_SETTLE_SECONDS)
    error = NotMade()
    for unconfirmed in rows.filter(standing=Standing.AMBIGUOUS, external_id="", ambiguous_since__lte=settled).order_by("pk"):
        unconfirmed.standing = Standing.FAILED
        unconfirmed.error_code, unconfirmed.error, unconfirmed.error_next_step = error.code, error.sentence, error.next_step
        unconfirmed.save(update_fields=["standing", "error_code", "error", "error_next_step"])


def _end(installer: Installer, now: datetime, *, remark: str) -> None:
    installer.state, installer.cursor, installer.finished_at, installer.remark = JobState.DONE, None, now, remark
    installer.error_code = installer.error = installer.error_next_step = installer.request_id = ""
    installer.save()


def expire(now: datetime) -> int:
    """Mark expired installers. Returns how many."""
    ended = Installer.objects.filter(standing=Standing.READY, expires_at__lte=now)
    return ended.update(standing=Standing.EXPIRED, usable=False)
