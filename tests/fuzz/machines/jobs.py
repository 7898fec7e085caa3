"""Jobs: workers claim, step, stumble, die and lose leases while users ask, cancel, disable and delete."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from devices.accounts.deletion import services as deletion
from devices.accounts.services import switch_account
from devices.accounts.validation import InvalidAccount
from devices.audit.context import AuditContext
from devices.jobs.engine import Engine
from devices.jobs.handler import JobHandler
from devices.models import Account, JobState, SyncRun
from devices.models.job import ACTIVE
from devices.sync import cancellation
from devices.sync.handler import request_run, schedule_due_runs
from tests.devices import records as making
from tests.fuzz.machines.base import SECONDS, DatabaseMachine, Killed, one_of
from vendors import retry
from vendors.base import DevicePage, Scope
from vendors.errors import AuthFailed, BadAnswer, Lost, Misconfigured, RateLimited, Unavailable, VendorError

LEASE_OVER = 10_000.0  # seconds
MORE, WAITS, ENDS = "more", "waits", "ends"
ERRORS: dict[str, Callable[[], Exception]] = {
    "unavailable": lambda: Unavailable("The vendor is away."),
    "bad answer": lambda: BadAnswer("It is no answer."),
    "rate limited": lambda: RateLimited("Too many calls.", wait=30.0),
    "our limit": lambda: RateLimited("Too many calls.", wait=5.0, ours=True),
    "lost": lambda: Lost("The vendor lost it."),
    "refused": lambda: AuthFailed("The credentials were refused."),
    "misconfigured": lambda: Misconfigured("The address is wrong."),
    "defect": ZeroDivisionError,
}
OUTCOMES = st.lists(st.sampled_from((MORE, MORE, WAITS, ENDS, *ERRORS)), min_size=1, max_size=3)
MEANWHILE = (
    "nothing",
    "nothing",
    "nothing",
    "killed",
    "another worker",
    "lease over",
    "lease over and another worker",
    "cancel",
    "disable",
    "delete",
)
FIXED = (
    "state",
    "cursor",
    "steps",
    "records",
    "fence",
    "attempts",
    "refusals",
    "finished_at",
    "error_code",
    "lease_until",
    "waiting_for",
    "next_step_at",
)


class Worker(JobHandler[SyncRun, DevicePage]):
    """A handler whose steps are written down. `during` happens while the first of them is at the vendor."""

    model = SyncRun

    def __init__(self, machine: JobMachine, outcomes: list[str], during: Callable[[SyncRun], None]) -> None:
        self._machine, self._outcomes, self._during = machine, outcomes, during
        self._begun: tuple[int, Any] = (0, None)  # fence and cursor of the last step
        self.steps = 0

    def step(self, run: SyncRun) -> DevicePage:
        self.steps += 1
        self._begun = run.fence, run.cursor
        if run.cursor != self._machine.cursors.get(run.pk):
            self._machine.faults.append("a step did not begin where the last one ended")
        during, self._during = self._during, lambda _run: None
        during(run)
        outcome = self._outcomes.pop(0) if self._outcomes else WAITS
        if outcome in ERRORS:
            raise ERRORS[outcome]()
        self._machine.places += 1
        return DevicePage(cursor=None if outcome == ENDS else {"place": self._machine.places}, wait=60.0 if outcome == WAITS else 0.0)

    def keep(self, run: SyncRun, page: DevicePage, now: datetime) -> None:
        if (run.fence, run.cursor) != self._begun:
            self._machine.faults.append("a late step was kept after another worker's")
        run.records += 1
        self._machine.cursors[run.pk] = page.cursor

    def finish(self, run: SyncRun, now: datetime) -> None: ...

    def failed(self, run: SyncRun, error: VendorError, now: datetime) -> None: ...

    def close(self) -> None: ...


class JobMachine(DatabaseMachine):
    """At most one active run for an account and lane; fences grow; attempts are bounded; what has ended never changes again."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts = [making.account("eset-a", "eset"), making.account("five-a", "five9s")]
        self.cursors: dict[int, Any] = {}  # where the last kept step of a run led
        self.places = 0
        self.faults: list[str] = []  # that a handler saw: an error in it would be one of the job
        self._fences: dict[int, int] = {}
        self._ended: dict[int, tuple[Any, ...]] = {}

    # -- users and the schedule ---------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 1), named=st.sampled_from(("", "", "a-1", "a-2")))
    def ask(self, number: int, named: str) -> None:
        account = self._usable(number)
        if account is not None:
            asked = request_run(account, Scope(ids=(named,)) if named else Scope(), now=self.clock.now, interactive=True)
            assert asked.active

    @rule()
    def plan(self) -> None:
        schedule_due_runs(list(Account.objects.filter(enabled=True)), self.clock.now)

    @rule(number=st.integers(0, 1))
    def cancel(self, number: int) -> None:
        cancellation.cancel(self.accounts[number], act=self._act())

    @rule(number=st.integers(0, 1), enabled=st.booleans())
    def switch(self, number: int, enabled: bool) -> None:
        account = Account.objects.filter(pk=self.accounts[number].pk).first()
        if account is not None:
            try:
                switch_account(account, enabled=enabled, act=self._act())
            except InvalidAccount:
                assert account.being_deleted

    @rule(number=st.integers(0, 1))
    def delete(self, number: int) -> None:
        account = Account.objects.filter(pk=self.accounts[number].pk).first()
        if account is not None:
            deletion.request_deletion(account, act=self._act())

    @rule()
    def delete_batch(self) -> None:
        for pk in deletion.under_way():
            deletion.advance(pk, now=self.clock.now)

    @rule(seconds=st.sampled_from(SECONDS))
    def pass_time(self, seconds: float) -> None:
        self.clock.go(seconds)

    # -- workers ------------------------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 9), outcomes=OUTCOMES, meanwhile=st.sampled_from(MEANWHILE), one_step=st.booleans(), due=st.booleans())
    def work(self, number: int, outcomes: list[str], meanwhile: str, one_step: bool, due: bool) -> None:
        run = one_of(list(SyncRun.objects.order_by("pk")), number)
        if run is None:
            return
        if due and run.active:
            self.clock.now = max(self.clock.now, run.next_step_at)
        before = run.state, run.lease_until, run.next_step_at
        worker = Worker(self, list(outcomes), lambda held: self._meanwhile(held, meanwhile))
        with suppress(Killed):
            self._engine(worker).advance(run.pk, slice_seconds=0.0 if one_step else 60.0)
        if before[0] not in ACTIVE or (before[1] is not None and before[1] >= self.clock.now) or before[2] > self.clock.now:
            assert worker.steps == 0, "a worker took a job that is ended, held by another or not due"

    def _meanwhile(self, run: SyncRun, what: str) -> None:
        """While the step is at the vendor."""
        if what == "killed":
            raise Killed
        if "lease over" in what:
            self.clock.go(LEASE_OVER)
        if "another worker" in what:
            other = Worker(self, [MORE], lambda _run: None)
            self._engine(other).advance(run.pk, slice_seconds=0.0)
            if other.steps != ("lease over" in what):
                self.faults.append("a lease was ignored, or an abandoned job was not taken over")
        if what == "cancel":
            cancellation.end(SyncRun.objects.filter(pk=run.pk), "Canceled.", "")
        if what == "disable":
            switch_account(Account.objects.get(pk=run.account_id), enabled=False, act=self._act())
        if what == "delete":
            deletion.request_deletion(Account.objects.get(pk=run.account_id), act=self._act())

    def _engine(self, worker: Worker) -> Engine[SyncRun, DevicePage]:
        return Engine(worker, clock=self.clock, roll=lambda: 0.5)

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        assert self.faults == []
        runs = list(SyncRun.objects.select_related("account"))
        active = [run for run in runs if run.active]
        assert len({(run.account_id, run.lane) for run in active}) == len(active), "two active runs in one lane"
        for run in runs:
            assert run.fence >= self._fences.get(run.pk, 0), "a fence went back"
            self._fences[run.pk] = run.fence
            assert run.attempts <= retry.MAX_ATTEMPTS + (run.state == JobState.FAILED)
            assert run.records == run.steps, "a step was kept twice, or not with its cursor"
            assert (run.finished_at is None) == run.active
            if run.active:
                assert run.account.enabled and not run.account.being_deleted, "an active run of an account that is off"
            else:
                assert run.lease_until is None
                now = tuple(getattr(run, name) for name in FIXED)
                assert self._ended.setdefault(run.pk, now) == now, "an ended run changed"

    def _usable(self, number: int) -> Account | None:
        """As pages and commands offer them."""
        return Account.objects.filter(pk=self.accounts[number].pk, enabled=True, deletion_requested_at=None).first()

    def _act(self) -> AuditContext:
        return AuditContext(self.clock.now)
