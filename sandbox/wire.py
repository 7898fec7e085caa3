"""HTTP/1.1 by hand on asyncio streams: small, and open enough to misbehave on purpose."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

MAX_TARGET = 8192  # longer request targets are refused with 414, as common gateways do
MAX_HEAD = 65536
MAX_BODY = 32 << 20


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str  # as sent: path and query, still percent-encoded
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def head(self) -> bytes:
        """Status line and headers, ready to send."""
        lines = [f"HTTP/1.1 {self.status} {_reason(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def answer(status: int, data: Any, *headers: tuple[str, str]) -> Response:
    """A JSON answer."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Response(status, body, [("Content-Type", "application/json"), *headers])


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[bool]]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    """Answer requests on one connection until either side closes, or the handler says False (= close now)."""
    try:
        while True:
            request = await _read(reader, writer)
            if request is None or not await handler(request, writer):
                break
            if request.headers.get("connection", "").lower() == "close":
                break
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
        pass  # the client went away, which is its right, or the simulator stops
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        return await _refused(writer, 431)
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest) if name}
    status = _objection(first, headers)
    if status:
        return await _refused(writer, status)
    method, target, _ = first.split(" ")
    return Request(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def _objection(first: str, headers: dict[str, str]) -> int:
    """The status that refuses such a head, or 0."""
    parts, length = first.split(" "), headers.get("content-length", "0")
    if len(parts) != 3 or not length.isdecimal() or not parts[1].startswith("/"):
        return 400
    if "transfer-encoding" in headers:
        return 411
    if len(parts[1]) > MAX_TARGET:
        return 414
    return 413 if int(length) > MAX_BODY else 0


async def _refused(writer: asyncio.StreamWriter, status: int) -> Request | None:
    writer.write(Response(status, b"", [("Connection", "close")]).head())
    await writer.drain()
    return None
