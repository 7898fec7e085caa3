"""Bad answers and bad transport: what ANSWER and WIRE faults do to a call."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import struct
import zlib
from functools import lru_cache
from typing import Any

from sandbox.faults.faults import SandboxFault
from sandbox.wire import Request, Response, answer

HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Bad gateway</h1><p>volt-adc</p></body></html>"
JSON_TYPE = ("Content-Type", "application/json")
HTML_TYPE = ("Content-Type", "text/html; charset=utf-8")


def replace(fault: SandboxFault, request: Request, vendor: str) -> Response | bytes:
    """The answer of an ANSWER fault; bytes are to be sent verbatim."""
    if fault.kind.isdecimal():
        return _status(int(fault.kind), fault.value, vendor)
    if fault.kind == "raw":
        return _raw(fault.value)
    if fault.kind == "redirect":
        target = fault.value or f"http://{request.headers.get('host', '127.0.0.1')}/_sandbox/canary"
        return Response(302, b"", [("Location", target)])
    if fault.kind == "gzip-bomb":
        return Response(200, _bomb(int(fault.value or 200)), [JSON_TYPE, ("Content-Encoding", "gzip")])
    if fault.kind == "bad-response-id":
        return Response(202, b"", [("response-id", fault.value or "x" * 10_000)])
    return {
        "502-html": Response(502, HTML, [HTML_TYPE]),
        "413-page-1": Response(413),
        "413-html": Response(413, HTML, [HTML_TYPE]),
        "html200": Response(200, HTML, [HTML_TYPE]),
        "html-json": Response(200, HTML, [JSON_TYPE]),
        "empty": Response(200, b"", [JSON_TYPE]),
        "null": Response(200, b"null", [JSON_TYPE]),
        "object": Response(200, b"{}", [JSON_TYPE]),
        "gzip-plain": Response(200, b"[]", [JSON_TYPE, ("Content-Encoding", "gzip")]),
        "utf16": Response(200, '{"devices": []}'.encode("utf-16"), [("Content-Type", "application/json; charset=utf-16")]),
        "bom": Response(200, b'\xef\xbb\xbf{"devices": []}', [JSON_TYPE]),
        "huge-header": Response(200, b"{}", [JSON_TYPE, ("X-Huge", "h" * 100_000)]),
        "many-headers": Response(200, b"{}", [JSON_TYPE, *((f"X-{n}", "h") for n in range(1000))]),
    }[fault.kind]


def _status(status: int, value: Any, vendor: str) -> Response:
    if status == 429:
        waits = ["0", "30"] if value == "two" else [] if value is None else [str(value)]
        return Response(429, b"", [("Retry-After", wait) for wait in waits])
    if status in (204, 304):
        return Response(status)
    if value is not None:
        return Response(status, str(value).encode(), [("Content-Type", "text/plain")])
    if vendor == "eset":  # half of the errors there have no body at all
        return answer(status, {"code": 8, "message": "refused", "details": []}) if status < 500 else Response(status)
    if vendor == "opswat":
        return answer(status, {"error": {"message": "refused", "code": status}})
    return answer(status, {"Message": "An error has occurred."})


def _raw(value: Any) -> bytes:
    """{"bytes": base64} or {"status", "headers": [[name, value]], "body" or "body_base64"}, Content-Length if not given."""
    if isinstance(value, bytes):
        return value
    given = json.loads(value) if isinstance(value, str) else dict(value)
    if "bytes" in given:
        return base64.b64decode(given["bytes"])
    body = base64.b64decode(given["body_base64"]) if "body_base64" in given else str(given.get("body", "")).encode()
    headers = [(str(name), str(text)) for name, text in given.get("headers", [])]
    if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
        headers.append(("Content-Length", str(len(body))))
    if not any(name.lower() == "connection" for name, _ in headers):
        headers.append(("Connection", "close"))  # said, so that no client sends its next request into the closing socket
    lines = [f"HTTP/1.1 {given.get('status', 200)} Raw", *(f"{name}: {text}" for name, text in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(b'{"devices":[')]
    parts += [packer.compress(b" " * (1 << 20)) for _ in range(megabytes)]
    return b"".join([*parts, packer.compress(b"]}"), packer.flush()])


async def send(response: Response | bytes, writer: asyncio.StreamWriter, fault: SandboxFault | None) -> bool:  # noqa: PLR0912 - a case per fault
    """Send the answer, spoiled by a WIRE fault if there is one. False: the connection is to be closed."""
    if isinstance(response, bytes):
        writer.write(response)
        await writer.drain()
        return False
    head, body = response.head(), response.body
    if fault is None:
        writer.write(head + body)
        await writer.drain()
        return True
    half, value = body[: len(body) // 2], float(fault.value or 0)
    match fault.kind:
        case "slow":
            await asyncio.sleep(value or 5.0)
            writer.write(head + body)
        case "drip":
            writer.write(head)
            await _drip(writer, body, value or 0.2)
        case "header-drip":
            await _drip(writer, head + body, value or 0.2)
        case "no-answer":
            return False
        case "stall":
            await asyncio.sleep(value or 5.0)
            return False
        case "reset":
            await _reset(writer, head + half)
        case "cut-json":
            writer.write(Response(response.status, half, response.headers).head() + half)
        case "cut-close":
            writer.write(_headless_length(head) + half)
        case "close-early":
            writer.write(head + half)
        case "short-length":
            writer.write(Response(response.status, half, [*response.headers, ("Connection", "close")]).head() + body)
        case "two-lengths":
            writer.write(head[:-2] + f"Content-Length: {len(half)}\r\n\r\n".encode() + body)
        case "http09":
            writer.write(body)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    return fault.kind in ("slow", "drip", "header-drip", "cut-json")


def _headless_length(head: bytes) -> bytes:
    return head[: head.rindex(b"Content-Length")] + b"Connection: close\r\n\r\n"


async def _drip(writer: asyncio.StreamWriter, data: bytes, pause: float) -> None:
    for byte in data:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(pause)


async def _reset(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send some bytes, then RST instead of FIN."""
    writer.write(data)
    await writer.drain()
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
