"""Comparing the register with what the vendor lists: what others made, what was found late, what is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

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

FOUND_LATE = "It was found in the vendor's list after nobody knew what had become of it."
NOT_LISTED = "The vendor does not list it any more: somebody revoked it there."


@dataclass(frozen=True, slots=True)
class RegisterStep:
    """One page of the list; `begun`: when its first page was asked for. What was made later may be missing on earlier pages."""

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
    """Lives for one slice of one stocktake."""

    model = Stocktake

    def __init__(self, *, clock: Callable[[], datetime] = jobs.database_clock) -> None:
        self._clock = clock
        self._line = InstallerJobConnection()

    def step(self, stocktake: Stocktake) -> RegisterStep:
        cursor = stocktake.cursor or {"begun": self._clock().isoformat()}
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
        stocktake.repairs = field_repairs.add(stocktake.repairs, "installer", (told.repairs for told in step.turn.installers))
        for told in sorted(step.turn.installers, key=lambda each: each.external_id):
            _book(stocktake, told, now)
        if step.cursor is None and not stocktake.unreadable:
            _miss(stocktake, step.begun, now)

    def finish(self, stocktake: Stocktake, now: datetime) -> None:
        stocktake.complete_at, stocktake.failures = now, 0
        stocktake.error_code = stocktake.error = stocktake.error_next_step = stocktake.request_id = ""

    def failed(self, stocktake: Stocktake, _error: VendorError, _now: datetime) -> None:
        """The row says why; nothing is concluded from a list that did not end."""
        stocktake.failures += 1


def _book(stocktake: Stocktake, told: records.Installer, now: datetime) -> None:
    rows = Installer.objects.select_for_update(of=("self",)).filter(account=stocktake.account)
    known = rows.filter(external_id=told.external_id).first()
    marked = rows.filter(nonce=nonce_of(told.name), external_id="").first() if known is None and nonce_of(told.name) else None
    if known is not None:
        if known.standing == Standing.REVOKED and known.revoked_by_id is None and not known.active:
            known.standing, known.revoked_at, known.remark = Standing.READY, None, ""
        describe(known, told, now)
        known.save()
    elif marked is None:
        enter(stocktake.account, told, now)
    elif not marked.active:  # else its own job is about to find it
        adopt(marked, told, now)
        _end(marked, now, remark=FOUND_LATE)


def _miss(stocktake: Stocktake, begun: datetime, now: datetime) -> None:
    """What a complete list lacks. The link of one that is not listed is kept: it may be listed again."""
    rows = Installer.objects.select_for_update(of=("self",)).filter(account=stocktake.account).exclude(state__in=("requested", "running"))
    unseen = Q(listed_at__lt=begun) | Q(listed_at=None)
    for gone in rows.filter(unseen, standing=Standing.READY, finished_at__lt=begun).order_by("pk"):
        gone.standing, gone.revoked_at, gone.usable, gone.remark = Standing.REVOKED, now, False, NOT_LISTED
        gone.save(update_fields=["standing", "revoked_at", "usable", "remark"])
    settled = begun - timedelta(seconds=settings.INSTALLER_SETTLE_SECONDS)
    for never in rows.filter(standing=Standing.AMBIGUOUS, external_id="", ambiguous_since__lte=settled).order_by("pk"):
        answer = NotMade()
        never.standing = Standing.FAILED
        never.error_code, never.error, never.error_next_step = answer.code, answer.sentence, answer.next_step
        never.save(update_fields=["standing", "error_code", "error", "error_next_step"])


def _end(installer: Installer, now: datetime, *, remark: str) -> None:
    installer.state, installer.cursor, installer.finished_at, installer.remark = JobState.DONE, None, now, remark
    installer.error_code = installer.error = installer.error_next_step = installer.request_id = ""
    installer.save()


def expire(now: datetime) -> int:
    """Mark what has come to its end by itself. How many."""
    ended = Installer.objects.filter(standing=Standing.READY, expires_at__lte=now)
    return ended.update(standing=Standing.EXPIRED, usable=False)
