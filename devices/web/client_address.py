"""Client address of a request: the one that limits, the audit log and /healthz use.

With ROLLCALL_TRUSTED_PROXIES=N it is the Nth address from the end of X-Forwarded-For, which is the one that the outermost of these proxies
wrote; without proxies it is that of the connection, and headers count for nothing.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)
FORWARDED_FOR = "X-Forwarded-For"
ADDRESS_HEADERS = (FORWARDED_FOR, "X-Real-IP", "Forwarded")
# An address with a port, as some proxies write it: 192.0.2.7:4711 or [2001:db8::7]:4711.
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::\d+)?|(?P<four>\d+\.\d+\.\d+\.\d+):\d+")
LIMITED_IPV6_BITS = 64  # of an IPv6 address; one client has all addresses of such a network


class AmbiguousAddress(Exception):
    """Several headers name a client, and proxies are trusted: one sentence for the administrator."""


def client_address(request: HttpRequest) -> str | None:
    """In its shortest notation, IPv4 also where it was mapped to IPv6. None for a client on a unix socket. Raises AmbiguousAddress."""
    peer = _parsed(request.META.get("REMOTE_ADDR") or "")
    if settings.TRUSTED_PROXIES == 0:
        return peer
    found = address_headers(request)
    if len(found) > 1:
        raise AmbiguousAddress(f"Several headers name the client's address ({', '.join(found)}): the proxy must send {FORWARDED_FOR} only.")
    hops = [each.strip() for each in request.headers.get(FORWARDED_FOR, "").split(",")]
    if hops == [""]:
        return peer
    if len(hops) < settings.TRUSTED_PROXIES:
        _warn(f"{FORWARDED_FOR} has fewer addresses than ROLLCALL_TRUSTED_PROXIES: set it to the number of proxies in front.")
    named = _parsed(hops[max(0, len(hops) - settings.TRUSTED_PROXIES)])
    if named is None:
        _warn(f"{FORWARDED_FOR} has no address where a trusted proxy writes it: the address of the proxy is used.")
    return named or peer


def address_headers(request: HttpRequest) -> list[str]:
    """Those of the request that name a client's address, whether they are trusted or not."""
    return [name for name in ADDRESS_HEADERS if name in request.headers]


def is_local(request: HttpRequest) -> bool:
    """Whether the client is this machine, and no proxy on it that forwards others."""
    address = client_address(request)
    return address is not None and ipaddress.ip_address(address).is_loopback and not address_headers(request)


def limited_network(address: str | None) -> str:
    """What a limit counts for one client: its IPv4 address or IPv6 network; "" for all clients of a unix socket."""
    if address is None:
        return ""
    return str(ipaddress.ip_network(f"{address}/{LIMITED_IPV6_BITS}", strict=False)) if ":" in address else address


def _parsed(text: str) -> str | None:
    if found := _WITH_PORT.fullmatch(text):
        text = found["six"] if found["four"] is None else found["four"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


@cache
def _warn(sentence: str) -> None:
    """Once in each process: what is wrong with a proxy is wrong with every request."""
    log.warning(sentence)
