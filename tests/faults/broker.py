"""A Valkey that goes away in every way that one can, and comes back."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from local.binaries import find_valkey
from local.data_dir import Home
from local.processes import Child
from local.valkey import Valkey
from tests.faults.processes import wait_for

READY_SECONDS = 30


class Broker:
    """`url`: what a process needs as REDIS_URL."""

    def __init__(self, child: Child, url: str) -> None:
        self.url = url
        self._child = child
        self._frozen = False

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def stop(self) -> None:
        self._child.stop()

    def kill(self) -> None:
        """kill -9: its socket stays behind, and nobody listens."""
        assert self._child.pid
        os.kill(self._child.pid, signal.SIGKILL)
        wait_for(lambda: not self._child.running, seconds=READY_SECONDS)

    def freeze(self) -> None:
        """It takes connections and commands, and answers none."""
        assert self._child.pid
        os.kill(self._child.pid, signal.SIGSTOP)
        self._frozen = True

    def fill(self) -> None:
        self.client.config_set("maxmemory", "1")

    def refuse_writes(self) -> None:
        """As when its disk is full or it has become a replica."""
        self.client.config_set("min-replicas-to-write", "1")

    def empty(self) -> None:
        self.client.flushall()

    def restore(self) -> None:
        """Well again, whatever was done to it."""
        if self._frozen and self._child.pid:
            os.kill(self._child.pid, signal.SIGCONT)
            self._frozen = False
        if not self._child.running:
            self._child.start()
        wait_for(self._answers, seconds=READY_SECONDS)
        self.client.config_set("maxmemory", "0")
        self.client.config_set("min-replicas-to-write", "0")

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False


# What can be done to it; "emptied" is the only one after which it works.
STATES: dict[str, Callable[[Broker], None]] = {
    "stopped": Broker.stop,
    "killed": Broker.kill,
    "frozen": Broker.freeze,
    "full": Broker.fill,
    "refuses writes": Broker.refuse_writes,
    "emptied": Broker.empty,
}


@contextmanager
def own_broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="rc-valkey-", dir="/tmp") as name:
        home = Home(Path(name))
        home.prepare()
        service = Valkey(find_valkey(), home=home, sockets=home.sockets())
        child = Child(service.program(), logs=home.logs)
        child.start()
        broker = Broker(child, service.url)
        try:
            broker.restore()
            yield broker
        finally:
            if child.running:
                broker.restore()  # a frozen process does not end when it is asked to
            child.stop()
