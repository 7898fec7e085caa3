"""five(9)s' walk against a faithful server: the contract of all vendors, and jobs that cannot be right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.credentials import account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.vendors.contract import VendorContract
from tests.vendors.five9s.scripted import ids
from tests.vendors.scripted_server import connection, pages
from vendors.base import Cursor, Scope
from vendors.errors import BadAnswer, Lost, Unavailable, VendorError
from vendors.five9s.adapter import VENDOR, Five9s


class TestContract(VendorContract):
    slug = "five9s"
    devices = 600
    listing = "/GetJobData"
    unknown_word = ("SecurityInfo.*.Status", 9)  # any other open one could be worse than unknown
    undeclared = Scope()

    def test_what_the_api_cannot_do_is_refused_before_anything_is_sent(self, sim: Simulation) -> None:
        """There is nothing: this API knows every scope."""
        assert {"everything", "changed", "named"} == VENDOR.scopes


QUICK = SandboxOptions(job_seconds=0.0)


def simulated(url: str) -> Five9s:
    settings, secrets = account_settings(url)["five9s"]
    return Five9s(connection(settings, secrets))


@pytest.mark.parametrize("words", [False, True])
def test_every_device_of_the_simulator_is_read(words: bool) -> None:
    with running(devices=600, options=SandboxOptions(job_seconds=0.0, job_words=words)) as sim:
        found = [entry for page in pages(simulated(sim.url)) for entry in page.entries]
        assert len({entry.external_id for entry in found}) == len(found) == sim.fleet.count("five9s")
        assert all(entry.read().external_id == entry.external_id and entry.seen_at for entry in found)


def test_a_walk_goes_on_from_its_cursor_in_another_process() -> None:
    with running(devices=600, options=QUICK) as sim:
        cursor: Cursor | None = None
        found: list[str] = []
        while not found or cursor is not None:
            page = simulated(sim.url).walk(Scope(), cursor)
            found, cursor = found + ids([page]) or ["started"], page.cursor
        assert len(found) == sim.fleet.count("five9s") + 1


def test_named_devices_are_found_or_denied() -> None:
    with running(devices=60, options=QUICK) as sim:
        some = [entry.read() for page in pages(simulated(sim.url)) for entry in page.entries][:3]
        found = pages(simulated(sim.url), Scope(hostnames=(some[0].name, "NOBODY"), ids=(some[1].external_id, "999999")))
        assert {some[0].external_id, some[1].external_id} <= set(ids(found))
        assert {name for page in found for name in page.absent} == {"NOBODY", "999999"}


def test_changes_leave_out_what_did_not_change() -> None:
    with running(devices=60, options=QUICK) as sim:
        soon = datetime.fromtimestamp(sim.clock.now(), UTC) + timedelta(days=1)
        assert ids(pages(simulated(sim.url), Scope(since=soon))) == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("five9s:job-lost", Lost),
        ("five9s:job-failed", Unavailable),
        ("five9s:page-repeats", BadAnswer),
        ("five9s:total-changes", BadAnswer),
    ],
)
def test_a_job_that_cannot_be_right_is_refused(fault: str, error: type[VendorError]) -> None:
    with running(devices=600, options=QUICK) as sim:
        sim.fault(fault)
        with pytest.raises(error):
            pages(simulated(sim.url))


def test_one_lost_job_costs_nothing_but_time() -> None:
    with running(devices=60, options=QUICK) as sim:
        sim.fault("five9s:job-lost@1")
        assert len(set(ids(pages(simulated(sim.url))))) == sim.fleet.count("five9s")
