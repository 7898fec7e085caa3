"""A server on a real socket that gives prepared answers in order and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from vendors.auth import MemoryTokens, TokenStore
from vendors.base import Connection, Cursor, DevicePage, ReadsDevices, Scope
from vendors.budget import Budget, Unlimited
from vendors.gateway.http import Gateway
from vendors.secret import Secret

NOW = 1_790_000_000.0  # 2026-09-21


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` that is not bytes or text is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Script:
    def __init__(self, replies: list[Reply]) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self._replies = iter(replies)

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return next(self._replies, Reply(500, "the script has ended"))


@contextmanager
def scripted(*replies: Reply) -> Iterator[Script]:
    script = Script(list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = script.answer(Asked(self.command, url.path, dict(parse_qsl(url.query)), headers, body))
            payload = reply.payload()
            self.send_response(reply.status)
            for name, value in {"content-length": str(len(payload)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = _serve

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test reads `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def connection(
    settings: dict[str, str],
    secrets: dict[str, str],
    *,
    budget: Budget | None = None,
    tokens: TokenStore | None = None,
) -> Connection:
    gateway = Gateway(budget=budget or Unlimited(), private_hosts=["127.0.0.1"], deadline=10.0)
    kept = {name: Secret(value) for name, value in secrets.items()}
    return Connection(settings=settings, secrets=kept, gateway=gateway, tokens=tokens or MemoryTokens())


def pages(adapter: ReadsDevices, scope: Scope | None = None, cursor: Cursor | None = None) -> list[DevicePage]:
    """Every page of a walk, each cursor carried over as JSON; a waiting walk is asked again at once."""
    found: list[DevicePage] = []
    while not found or cursor is not None:
        page = adapter.walk(scope or Scope(), cursor)
        cursor = json.loads(json.dumps(page.cursor))
        found.append(page)
        assert len(found) < 500, "the walk does not end"
    return found
