"""Servers of a few lines on real sockets, for what no well-behaved server would send."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Served:
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Answer = Callable[[socket.socket, Served], None]


@contextmanager
def serving(answer: Answer | bytes, *, tls: ssl.SSLContext | None = None, greeting: bytes = b"") -> Iterator[Served]:
    """Bytes are sent for each request on a connection; a function is given the socket after the first request's head.

    `greeting` is sent as soon as somebody connects.
    """
    served = Served()
    listener = socket.create_server(("127.0.0.1", 0))
    served.port = listener.getsockname()[1]

    def handle(conn: socket.socket) -> None:
        with contextlib.suppress(OSError), conn:
            inner = tls.wrap_socket(conn, server_side=True) if tls else conn
            with inner:
                inner.sendall(greeting)
                while request := _request(inner):
                    served.requests.append(request)
                    if not isinstance(answer, bytes):
                        answer(inner, served)
                        return
                    inner.sendall(answer)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = listener.accept()
                served.connections += 1
                threading.Thread(target=handle, args=(conn,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _request(conn: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = conn.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += conn.recv(65536)
    return head + b"\r\n\r\n" + body


def drip(data: bytes, *, pause: float) -> Answer:
    """Sends byte by byte until the test is over."""

    def answer(conn: socket.socket, served: Served) -> None:
        for byte in data:
            conn.sendall(bytes((byte,)))
            if served.over.wait(pause):
                return

    return answer


def reset_after(data: bytes) -> Answer:
    """Sends some bytes, and RST instead of FIN once they were read."""

    def answer(conn: socket.socket, served: Served) -> None:
        conn.sendall(data)
        served.over.wait(0.2)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return answer


def close_after(data: bytes) -> Answer:
    def answer(conn: socket.socket, served: Served) -> None:
        conn.sendall(data)

    return answer


def headers_of(request: bytes) -> dict[str, str]:
    """The headers of a received request."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
