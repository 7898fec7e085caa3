"""A company's own network: names that lead to private addresses, and servers there that really listen on loopback."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

EPM = "10.98.76.54"


@contextmanager
def private_network(names: Mapping[str, str]) -> Iterator[list[str]]:
    """`names`: name → address. Connections to any of these addresses end at the same port of 127.0.0.1; yields the addresses connected to."""
    reached: list[str] = []
    there = {str(ipaddress.ip_address(each)) for each in names.values()}
    look_up, connect = socket.getaddrinfo, socket.create_connection

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return look_up(names.get(host, host), port, *args, **kwargs)

    def create_connection(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        host, port = address
        if host in there:
            reached.append(host)
            host = "127.0.0.1"
        return connect((host, port), *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        patch.setattr(socket, "create_connection", create_connection)
        yield reached
