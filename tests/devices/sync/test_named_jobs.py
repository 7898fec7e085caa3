"""Syncs of single devices: the same names make one, five(9)s runs two jobs of an account at a time, and others join the next job."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from devices.models import Account, JobState, SyncRun
from devices.sync.handler import request_run
from devices.sync.named_jobs import MOST_JOINED, OTHERS, concurrency_key
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.rows import account
from tests.devices.runs import Follower, account_at
from vendors.base import Scope


def ask(of: Account, *ids: str, hostnames: tuple[str, ...] = ()) -> SyncRun:
    return request_run(of, Scope(ids=ids, hostnames=hostnames), now=timezone.now(), interactive=True)


def begun(*runs: SyncRun) -> None:
    SyncRun.objects.filter(pk__in=[run.pk for run in runs]).update(state=JobState.RUNNING, cursor={"phase": "status", "job": "j"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Scope(hostnames=("PC-1", "pc-2")), Scope(hostnames=("pc-2", "pc-1")), True),
        (Scope(serials=("ABC",)), Scope(serials=("abc", "ABC")), True),
        (Scope(ids=("7", "8")), Scope(ids=("8", "7")), True),
        (Scope(hostnames=("abc",)), Scope(serials=("abc",)), False),
        (Scope(ids=("a",)), Scope(ids=("A",)), False),
        (Scope(hostnames=("pc-1",)), Scope(hostnames=("pc-1", "pc-2")), False),
    ],
)
def test_the_same_names_in_any_order_and_case_are_one_question(one: Scope, other: Scope, same: bool) -> None:
    assert (concurrency_key(one) == concurrency_key(other)) is same


@pytest.mark.django_db
class TestJoining:
    def test_two_jobs_are_apart_and_all_further_devices_share_the_next(self) -> None:
        epm = account("epm", "five9s")
        runs = [ask(epm, str(number)) for number in range(1, 9)]
        assert [run.pk for run in runs[2:]] == [runs[2].pk] * 6 and len({run.pk for run in runs}) == 3
        assert runs[7].walk_scope.ids == ("3", "4", "5", "6", "7", "8")
        assert ask(epm, "1").pk == runs[0].pk, "it is under way already"

    def test_a_job_that_has_begun_or_is_held_by_a_worker_is_not_changed(self) -> None:
        epm = account("epm", "five9s")
        first, second, third = ask(epm, "1"), ask(epm, "2"), ask(epm, "3")
        SyncRun.objects.filter(pk=third.pk).update(lease_until=timezone.now() + timedelta(seconds=40), state=JobState.RUNNING)
        fourth = ask(epm, "4")
        begun(first, second, third)
        assert len({first.pk, second.pk, third.pk, fourth.pk}) == 4 and ask(epm, "5").pk == fourth.pk
        third.refresh_from_db()
        assert third.walk_scope.ids == ("3",)

    def test_names_of_a_search_and_other_accounts_have_jobs_of_their_own(self) -> None:
        epm, other = account("epm", "five9s"), account("other", "five9s")
        for number in range(3):
            ask(epm, str(number))
        assert ask(epm, hostnames=("pc-1",)).walk_scope.hostnames == ("pc-1",)
        assert ask(other, "9").walk_scope.ids == ("9",)
        assert ask(epm, "8").walk_scope.ids == ("2", "8")

    def test_a_job_grows_to_a_bound(self) -> None:
        epm = account("epm", "five9s")
        for number in range(3):
            ask(epm, str(number))
        many = [str(number) for number in range(1000, 1000 + MOST_JOINED)]
        assert ask(epm, *many).walk_scope.ids == tuple(many)

    def test_a_vendor_with_single_calls_has_a_sync_for_each(self) -> None:
        eset = account("eset-main", "eset")
        assert len({ask(eset, str(number)).pk for number in range(5)}) == 5


@pytest.mark.django_db(transaction=True)
def test_two_users_asking_at_once_make_one_job() -> None:
    epm = account("epm", "five9s")
    together, found = threading.Barrier(4), []

    def click(hostname: str) -> None:
        together.wait()
        try:
            found.append(ask(epm, hostnames=(hostname,)).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(name,)) for name in ("PC-1", "pc-1", "Pc-1", "pC-1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and set(found) == {SyncRun.objects.get().pk}


@pytest.mark.django_db
class TestAtTheVendor:
    @pytest.fixture
    def sandbox(self) -> Iterator[Simulation]:
        with running(devices=20, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
            yield simulation

    def test_the_third_job_waits_for_one_of_the_two(self, sandbox: Simulation) -> None:
        epm = account_at(sandbox.url, "five9s")
        first, second, third = (ask(epm, hostnames=(f"pc-{number}",)) for number in range(3))
        follower = Follower()
        follower.steps(third, 3)
        third.refresh_from_db()
        assert (third.state, third.cursor, third.waiting_for, third.calls) == (JobState.RUNNING, {}, OTHERS, 0)
        assert sandbox.calls(vendor="five9s") == []
        follower.steps(second, 2)  # a new account's first call waits for its rate limit
        assert len(sandbox.calls(vendor="five9s")) >= 1, "two may be under way"
        assert follower.follow(first).state == JobState.DONE
        assert follower.follow(third).state == JobState.DONE and follower.follow(second).state == JobState.DONE
