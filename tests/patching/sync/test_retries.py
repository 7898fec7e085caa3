"""Retries of a failed patch sync: after 5, 15 and every 60 minutes, and not while the credentials are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from devices.accounts.services import refresh_account
from devices.audit.context import AuditContext
from devices.models import Account, Health, User
from devices.sync import handler as sync
from patching.models import Reading
from patching.sync import scheduling as walks
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.jobs.retries import health_of, strike
from tests.devices.runs import Follower, account_at
from tests.devices.runs import sync as sync_now
from tests.patching.runs import Hand as PatchHand
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def hand(sim: Simulation) -> PatchHand:
    return PatchHand(sim)


@pytest.fixture
def eset(sim: Simulation) -> Account:
    account = account_at(sim.url, "eset")
    sync_now(account)
    return account


def planned(hand: PatchHand, account: Account) -> list[str]:
    runs = walks.schedule_patch_runs(walks.telling(), hand.now)
    for run in runs:
        hand.poll(account, Source(run.source))
    return [run.source for run in runs]


@pytest.mark.parametrize("fault", ["302", "403-html", "404", "400", "413-html", "503"])
def test_one_odd_answer_is_retried_after_five_minutes_and_heals(sim: Simulation, eset: Account, hand: PatchHand, fault: str) -> None:
    assert planned(hand, eset) == ["recent", "attempts", "patches"]
    hand.go(3601)
    strike(sim, "eset", fault, "/v1/device-patches", times=3 if fault == "503" else 1)
    assert planned(hand, eset) == ["recent", "attempts", "patches"]
    failed = Reading.objects.get(source=Source.PATCHES)
    if fault != "400":  # which also stands for a token that has ended, so that the step is done again with a new one
        assert (failed.failures, failed.can) == (1, True) and failed.sentence
        hand.go(290)
        assert planned(hand, eset) == []
        hand.go(20)
        assert planned(hand, eset) == ["patches"]
    healed = Reading.objects.get(source=Source.PATCHES)
    assert (healed.failures, healed.can, healed.sentence) == (0, True, "")
    assert health_of(eset) == Health.OK


def test_what_is_refused_for_good_is_retried_after_5_15_and_every_60_minutes(sim: Simulation, eset: Account, hand: PatchHand) -> None:
    began = hand.now
    planned(hand, eset)
    strike(sim, "eset", "403-html", "/v1/device-patches")
    hand.go(3601)
    tries: list[float] = []
    for _ in range(4 * 360):
        tries += [(hand.now - began).total_seconds() // 60 - 60] * planned(hand, eset).count("patches")
        hand.go(10)
    assert tries[:4] == [0, 5, 20, 80] and tries[4] in (140, 141)
    reading = Reading.objects.get(source=Source.PATCHES)
    assert reading.can is False and health_of(eset) == Health.OK


def test_a_list_that_refuses_a_fresh_token_stops_the_account(sim: Simulation, eset: Account, hand: PatchHand, ivan: User) -> None:
    sim.fault("eset:401~/patch-management/")
    planned(hand, eset)
    assert health_of(eset) == Health.PERSON
    before = len(sim.calls())
    hand.go(86_400)
    assert planned(hand, eset) == [] and sync.schedule_due_runs([Account.objects.get()], hand.now) == [] and len(sim.calls()) == before
    sim.clear_faults()
    follower = Follower()
    follower.follow(refresh_account(eset, act=AuditContext.of(ivan, now=timezone.now())))
    assert health_of(eset) == Health.OK and len(planned(hand, eset)) == 3
