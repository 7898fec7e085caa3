"""OPSWAT's walk against a faithful server: the contract of all vendors, and lists that cannot be right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.credentials import account_settings
from sandbox.server import running
from sandbox.world import SandboxOptions
from tests.vendors.contract import VendorContract
from tests.vendors.scripted_server import connection, pages
from vendors.base import Scope
from vendors.errors import AuthFailed, BadAnswer, RateLimited
from vendors.opswat.adapter import Opswat


class TestContract(VendorContract):
    slug = "opswat"
    devices = 240
    listing = "/v2.3/devices"
    unknown_word = ("status", 7)
    undeclared = Scope(since=datetime(2026, 1, 1, tzinfo=UTC))


def simulated(url: str) -> Opswat:
    settings, secrets = account_settings(url)["opswat"]
    return Opswat(connection(settings, secrets))


def test_every_device_of_the_simulator_is_read() -> None:
    with running(devices=240, options=SandboxOptions(rate_limits=False)) as sim:
        found = [entry for page in pages(simulated(sim.url)) for entry in page.entries]
        assert len({entry.external_id for entry in found}) == len(found) == sim.fleet.count("opswat")
        assert all(entry.read().external_id == entry.external_id and entry.seen_at for entry in found)


def test_a_walk_goes_on_from_its_cursor_in_another_process() -> None:
    with running(devices=240, options=SandboxOptions(rate_limits=False)) as sim:
        whole = [entry.external_id for page in pages(simulated(sim.url)) for entry in page.entries]
        adapter = simulated(sim.url)
        first = adapter.walk(Scope(), adapter.walk(Scope(), None).cursor)
        rest = pages(simulated(sim.url), cursor=first.cursor)
        assert [entry.external_id for page in (first, *rest) for entry in page.entries] == whole


@pytest.mark.parametrize("fault", ["opswat:limit-ignored", "opswat:413-page-1~v2.3", "opswat:413-html@3~devices", "opswat:nested@3"])
def test_a_list_that_cannot_be_right_is_refused(fault: str) -> None:
    with running(devices=240, options=SandboxOptions(rate_limits=False)) as sim:
        sim.fault(fault)
        with pytest.raises(BadAnswer):
            pages(simulated(sim.url))


def test_the_vendor_says_wait() -> None:
    with running(devices=60) as sim:
        sim.fault("opswat:429~v2.3")
        with pytest.raises(RateLimited) as caught:
            pages(simulated(sim.url))
        assert caught.value.wait >= 60 and not caught.value.ours


def test_a_wrong_secret_is_refused_by_the_simulator() -> None:
    with running(devices=60) as sim:
        settings, secrets = account_settings(sim.url)["opswat"]
        with pytest.raises(AuthFailed):
            pages(Opswat(connection(settings, {**secrets, "client_secret": "wrong"})))
