"""The command that runs the simulators alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from local.waiting import wait_until
from sandbox.server import Simulation, running

from .conftest import WEB


@pytest.fixture
def command() -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "sandbox", "--port", "0", "--devices", "120", "--frozen-at", "2026-01-15T09:00:00Z",
             "--prerender", "--fault", "opswat:429@1", "--option", "eset_202_every=1"]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_the_command_prints_its_address_obeys_its_options_and_stops_cleanly(command: subprocess.Popen[str]) -> None:
    assert command.stdout is not None
    url = command.stdout.readline().split()[-1]
    assert url.startswith("http://127.0.0.1:")
    assert WEB.get(f"{url}/opswat/o/api/v2.3/devices").status_code == 429
    assert WEB.post(f"{url}/eset/eu/business-account.iam/oauth/token").status_code == 202
    assert WEB.get(f"{url}/_sandbox/fleet").json()["now"] == 1768467600
    command.send_signal(signal.SIGTERM)
    assert command.wait(timeout=10) == 0
    assert command.stderr is not None and command.stderr.read() == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--fault", "eset:nonsense"], "Unknown fault"), (["--option", "x=1"], "Unknown option"), (["--prerender"], "--frozen")],
)
def test_the_command_refuses_nonsense_in_one_sentence(words: list[str], message: str) -> None:
    done = subprocess.run([sys.executable, "-m", "sandbox", *words], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr


def test_a_taken_port_is_said_in_one_sentence(sim: Simulation) -> None:
    port = sim.url.rpartition(":")[2]
    done = subprocess.run([sys.executable, "-m", "sandbox", "--port", port], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and "Choose another --port" in done.stderr and "Traceback" not in done.stderr
    with pytest.raises(OSError), running(port=int(port)):
        pass


def test_it_listens_on_loopback_only(sim: Simulation) -> None:
    port = f"{int(sim.url.rpartition(':')[2]):04X}"
    with open(f"/proc/{os.getpid()}/net/tcp") as table:
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(port)] == [f"0100007F:{port}"]


def test_it_dies_with_its_parent_if_asked() -> None:
    starter = (
        "import subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-m', 'sandbox', '--port', '0', '--die-with-parent'], stdout=subprocess.PIPE);"
        "print(child.stdout.readline().decode().split()[-1], flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen([sys.executable, "-c", starter], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    assert WEB.get(f"{url}/_sandbox/health").json() == {"ok": True}
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: not listens(url), seconds=20)


def listens(url: str) -> bool:
    try:
        WEB.get(f"{url}/_sandbox/health")
    except httpx.ConnectError:
        return False
    except httpx.TransportError:  # it ended in the middle of an answer
        return True
    return True
