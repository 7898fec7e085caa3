"""No program writes a longer line than 8192 bytes, whatever the text: messages, tracebacks, errors that the web server catches."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from config.logging import LONGEST_LINE, MOST_LINES
from tests.faults.processes import Processes, wait_for
from tests.faults.serving import serving
from tests.faults.valkey import loud_settings, messages

pytestmark = [pytest.mark.faults, pytest.mark.fault("F42"), pytest.mark.django_db(transaction=True)]

SECONDS = 60


def assert_bounded(log: bytes) -> None:
    longest = max(map(len, log.splitlines(keepends=True)))
    assert LONGEST_LINE - 3 < longest <= LONGEST_LINE, "cut at the limit, between two letters"


def test_of_a_worker(processes: Processes) -> None:
    processes.worker("-I", "tests.faults.valkey.loud")
    messages.put(messages.sent("tests.faults.valkey.loud.loud", 1))
    wait_for(lambda: "raised unexpected" in processes.logs(), seconds=SECONDS, why=processes.logs)
    log = processes.logs()
    assert_bounded(log.encode())
    assert "a long text: 日本" in log and "a traceback with a long text" in log and " lines left out" in log
    assert log.count("\n") < 3 * MOST_LINES


def test_of_beat(processes: Processes) -> None:
    processes.environment["DJANGO_SETTINGS_MODULE"] = loud_settings.__name__
    processes.beat()
    wait_for(lambda: "Message Error" in processes.logs(), seconds=SECONDS, why=processes.logs)
    processes.stop()
    assert_bounded(processes.logs().encode())


@pytest.mark.parametrize("path", ["/fails-inside", "/fails-outside"])
def test_of_the_web_server(tmp_path: Path, path: str) -> None:
    with serving(tmp_path, redis_url=settings.REDIS_URL, settings_module=loud_settings.__name__) as server, server.browser() as browser:
        assert browser.get(path).status_code == 500
        wait_for(lambda: "ValueError: 日本" in server.log(), seconds=SECONDS, why=server.log)
    assert_bounded((tmp_path / "web.log").read_bytes())
