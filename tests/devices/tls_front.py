"""TLS in front of a Valkey that has none: a certificate of a CA made on the spot, and every byte passed on in both directions."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass
class TLSFront:
    """`heard`: what clients sent after the handshake."""

    port: int = 0
    heard: bytes = b""

    def url(self, options: str, *, password: str, database: int = 0) -> str:
        return f"rediss://:{password}@localhost:{self.port}/{database}?{options}"


@contextmanager
def tls_front(valkey: str, *, tls: ssl.SSLContext) -> Iterator[TLSFront]:
    """`valkey`: its `unix://` URL."""
    front, loop, ready = TLSFront(), asyncio.new_event_loop(), threading.Event()
    path = unquote(urlsplit(valkey).path)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, inwards: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                front.heard += data if inwards else b""
                writer.write(data)
                await writer.drain()
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, outside = await asyncio.open_unix_connection(path)
        await asyncio.gather(pump(reader, outside, inwards=True), pump(inside, writer, inwards=False))

    async def serve() -> None:
        server = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=tls)
        front.port = server.sockets[0].getsockname()[1]
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield front
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
