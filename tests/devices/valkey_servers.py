"""Servers on loopback in Valkey's place: one that takes connections and never answers, and one in front of Valkey that is slow."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit


@dataclass
class Heard:
    """What reached the server: `connections`, and the bytes of each read."""

    url: str
    connections: int = 0
    commands: list[bytes] = field(default_factory=list)


@contextmanager
def silent() -> Iterator[Heard]:
    """Reads and never answers, like a server that was stopped with SIGSTOP."""
    with _listening(_swallow) as heard:
        yield heard


@contextmanager
def slow(valkey: str, *, seconds: float) -> Iterator[Heard]:
    """Passes each command on to `valkey` (a `unix://` URL with its password), and each answer back after so many seconds."""
    with _listening(lambda heard, client: _relay(heard, client, urlsplit(valkey), seconds)) as heard:
        yield heard


@contextmanager
def _listening(serve: Callable[[Heard, socket.socket], None]) -> Iterator[Heard]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        heard = Heard(f"redis://127.0.0.1:{server.getsockname()[1]}/0")
        ending = threading.Event()

        def accept() -> None:
            while True:
                client, _ = server.accept()
                if ending.is_set():
                    client.close()
                    return
                heard.connections += 1
                threading.Thread(target=serve, args=(heard, client), daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield heard
        finally:
            ending.set()
            socket.create_connection(server.getsockname()).close()  # wakes the thread
            accepting.join()


def _swallow(heard: Heard, client: socket.socket) -> None:
    with client:
        while data := _read(client):
            heard.commands.append(data)


def _relay(heard: Heard, client: socket.socket, place: SplitResult, seconds: float) -> None:
    with client, socket.socket(socket.AF_UNIX) as valkey:
        valkey.connect(unquote(place.path))
        valkey.sendall(f"AUTH {place.password}\r\n".encode())
        assert valkey.recv(64) == b"+OK\r\n"
        while data := _read(client):
            heard.commands.append(data)
            valkey.sendall(data)
            answer = valkey.recv(65536)
            time.sleep(seconds)
            try:
                client.sendall(answer)
            except OSError:
                return


def _read(client: socket.socket) -> bytes:
    try:
        return client.recv(65536)
    except OSError:
        return b""
