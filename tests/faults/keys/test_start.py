"""Start of every program without a key, with other bytes under a known id, and without a key that is needed: refused at once, in words."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.env import ROOT
from config.startup_checks import refuse_if_unready
from tests.config.test_key_checks import stored_secret
from tests.devices.shell import environment
from tests.faults.report import Measured

pytestmark = [pytest.mark.fault("F40"), pytest.mark.faults, pytest.mark.django_db(transaction=True)]
GOAL = 5  # seconds


def programs(folder: Path) -> dict[str, list[str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    celery = ["celery", "-A", "config.celery"]
    return {
        "web": ["granian", "--interface", "wsgi", "--port", port, "--no-ws", "config.wsgi:application"],
        "worker": [*celery, "worker", "--concurrency", "1", "--without-mingle"],
        "beat": [*celery, "beat", "-s", str(folder / "schedule")],
    }


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def cases(folder: Path) -> dict[str, tuple[Mapping[str, str], str]]:
    """Changed variables, and what the refusal must name."""
    empty = {"ROLLCALL_HOME": str(folder), "ROLLCALL_SEALING_KEYS": ""}
    return {
        "no key": (empty, "ROLLCALL_SEALING_KEYS"),
        "other bytes": ({"ROLLCALL_SEALING_KEYS": f"test:{key()}"}, "The sealing key 'test' has other bytes"),
        "a key is missing": ({"ROLLCALL_SEALING_KEYS": f"new:{key()}"}, "'test'"),
    }


@pytest.mark.parametrize("case", ["no key", "other bytes", "a key is missing"])
def test_it_is_refused_and_the_key_is_named(case: str, tmp_path: Path, measured: Measured) -> None:
    refuse_if_unready()
    stored_secret()
    variables, words = cases(tmp_path)[case]
    slowest = 0.0
    for name, arguments in programs(tmp_path).items():
        began = time.monotonic()
        ended = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        slowest = max(slowest, time.monotonic() - began)
        assert ended.returncode != 0, (name, case)
        assert words in ended.stderr + ended.stdout and "Traceback" not in ended.stderr, (name, case, ended.stderr[-3000:])
    measured("slowest of web, worker and beat to end", slowest, at_most=GOAL)
