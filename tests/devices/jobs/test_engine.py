from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from devices.jobs import engine as jobs
from devices.jobs.engine import Engine
from devices.jobs.handler import JobHandler
from devices.models import JobState, SyncRun
from tests.clock import Clock
from tests.devices import records as making
from vendors.base import DevicePage
from vendors.errors import AuthFailed, BadAnswer, RateLimited, Unavailable, VendorError

pytestmark = pytest.mark.django_db
Step = DevicePage | VendorError | Exception | Callable[[SyncRun], DevicePage]


class Script(JobHandler[SyncRun, DevicePage]):
    """A handler whose steps are written down, and which writes down what the engine does with them."""

    model = SyncRun

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.cursors: list[object] = []
        self.kept: list[DevicePage] = []
        self.ends: list[str] = []

    def step(self, run: SyncRun) -> DevicePage:
        self.cursors.append(run.cursor)
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, DevicePage) else step(run)

    def keep(self, run: SyncRun, page: DevicePage, now: datetime) -> None:
        self.kept.append(page)
        run.records += 1

    def finish(self, run: SyncRun, now: datetime) -> None:
        self.ends.append("finished")

    def failed(self, run: SyncRun, error: VendorError, now: datetime) -> None:
        self.ends.append(error.code)

    def close(self) -> None:
        self.ends.append("closed")


def page(number: int | None, *, wait: float = 0.0) -> DevicePage:
    return DevicePage(cursor=None if number is None else {"page": number}, wait=wait, waiting_for="the vendor" if wait else "")


def start() -> SyncRun:
    return making.run(making.account())


def engine(script: Script, clock: Clock) -> Engine[SyncRun, DevicePage]:
    return Engine(script, clock=clock, roll=lambda: 1.0)


def test_a_walk_goes_on_while_there_is_nothing_to_wait_for() -> None:
    run, script, clock = start(), Script(page(2), page(3), page(None)), Clock()
    assert engine(script, clock).advance(run.pk) is False
    run.refresh_from_db()
    assert (run.state, run.steps, run.records, run.cursor, run.lease_until) == (JobState.DONE, 3, 3, None, None)
    assert script.cursors == [None, {"page": 2}, {"page": 3}]
    assert script.ends == ["finished"]


def test_a_wait_frees_the_worker_until_its_time() -> None:
    run, script, clock = start(), Script(page(2, wait=30), page(None)), Clock()
    engine(script, clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.lease_until, run.waiting_for) == (JobState.RUNNING, None, "the vendor")
    assert jobs.due(SyncRun, now=clock.now) == []
    engine(script, clock).advance(run.pk)
    assert len(script.cursors) == 1
    clock.go(31)
    assert jobs.due(SyncRun, now=clock.now) == [run.pk]
    engine(script, clock).advance(run.pk)
    run.refresh_from_db()
    assert run.state == JobState.DONE


def test_a_slice_that_is_over_gives_others_their_turn() -> None:
    run, script, clock = start(), Script(page(2), page(None)), Clock()
    assert engine(script, clock).advance(run.pk, slice_seconds=0) is True
    run.refresh_from_db()
    assert (run.steps, run.lease_until) == (1, None)
    assert engine(script, clock).advance(run.pk) is False


def test_a_transient_error_is_tried_three_times_and_then_ends_the_run() -> None:
    run, clock = start(), Clock()
    script = Script(page(2), *[Unavailable("ESET did not answer.") for _ in range(3)])
    for _ in range(5):
        engine(script, clock).advance(run.pk)
        clock.go(61)
    run.refresh_from_db()
    assert (run.state, run.error, run.error_code) == (JobState.FAILED, "ESET did not answer.", "unavailable")
    assert script.cursors == [None, {"page": 2}, {"page": 2}, {"page": 2}]
    assert script.ends == ["unavailable"]


def test_attempts_count_per_step() -> None:
    run, clock = start(), Clock()
    bad = BadAnswer("not JSON")
    script = Script(bad, bad, page(2), bad, bad, page(None))
    for _ in range(6):
        engine(script, clock).advance(run.pk)
        clock.go(61)
    run.refresh_from_db()
    assert run.state == JobState.DONE


def test_refused_credentials_end_the_run_at_once() -> None:
    run, script, clock = start(), Script(AuthFailed("The password was refused.", next_step="Enter it again.")), Clock()
    engine(script, clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_next_step) == (JobState.FAILED, "Enter it again.")


def test_a_spent_budget_is_a_wait_and_no_attempt() -> None:
    run, clock = start(), Clock()
    script = Script(*[RateLimited("10 a minute", wait=7, ours=True) for _ in range(9)], page(None))
    for _ in range(10):
        engine(script, clock).advance(run.pk)
        clock.go(8)
    run.refresh_from_db()
    assert run.state == JobState.DONE


def test_a_rate_limit_that_never_ends_is_given_up() -> None:
    run, clock = start(), Clock()
    script = Script(*[RateLimited("429", wait=600) for _ in range(40)])
    while run.active:
        engine(script, clock).advance(run.pk)
        clock.go(900)
        run.refresh_from_db()
    assert run.error_code == "rate_limited"
    assert clock.now - run.created_at < timedelta(hours=4)


def test_a_job_is_claimed_by_one() -> None:
    run, clock = start(), Clock()
    other: list[object] = []

    def meanwhile(claimed: SyncRun) -> DevicePage:
        rival = Script(page(None))
        engine(rival, clock).advance(claimed.pk)
        other.extend(rival.cursors)
        return page(None)

    script = Script(meanwhile)
    engine(script, clock).advance(run.pk)
    assert other == []
    assert script.ends == ["finished"]


@pytest.mark.fault("F37")
@pytest.mark.parametrize(("seconds", "taken"), [(1, False), (45 + 9, False), (45 + 11, True), (10 * 365 * 86400, True)])
def test_a_lease_that_ends_later_than_any_can_is_abandoned(settings: LazySettings, seconds: int, taken: bool) -> None:
    """It was written while the clock of the database was wrong; one that was set back by ten seconds steals none."""
    settings.LEASE_SECONDS = 45
    run, script, clock = start(), Script(page(None)), Clock()
    SyncRun.objects.update(state=JobState.RUNNING, lease_until=clock.now + timedelta(seconds=seconds))
    assert jobs.due(SyncRun, now=clock.now) == ([run.pk] if taken else [])
    engine(script, clock).advance(run.pk)
    assert script.ends == (["finished"] if taken else [])


def test_a_stopped_worker_that_wakes_up_late_writes_nothing() -> None:
    run, clock = start(), Clock()
    rival = Script(page(7, wait=60))

    def sleeps_through_its_lease(claimed: SyncRun) -> DevicePage:
        clock.go(100)
        engine(rival, clock).advance(claimed.pk)
        return page(99)

    zombie = Script(sleeps_through_its_lease)
    engine(zombie, clock).advance(run.pk)
    run.refresh_from_db()
    assert run.cursor == {"page": 7}
    assert (zombie.kept, len(rival.kept)) == ([], 1)


def test_a_step_that_kills_its_worker_ends_after_three() -> None:
    run, clock = start(), Clock()

    class Killed(BaseException):
        pass

    def dies(_run: SyncRun) -> DevicePage:
        raise Killed

    script = Script(*[dies] * 9)
    for _ in range(3):
        with pytest.raises(Killed):
            engine(script, clock).advance(run.pk)
        assert jobs.due(SyncRun, now=clock.now) == []
        clock.go(60)
        assert jobs.due(SyncRun, now=clock.now) == [run.pk]
    engine(script, clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code, len(script.cursors)) == (JobState.FAILED, "worker_died", 3)


def test_a_process_without_memory_does_not_end_the_job() -> None:
    run, script, clock = start(), Script(MemoryError(), page(None)), Clock()
    with pytest.raises(MemoryError):
        engine(script, clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (JobState.RUNNING, 1)


def test_a_defect_of_ours_ends_in_words_and_logs_no_data(caplog: pytest.LogCaptureFixture) -> None:
    run, script, clock = start(), Script(KeyError("devices")), Clock()
    engine(script, clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (JobState.FAILED, "internal")
    assert "KeyError" in run.error
    assert "KeyError in" in caplog.text and "'devices'" not in caplog.text


def test_a_page_that_cannot_be_kept_moves_nothing() -> None:
    run, clock = start(), Clock()

    class Breaks(Script):
        def keep(self, run: SyncRun, page: DevicePage, now: datetime) -> None:
            making.account("half-written")
            raise ValueError("a text that the database refuses")

    engine(Breaks(page(2)), clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.cursor, run.steps, run.state, run.error_code) == (None, 0, JobState.FAILED, "internal")
    assert not SyncRun.objects.filter(account__name="half-written").exists()


def test_a_handler_may_go_on_elsewhere_instead_of_doing_a_step_again() -> None:
    run, clock = start(), Clock()

    class Careful(Script):
        def stumbled(self, run: SyncRun, error: VendorError, now: datetime) -> DevicePage | None:
            return page(50, wait=5) if run.cursor == {"page": 2} else None

    script = Careful(page(2), Unavailable("nobody knows"), KeyError("a defect of ours"))
    engine(script, clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.cursor, run.attempts, run.waiting_for) == (JobState.RUNNING, {"page": 50}, 0, "the vendor")
    assert run.lease_until is None and run.next_step_at == clock.now + timedelta(seconds=5)


def test_what_was_announced_stands_in_the_row_whatever_becomes_of_the_step() -> None:
    run, clock = start(), Clock()

    class Killed(BaseException):
        pass

    def dies(claimed: SyncRun) -> DevicePage:
        jobs.record_intent(claimed, now=clock.now, cursor={"page": "begun"})
        raise Killed

    script = Script(dies, page(None))
    with pytest.raises(Killed):
        engine(script, clock).advance(run.pk)
    clock.go(60)
    engine(script, clock).advance(run.pk)
    assert script.cursors == [None, {"page": "begun"}]


def test_whoever_slept_through_the_lease_may_not_begin() -> None:
    run, clock = start(), Clock()

    def sleeps(claimed: SyncRun) -> DevicePage:
        clock.go(100)
        jobs.record_intent(claimed, now=clock.now, cursor={"page": "begun"})
        raise AssertionError("it began")

    engine(Script(sleeps), clock).advance(run.pk)
    run.refresh_from_db()
    assert (run.cursor, run.state) == (None, JobState.RUNNING)
