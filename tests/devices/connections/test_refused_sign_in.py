"""A credential that a vendor refuses: everything of that account stops, because vendors lock accounts after a few refused sign-ins."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from devices.accounts.probe import probe_account
from devices.accounts.services import refresh_account, update_account
from devices.audit.context import AuditContext
from devices.connections.connection import connect
from devices.connections.token_store import EncryptedTokenStore
from devices.jobs import engine as jobs
from devices.models import Account, Health, JobState, SyncRun, User
from devices.models.job import ACTIVE
from devices.sync.handler import SyncHandler, request_run
from installers.models import Installer, Stocktake
from installers.orders.job import InstallerHandler
from installers.register.scheduling import request_stocktake
from installers.register.sync import StocktakeHandler
from patching.models import PatchRun
from patching.sync.job import PatchRunHandler
from patching.sync.scheduling import request_run as request_walk
from sandbox.credentials import account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.installers.orders_followed import order
from vendors.auth import Tokens
from vendors.base import Scope
from vendors.errors import AuthFailed, Unavailable
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
WORKERS = 8
HANDLERS: tuple[type[Any], ...] = (PatchRunHandler, SyncHandler, StocktakeHandler, InstallerHandler)


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=1200, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


def sign_ins(sim: Simulation) -> int:
    return len(sim.calls(path="/oauth/token"))


def work() -> None:
    """One step of everything that is under way, as workers do that were woken up for it."""
    for handler in HANDLERS:
        one_step(handler)


def one_step(handler: type[Any]) -> None:
    for pk in jobs.due(handler.model, now=jobs.database_clock()):
        with closing(handler()) as one:
            jobs.Engine(one).advance(pk, slice_seconds=0.0)


def everything(eset: Account) -> None:
    now = timezone.now()
    for source in Source:
        request_walk(eset, source, reading=None, now=now)
    request_run(eset, Scope(), now=now)
    request_stocktake(eset, now=now)
    order(eset)


@pytest.mark.fault("F28")
def test_nothing_signs_in_after_a_refusal_in_the_middle_of_a_patch_walk(sim: Simulation) -> None:
    eset = account_at(sim.url, "eset", calls_per_second="100")
    everything(eset)
    work()
    assert PatchRun.objects.filter(state=JobState.RUNNING).count() == 2, "both lists have more than one page"
    sim.restart()
    sim.fault("eset:400~/oauth/token")
    before = sign_ins(sim)
    one_step(PatchRunHandler)
    refused = sign_ins(sim)
    assert refused == before + 2, "the refresh token, then the password"
    eset.refresh_from_db()
    assert (eset.health, eset.health_code) == (Health.PERSON, "auth") and "password were refused" in eset.health_sentence
    everything(eset)
    for _ in range(3):
        work()
    assert sign_ins(sim) == refused
    for model in (PatchRun, SyncRun, Stocktake, Installer):
        assert not model._default_manager.filter(state__in=ACTIVE).exists()
    assert "password were refused" in SyncRun.objects.latest("pk").error


def test_a_person_who_refreshes_afterwards_tries_once(sim: Simulation, ivan: User) -> None:
    eset = account_at(sim.url, "eset", calls_per_second="100")
    sim.fault("eset:400~/oauth/token")
    request_run(eset, Scope(), now=timezone.now())
    for tries in (1, 2):
        work()
        work()
        assert sign_ins(sim) == tries
        refresh_account(eset, act=AuditContext.of(ivan, now=timezone.now()))
    sim.clear_faults()
    work()
    assert SyncRun.objects.latest("pk").state == JobState.RUNNING
    while SyncRun.objects.latest("pk").active:
        work()
    eset.refresh_from_db()
    assert eset.health == Health.OK


def test_a_wish_from_before_the_refusal_does_not_try(sim: Simulation, ivan: User) -> None:
    eset = account_at(sim.url, "eset", calls_per_second="100")
    sim.fault("eset:400~/oauth/token")
    refresh_account(eset, act=AuditContext.of(ivan, now=timezone.now()))
    request_walk(eset, Source.RECENT, reading=None, now=timezone.now())
    one_step(PatchRunHandler)
    work()
    assert sign_ins(sim) == 1 and SyncRun.objects.get().error_code == "auth"


def test_new_credentials_are_tried(sim: Simulation) -> None:
    eset = account_at(sim.url, "eset", calls_per_second="100")
    sim.fault("eset:400~/oauth/token", times=1)
    request_run(eset, Scope(), now=timezone.now())
    work()
    update_account(eset, settings=eset.settings, secrets=account_settings(sim.url)["eset"][1])
    request_walk(eset, Source.RECENT, reading=None, now=timezone.now())
    work()
    assert PatchRun.objects.get().state == JobState.DONE


def test_a_password_that_was_replaced_before_it_signs_in_is_not_tried(sim: Simulation) -> None:
    eset, right = account_at(sim.url, "eset"), account_settings(sim.url)["eset"][1]
    link = connect(update_account(eset, settings=eset.settings, secrets={"password": "revoked"}))
    update_account(eset, settings=eset.settings, secrets=right)
    with closing(link.gateway), pytest.raises(Unavailable, match="replaced during"):
        link.reader.walk(Scope(), None)
    request_run(eset, Scope(), now=timezone.now())
    work()
    assert (sign_ins(sim), SyncRun.objects.get().steps) == (1, 1)


def test_a_password_that_was_replaced_while_it_signs_in_accuses_nobody(sim: Simulation) -> None:
    eset = account_at(sim.url, "eset")

    def refused_at_last(_stored: Tokens | None) -> Tokens:
        update_account(eset, settings=eset.settings, secrets={"password": "another"})
        raise AuthFailed("The old password was refused.")

    entered_at = eset.secrets.latest("set_at").set_at
    with pytest.raises(Unavailable, match="replaced during"):
        EncryptedTokenStore(eset.pk, entered_at=entered_at).exchange(None, refused_at_last)
    assert Account.objects.get().health == Health.NEW


def test_stored_credentials_that_fail_a_test_stop_everything(sim: Simulation) -> None:
    eset = account_at(sim.url, "eset", calls_per_second="100")
    sim.fault("eset:400~/oauth/token")
    assert not probe_account(eset).ok and not probe_account(eset).ok
    everything(eset)
    work()
    assert sign_ins(sim) == 2, "each test is a person's wish"


def test_a_vendor_without_sign_in_is_not_called_again_either(sim: Simulation) -> None:
    five9s = account_at(sim.url, "five9s")
    for scope in (Scope(), Scope(ids=("1",)), Scope(ids=("2",))):
        request_run(five9s, scope, now=timezone.now())
    sim.fault("five9s:401")
    for _ in range(3):
        work()
    assert len(sim.calls(vendor="five9s")) == 1
    assert set(SyncRun.objects.values_list("state", "error_code")) == {(JobState.FAILED, "auth")}


@pytest.mark.fault("F28")
@pytest.mark.django_db(transaction=True)
def test_workers_that_meet_the_refusal_together_sign_in_once(sim: Simulation) -> None:
    account = account_at(sim.url, "eset", calls_per_second="100")
    sim.fault("eset:400~/oauth/token")
    ready = threading.Barrier(WORKERS)

    def walk(_number: int) -> str:
        link = connect(Account.objects.get(pk=account.pk))
        try:
            ready.wait()
            link.reader.walk(Scope(), None)
        except AuthFailed as error:
            return error.sentence
        finally:
            link.gateway.close()
            connection.close()
        return "signed in"

    with ThreadPoolExecutor(WORKERS) as pool:
        told = set(pool.map(walk, range(WORKERS)))
    assert told == {"Could not sign in to ESET Connect: username or password were refused."} and sign_ins(sim) == 1
