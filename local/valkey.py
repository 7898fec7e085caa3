"""Valkey of the local stack: the broker, reached only through a private unix socket."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from local.data_dir import Home
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

    @property
    def variables(self) -> dict[str, str]:
        return {"REDIS_URL": f"unix://{quote(str(self.socket), safe='/')}?db=0"}

    def program(self) -> Program:
        settings = {**SETTINGS, "unixsocket": str(self.socket), "dir": str(self.data)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return Program(
            name="valkey",
            command=[str(self.binary), *options],
            environment={**inherited(os.environ), "LC_ALL": "C", "TZ": "UTC"},
            folder=self.data,
            stop_signals=((signal.SIGTERM, 10.0),),
        )

    def prepare(self) -> None:
        """Nothing to prepare: the broker's keys are created by the programs."""

    def ready(self, pid: int) -> bool:
        """Whether it answers PONG, which it does not while it loads its file."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False
