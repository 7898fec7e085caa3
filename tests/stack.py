"""A pytest plugin (`-p tests.stack`) that brings up PostgreSQL and Valkey of its own before Django reads its settings."""

from __future__ import annotations

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path

import psycopg

from local.postgres import APPLICATION, OWNER
from local.services import Stack

FOLDER = Path(tempfile.mkdtemp(prefix="rc-test-", dir="/tmp"))


OURS = "ROLLCALL_TEST_STACK"
SERVICES = ("DATABASE_URL", "ROLLCALL_OWNER_DATABASE_URL", "REDIS_URL")


def _start() -> Stack:
    if os.environ.pop(OURS, ""):  # a worker of pytest-xdist: what it inherited belongs to its parent
        for name in SERVICES:
            os.environ.pop(name, None)
    given = any(name in os.environ for name in SERVICES)
    os.environ["ROLLCALL_HOME"] = str(FOLDER)
    os.environ["ROLLCALL_SECRET_KEY"] = "only-for-tests"
    os.environ["ROLLCALL_SEALING_KEYS"] = "test:" + base64.b64encode(os.urandom(32)).decode()
    os.environ["ROLLCALL_PRIVATE_HOSTS"] = "127.0.0.1"
    os.environ["ROLLCALL_MIN_FREE_PERCENT"] = "0"  # tests of the limit set their own
    os.environ["ROLLCALL_BROKER_TIMEOUT_MS"] = "2000"  # a busy machine; tests of the time-out set their own
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    stack = Stack(FOLDER)
    stack.start()
    os.environ |= stack.environment
    _write_without_waiting()
    if not given:
        os.environ[OURS] = "1"
    atexit.register(_stop, stack)
    return stack


def _write_without_waiting() -> None:
    """Let the server leave its files to the system's cache: that outlives killed processes, and nobody turns the machine off in a test."""
    with psycopg.connect(os.environ["ROLLCALL_OWNER_DATABASE_URL"], autocommit=True) as server:
        # Tests that plant a fault, or empty the tables, may become the owner for a statement (tests/owner.py). Rights are not inherited.
        server.execute(f"ALTER ROLE {APPLICATION} NOINHERIT")
        server.execute(f"GRANT {OWNER} TO {APPLICATION}")
        for name in ("fsync", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {name} = off")
        server.execute("SELECT pg_reload_conf()")


def _stop(stack: Stack) -> None:
    stack.stop()
    shutil.rmtree(FOLDER, ignore_errors=True)


STACK = _start()
