"""Job engine: a job is a cursor in the database.

One loop serves paging, rate limits, slow answers, long vendor jobs and crash recovery. A worker claims a due row, does steps while there is
nothing to wait for, and commits what a step brought together with the cursor that leads on, checking its fence. Celery only says "wake up":
losing every message, or killing a worker at any point, costs delay and nothing else.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from devices.connections import health
from devices.db.locks import extend_timeouts
from devices.jobs import leases, shutdown
from devices.jobs.handler import InternalError, J, JobHandler, LeaseLost, S, WorkerDied, place_of
from devices.models import JobState, VendorJob
from devices.models.job import ACTIVE, RATE_LIMIT
from vendors import retry
from vendors.errors import AuthFailed, RateLimited, VendorError
from vendors.texts import Message, gettext_noop

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
SLICE = 20.0  # seconds a worker stays with one job before others get their turn
CLOCK_STEP = timedelta(seconds=10)  # by which the database's clock may be set back without a lease being taken for abandoned
PATIENCE = timedelta(hours=2)  # how long a job may wait for a vendor's rate limit without getting anywhere


def database_clock() -> datetime:
    """The one clock that all workers share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _free(now: datetime) -> Q:
    """Without a lease, or with an abandoned one: it ran out, or ends later than a lease can, because it was written by a wrong clock."""
    latest = now + timedelta(seconds=settings.LEASE_SECONDS) + CLOCK_STEP
    return Q(lease_until__isnull=True) | Q(lease_until__lt=now) | Q(lease_until__gt=latest)


def due(model: type[J], *, now: datetime) -> list[int]:
    """Ids of jobs for a worker: due, and free or abandoned."""
    rows = model._default_manager.filter(_free(now), state__in=ACTIVE, next_step_at__lte=now)
    return list(rows.order_by("next_step_at").values_list("pk", flat=True)[:200])


def record_intent(job: VendorJob, *, now: datetime, **columns: Any) -> None:
    """Before a step that must not be done twice: its row says what begins, and the lease is renewed. Raises LeaseLost when that ran out."""
    with transaction.atomic():
        held = _locked(job)
        if held.lease_until is None or held.lease_until < now:
            raise LeaseLost
        columns["lease_until"] = now + timedelta(seconds=settings.LEASE_SECONDS)
        for name, value in columns.items():
            setattr(held, name, value)
            setattr(job, name, value)
        held.save(update_fields=list(columns))


def _locked(job: J) -> J:
    """The row as it is now, for this transaction. Raises LeaseLost when it has another owner."""
    held = type(job)._default_manager.select_for_update(of=("self",)).get(pk=job.pk)
    if held.fence != job.fence or not held.active:
        raise LeaseLost
    return held


def _worker_died() -> WorkerDied:
    sentence = Message(gettext_noop("The job was stopped: the worker failed %(times)s times at the same step."), times=retry.MAX_ATTEMPTS)
    return WorkerDied(sentence, next_step=Message(gettext_noop("Refresh again; if it happens again, check the worker's log.")))


class Engine(Generic[J, S]):
    """Advances jobs of one type. Clock, dice and slice are parameters for tests."""

    def __init__(self, handler: JobHandler[J, S], *, clock: Clock = database_clock, roll: Callable[[], float] = random.random) -> None:
        self.handler = handler
        self.clock = clock
        self.roll = roll

    def advance(self, job_id: int, *, slice_seconds: float = SLICE) -> bool:
        """Do steps until the job waits, ends, or the slice is over. True: more is due at once, announce it again."""
        job = self._claim(job_id)
        ends = time.monotonic() + slice_seconds
        while job is not None:
            over = shutdown.shutting_down() or time.monotonic() >= ends
            job, more = self._one_step(job, release=over)
            if job is None or over:
                return more
        return False

    def _claim(self, job_id: int) -> J | None:
        now = self.clock()
        with transaction.atomic():
            rows = self.handler.model._default_manager.select_for_update(skip_locked=True, of=("self",))
            job = rows.filter(_free(now), pk=job_id, state__in=ACTIVE, next_step_at__lte=now).first()
            if job is None:
                return None
            job.fence += 1
            job.attempts += 1
            job.state = JobState.RUNNING
            job.started_at = job.started_at or now
            job.progressed_at = job.progressed_at or now
            job.lease_until = now + timedelta(seconds=settings.LEASE_SECONDS)
            if job.attempts > retry.MAX_ATTEMPTS:
                self._fail(job, _worker_died(), now)
                job.save()
                return None
            leases.note(job)
            job.save()
        return job

    def _one_step(self, job: J, *, release: bool) -> tuple[J | None, bool]:
        try:
            return self._commit(job, self.handler.step(job), release=release)
        except VendorError as error:
            self._stumbled(job, error)
        except LeaseLost:
            log.warning("%s %s was ended or is owned by another worker now; this step was dropped", self.handler.model.__name__, job.pk)
        except (OperationalError, InterfaceError, SoftTimeLimitExceeded, MemoryError):
            raise  # the database or the worker gave up, not the job: its lease ends and the step is done again
        except Exception as error:
            # A defect must end in a defined state that a user sees; the log gets the type and place, never vendor data.
            log.error("step of %s %s failed at %s", self.handler.model.__name__, job.pk, place_of(error))
            fault = InternalError(
                Message(gettext_noop("Internal error while processing the answer (%(error)s)."), error=type(error).__name__),
                next_step=Message(gettext_noop("Refresh again; if it happens again, report it with the time.")),
            )
            self._stumbled(job, fault)
        return None, False

    def _commit(self, job: J, step: S, *, release: bool) -> tuple[J | None, bool]:
        now = self.clock()
        with transaction.atomic():
            extend_timeouts()
            return self._go_on(_locked(job), step, now, release=release)

    def _go_on(self, held: J, step: S, now: datetime, *, release: bool) -> tuple[J | None, bool]:
        self.handler.keep(held, step, now)
        held.cursor = step.cursor
        held.steps += 1
        held.refusals = 0
        held.progressed_at = now
        held.waiting_for = step.waiting_for
        if step.cursor is None:
            held.state, held.finished_at, held.lease_until = JobState.DONE, now, None
            self.handler.finish(held, now)
            held.save()
            health.accepted(held.account_id, now, asked_at=held.asked_at)
            return None, False
        stay = step.wait <= 0 and not release
        self._rest(held, now, wait=step.wait, stay=stay)
        held.save()
        return (held if stay else None), step.wait <= 0

    def _stumbled(self, job: J, error: VendorError) -> None:
        now = self.clock()
        try:
            with transaction.atomic():
                extend_timeouts()
                held = _locked(job)
                instead = self.handler.stumbled(held, error, now)
                if instead is not None:
                    self._go_on(held, instead, now, release=True)
                    return
                held.refusals += isinstance(error, RateLimited) and not error.ours
                wait = self._wait_after(held, error, now)
                if wait is None:
                    self._fail(held, error, now)
                else:
                    tries = 0 if isinstance(error, RateLimited) else held.attempts
                    self._rest(held, now, wait=wait, stay=False)
                    held.attempts = tries
                    held.waiting_for = RATE_LIMIT if isinstance(error, RateLimited) else error.sentence
                held.save()
        except LeaseLost:
            log.warning("%s %s was ended or is owned by another worker now", self.handler.model.__name__, job.pk)

    def _wait_after(self, job: J, error: VendorError, now: datetime) -> float | None:
        """Seconds until the same step is tried again, or None to give up."""
        if isinstance(error, RateLimited) and now - (job.progressed_at or now) > PATIENCE:
            return None
        return retry.wait_after(error, attempt=job.attempts, roll=self.roll(), refusals=job.refusals)

    def _rest(self, job: J, now: datetime, *, wait: float, stay: bool) -> None:
        job.next_step_at = now + timedelta(seconds=wait)
        job.attempts = 1 if stay else 0
        job.lease_until = now + timedelta(seconds=settings.LEASE_SECONDS) if stay else None

    def _fail(self, job: J, error: VendorError, now: datetime) -> None:
        job.state, job.finished_at, job.lease_until = JobState.FAILED, now, None
        job.error_code, job.error, job.error_next_step = error.code, error.sentence, error.next_step
        job.request_id, job.waiting_for = error.request_id, ""
        self.handler.failed(job, error, now)
        if isinstance(error, AuthFailed):  # for all job types: no other one signs in either
            health.refused(job.account_id, error, now)
