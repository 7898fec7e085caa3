"""manage.py as a real process on the test database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

from django.db import connection

from config.env import ROOT


def environment(**changes: str) -> dict[str, str]:
    """An empty value removes a variable. That of the browser tests is not one of a shell."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    merged = {**os.environ, "DATABASE_URL": address.geturl(), "PYTHONUNBUFFERED": "1", "DJANGO_ALLOW_ASYNC_UNSAFE": "", **changes}
    return {name: value for name, value in merged.items() if value}


def start(*arguments: str, **changes: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**changes),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A runner in the background ignores Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def manage(*arguments: str, **changes: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr); changes are environment variables."""
    process = start(*arguments, **changes)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err
