"""A gateway, a server on loopback, and one call from the one to the other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.sockets import Answer, serving
from vendors.budget import Unlimited
from vendors.errors import VendorError
from vendors.gateway.http import Gateway


class Meter(Unlimited):
    def __init__(self, *, wait: float = 0.0) -> None:
        self.wait = wait
        self.taken = 0
        self.blocked: list[float] = []
        self.interactive: list[bool] = []

    def take(self, *, interactive: bool = False) -> float:
        self.taken += 1
        self.interactive.append(interactive)
        return self.wait

    def block(self, seconds: float) -> None:
        self.blocked.append(seconds)


def gateway(**more: Any) -> Gateway:
    return Gateway(**{"budget": Unlimited(), "private_hosts": ["127.0.0.1"], "deadline": 10.0, **more})


def failure(answer: Answer | bytes, **more: Any) -> VendorError:
    with serving(answer) as served, pytest.raises(VendorError) as caught:
        gateway(**more).send("GET", served.url + "/v1/things", operation="list things")
    return caught.value


def status(code: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {code} Said", *headers, "Content-Length: 0", "", ""]).encode()


def body(data: bytes, *headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, f"Content-Length: {len(data)}", "", ""]).encode() + data
