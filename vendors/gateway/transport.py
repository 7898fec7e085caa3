"""Transport of the gateway: httpx over a connection pool with the gateway's own network backend, without logging."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpcore
import httpx


class _Quiet(logging.Filter):
    """These libraries write URLs and headers below WARNING. A level can be set back by any logging configuration; a filter stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


for _name in (
    "httpx",
    "httpcore",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
):
    logging.getLogger(_name).addFilter(_Quiet())


class Transport(httpx.BaseTransport):
    """httpx over our own pool: its public way to a network backend that checks addresses."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        # httpx reads where a redirect leads, also where none is followed, and raises for what is no address.
        headers = [(name, text) for name, text in answer.headers if name.lower() != b"location"]
        return httpx.Response(answer.status, headers=headers, stream=_Stream(answer))

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
