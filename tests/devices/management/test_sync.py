from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.utils import timezone

from devices.jobs import heartbeat
from devices.management.commands.sync import watch
from devices.management.console import CommandRefused
from devices.models import Account, JobState, SyncRun
from devices.sync.handler import SyncHandler, request_run
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices.runs import account_at
from tests.devices.workers import worker
from vendors.base import Scope

pytestmark = pytest.mark.django_db


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def sync(*arguments: str, out: io.StringIO | None = None) -> tuple[str, str]:
    out, err = out or io.StringIO(), io.StringIO()
    call_command("sync", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=120, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def test_a_run_is_asked_for_and_without_workers_the_command_says_so() -> None:
    making.account("five", "five9s")
    out, err = sync("five")
    assert out == f"Sync {SyncRun.objects.get().pk} of five is queued.\n"
    assert "No worker has reported yet" in err
    heartbeat.beat()
    assert sync("five")[1] == ""
    assert SyncRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_waiting_follows_the_run_to_its_complete_end(sim: Simulation) -> None:
    account_at(sim.url, "opswat", calls_per_minute="600")
    with worker(SyncHandler):
        out, err = sync("opswat-demo", "--wait")
    run = SyncRun.objects.get()
    assert run.state == JobState.DONE
    assert out.startswith(f"Sync {run.pk} is complete: {run.records} of {run.expected} devices, {run.created} new")
    assert "\r" not in out
    assert err == ""


@pytest.mark.django_db(transaction=True)
def test_a_terminal_gets_a_line_that_is_written_over(sim: Simulation) -> None:
    account_at(sim.url, "opswat", calls_per_minute="600")
    with worker(SyncHandler):
        out, _ = sync("opswat-demo", "--wait", out=Terminal())
    assert "\rSync " in out
    assert " devices" in out.split("\r")[1]


@pytest.mark.django_db(transaction=True)
def test_a_run_that_fails_is_a_failure_with_the_reason(sim: Simulation) -> None:
    account_at(sim.url, "opswat", calls_per_minute="600")
    sim.fault("opswat:401")
    with worker(SyncHandler), pytest.raises(CommandRefused, match=r"^Sync \d+ failed: .+\.$") as refused:
        sync("opswat-demo", "--wait")
    assert refused.value.returncode == 1


@pytest.mark.django_db(transaction=True)
def test_full_waits_for_a_run_of_changes_and_then_reads_everything(sim: Simulation) -> None:
    account = account_at(sim.url, "five9s")
    request_run(account, Scope(since=timezone.now()), now=timezone.now())
    with pytest.raises(CommandRefused, match="of changes is running"):
        sync("five9s-demo", "--full")
    with worker(SyncHandler):
        sync("five9s-demo", "--full", "--wait")
    assert list(SyncRun.objects.order_by("pk").values_list("kind", "state")) == [("changed", "done"), ("everything", "done")]


def test_changes_are_asked_for_only_where_the_vendor_can_tell_them() -> None:
    for name, vendor in (("eset", "eset"), ("five", "five9s")):
        making.account(name, vendor)
    Account.objects.update(changes_since=timezone.now())
    for name in ("eset", "five"):
        sync(name)
    assert dict(SyncRun.objects.values_list("account__name", "kind")) == {"eset": "everything", "five": "changed"}


def test_an_account_that_is_switched_off_is_refused() -> None:
    making.account("five", "five9s")
    Account.objects.update(enabled=False)
    with pytest.raises(CommandRefused, match=r"five is disabled: enable it with `manage\.py account enable five`"):
        sync("five")
    assert not SyncRun.objects.exists()


class TestWatching:
    """The clock and the pause are in the test's hands."""

    def watch(self, run: SyncRun, during: Callable[[int], object]) -> tuple[SyncRun, list[str]]:
        pauses: list[float] = []
        warned: list[str] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            during(len(pauses))

        ended = watch(run, show=lambda _: None, warn=warned.append, patience=60, clock=lambda: len(pauses) * 10.0, pause=pause)
        return ended, warned

    def test_it_ends_when_no_worker_reports_for_too_long(self) -> None:
        run = making.run(making.account())
        with pytest.raises(CommandRefused, match=f"no worker reports. Sync {run.pk} stays requested"):
            self.watch(run, lambda _: None)

    def test_a_worker_that_comes_back_ends_the_silence(self) -> None:
        run = making.run(making.account())

        def during(pause: int) -> None:
            if pause == 3:
                heartbeat.beat()
            if pause == 20:
                SyncRun.objects.update(state=JobState.DONE)

        ended, warned = self.watch(run, during)
        assert ended.state == JobState.DONE
        assert len(warned) == 1

    def test_an_account_that_is_removed_meanwhile_is_told(self) -> None:
        run = making.run(making.account())
        with pytest.raises(CommandRefused, match="was deleted with its account"):
            self.watch(run, lambda _: Account.objects.all().delete())
