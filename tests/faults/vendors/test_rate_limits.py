"""Rate limits with sixteen processes that all want calls at once, and a vendor that answers 429 in every form."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.env import ROOT
from sandbox.server import Simulation
from tests.devices.runs import account_at
from tests.devices.shell import environment
from tests.faults.report import Measured

PROCESSES = 16
SECONDS = 65
STOPS = ("429@20", "429=soon@60", "429=0@100", "429=two@140", "429=-1@180")


@pytest.mark.fault("F17")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_sixteen_processes_keep_the_limits_together(sim: Simulation, measured: Measured) -> None:
    """OPSWAT counts by the minute: one whole window, and the beginning of the next."""
    sim.options.eset_202_every = 0
    sim.options.rate_limits = False  # the simulators refuse nothing by themselves: only our own limit holds calls back
    for vendor in ("eset", "opswat"):
        account_at(sim.url, vendor, name=vendor)
    for stop in STOPS:
        sim.fault(f"eset:{stop}~/v1/device")
    callers = [sys.executable, "-m", "tests.faults.vendors.callers", str(PROCESSES), str(SECONDS), "eset", "opswat"]
    ended = subprocess.run(callers, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=2 * SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert len([call for call in sim.calls(vendor="eset") if call.status == 429]) == len(STOPS)
    calls = {vendor: len(sim.calls(vendor=vendor)) for vendor in ("eset", "opswat")}
    assert calls["eset"] > 200 and calls["opswat"] > 10, calls
    measured("calls in OPSWAT's busiest minute, of ten allowed", sim.busiest(60.0, vendor="opswat"), at_most=10, unit="calls")
    # Of a second an exact count here would also count how long calls were on their way.
    measured("calls in ESET's busiest minute, of 600 allowed", sim.busiest(60.0, vendor="eset"), at_most=600, unit="calls")
