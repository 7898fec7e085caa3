"""The records that a vendor reports beside those that are stored, and the calls that are left, on pages and in the shell."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from devices.connections import rate_limit
from devices.db.redis_client import worker_client
from devices.models import SyncRun, User
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices.account_pages import signed_in
from tests.devices.runs import account_at, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def listed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("account", "list", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("vendor", ["opswat", "five9s"])
def test_the_total_of_the_vendor_stands_beside_what_is_stored(sim: Simulation, ivan: User, vendor: str) -> None:
    account, count = account_at(sim.url, vendor), sim.fleet.count(vendor)
    sync(account)
    words = f"{count} stored, {count} reported"
    assert words in signed_in(ivan).get(f"/vendors/{account.name}/").text
    assert f"of {count} reported" in signed_in(ivan).get("/vendors/").text
    [document] = json.loads(listed("--json"))
    assert (document["records_stored"], document["records_reported"]) == (count, count)
    assert document["reported_as_of"].endswith("Z")
    assert words in listed()


def test_where_the_vendor_reports_none_the_total_is_unknown(sim: Simulation, ivan: User) -> None:
    account = account_at(sim.url, "eset")
    sync(account)
    client = signed_in(ivan)
    assert f"{sim.fleet.count('eset')} stored, total unknown" in client.get(f"/vendors/{account.name}/").text
    assert "total unknown" in client.get("/vendors/").text
    [document] = json.loads(listed("--json"))
    assert (document["records_reported"], document["reported_as_of"]) == (None, None)


def test_records_that_could_not_be_used_are_reported_and_not_stored(sim: Simulation, ivan: User) -> None:
    account, count = account_at(sim.url, "opswat"), sim.fleet.count("opswat")
    sync(account)
    SyncRun.objects.update(expected=count + 5)
    assert f"{count} stored, {count + 5} reported" in signed_in(ivan).get(f"/vendors/{account.name}/").text


def test_before_the_first_sync_nothing_is_reported(ivan: User) -> None:
    making.account("opswat-main", "opswat")
    page = signed_in(ivan).get("/vendors/opswat-main/").text
    assert "0 stored, total not reported yet" in page and "Number of calls left unknown" in page


def test_the_calls_that_are_left_and_when_all_are_again(sim: Simulation, ivan: User) -> None:
    account = account_at(sim.url, "opswat")
    shared = rate_limit.SharedRateLimit(account.pk, account.about.rate(account.settings), idle_for=lambda: 1e9)
    assert [shared.take() for _ in range(3)] == [0, 0, 0]
    page = signed_in(ivan).get(f"/vendors/{account.name}/").text
    assert "7 of 10 calls left, reset in" in page and "10 calls per minute" in page
    [document] = json.loads(listed("--json"))
    assert (document["calls_left"], document["calls_allowed"], document["calls_window_seconds"]) == (7, 10, 61.0)
    assert 30 < document["calls_reset_seconds"] <= 61
    assert "7 of 10 calls left" in listed()


def test_without_redis_the_pages_and_the_command_say_that_nobody_knows(ivan: User, settings: Settings) -> None:
    making.account("opswat-main", "opswat")
    client = signed_in(ivan)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    worker_client.cache_clear()
    try:
        for address in ("/vendors/", "/vendors/opswat-main/"):
            answer = client.get(address)
            assert answer.status_code == 200 and "Number of calls left unknown" in answer.text
        assert json.loads(listed("--json"))[0]["calls_left"] is None
    finally:
        worker_client.cache_clear()
