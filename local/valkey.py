"""Valkey of the local stack: the broker, reached only through a private unix socket and with a password that each start makes anew."""

from __future__ import annotations

import os
import secrets
import signal
from pathlib import Path
from urllib.parse import quote

import redis

from local.data_dir import Home
from local.keys import write_private
from local.processes import Program, inherited

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    # Waiting work survives a kill: at most the last second of it is lost, which the database announces again.
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    # A broker that is full must say so, not drop queued work.
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


class Valkey:
    label = "Valkey"

    def __init__(self, binary: Path, *, home: Home, sockets: Path) -> None:
        self.binary = binary
        self.data = home.valkey
        self.socket = sockets / "valkey.sock"
        self._password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"unix://:{self._password}@{quote(str(self.socket), safe='/')}?db=0"

    @property
    def variables(self) -> dict[str, str]:
        return {"REDIS_URL": self.url}

    def program(self) -> Program:
        settings = {**SETTINGS, "unixsocket": str(self.socket), "dir": str(self.data)}
        # In a file, because every user of the machine may read command lines.
        secret = self.data / "password.conf"
        write_private(secret, f"requirepass {self._password}\n")
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return Program(
            name="valkey",
            command=[str(self.binary), str(secret), *options],
            environment={**inherited(os.environ), "LC_ALL": "C", "TZ": "UTC"},
            folder=self.data,
            stop_signals=((signal.SIGTERM, 10.0),),
        )

    def prepare(self) -> None:
        """Nothing to prepare: the broker's keys are created by the programs."""

    def ready(self, pid: int) -> bool:
        """Whether it answers PONG, which it does not while it loads its file."""
        client = redis.Redis.from_url(self.url, socket_timeout=1.0, socket_connect_timeout=1.0, retry=None)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
