from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.devices import records as making
from tests.devices.shell import environment
from vendors.secret import Secret

WEB = [sys.executable, "-c", "import config.wsgi"]
WORKER = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--concurrency", "1", "--without-mingle"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [WEB, WORKER], ids=["web", "worker"])
def test_a_process_refuses_to_start_without_a_key_that_is_in_use(command: Sequence[str]) -> None:
    account = making.account()
    secret = account.secrets.model(account=account, name="password", set_at=account.created_at)
    secret.seal(Secret("hunter2"))
    secret.save()
    other = {"ROLLCALL_SEALING_KEYS": "newer:" + "A" * 43 + "="}
    ended = subprocess.run(command, env=environment() | other, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "sealing key 'test', which is not loaded" in ended.stderr
    assert "Traceback" not in ended.stderr
