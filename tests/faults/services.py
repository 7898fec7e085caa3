"""PostgreSQL and Valkey of the test itself, ended and started again."""

from __future__ import annotations

import os
import signal

import psycopg
import redis
from django.conf import settings
from django.db import connection

from devices.db.redis_client import worker_client
from local.processes import Child
from tests.faults.processes import wait_for
from tests.stack import STACK

READY_SECONDS = 30


def child(name: str) -> Child:
    return next(each for each in STACK.children if each.program.name == name)


def kill(name: str) -> None:
    """kill -9, as the out-of-memory killer does it."""
    served = child(name)
    assert served.pid
    os.kill(served.pid, signal.SIGKILL)
    wait_for(lambda: not served.running, seconds=10)


def stop_fast() -> None:
    """As `pg_ctl stop -m fast`: every session is ended at once, in the middle of what it does."""
    server = child("postgres")
    assert server.pid
    os.kill(server.pid, signal.SIGINT)
    wait_for(lambda: not server.running, seconds=20)


def start_postgres() -> None:
    """Until it answers. After a kill the last of the old server's processes may still leave."""

    def answers() -> bool:
        server = child("postgres")
        if not server.running:
            server.start()
        try:
            psycopg.connect(os.environ["DATABASE_URL"]).close()
        except psycopg.OperationalError:
            return False
        return True

    wait_for(answers, seconds=READY_SECONDS)
    connection.close()


def start_valkey() -> None:
    child("valkey").start()

    def answers() -> bool:
        try:
            return bool(redis.Redis.from_url(settings.REDIS_URL).ping())
        except redis.RedisError:
            return False

    wait_for(answers, seconds=READY_SECONDS)
    worker_client().connection_pool.disconnect()
