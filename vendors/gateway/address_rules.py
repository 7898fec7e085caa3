"""Address rules of the gateway: which addresses it may reach, and which spellings of a URL it accepts. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from vendors.texts import Message, gettext_noop

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressScope(Enum):
    """PUBLIC may be reached, PRIVATE only when an administrator named it, FORBIDDEN never."""

    PUBLIC = "public"
    PRIVATE = "private"
    FORBIDDEN = "forbidden"


NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Where clouds hand out machine credentials, outside the link-local ranges: Alibaba, Oracle, Azure, AWS, Google.
METADATA = tuple(
    ipaddress.ip_address(each) for each in ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
)
# What a company numbers its own network with (RFC 1918, 6598, 4193): all that an administrator may allow for one account.
OWN_NETWORKS = tuple(ipaddress.ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))

URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]*)?"
)
LONGEST_URL = 2000
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?![0-9])")
NUMBERS = re.compile(r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)(?:\.(?:0[xX][0-9A-Fa-f]*|[0-9]+))*\.?")


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int


class BadUrl(ValueError):
    """An address that is refused. `reason`: a clause without a period, such as "it contains a user name"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def invalid(error: BadUrl) -> Message:
    """The sentence about a setting that is no address."""
    return Message(gettext_noop("The address is invalid because %(reason)s."), reason=error.reason)


def parse_url(url: str) -> Target:
    """Raise BadUrl for every spelling that two parsers could read differently: user info, backslash, odd numbers, query, fragment."""
    found = URL.fullmatch(url)
    if found is None:
        raise BadUrl(_why_not(url))
    host = found["host"].strip("[]").lower()
    path = found["path"] or ""
    if "\\" in path or "?" in path or "#" in path:
        raise BadUrl(Message(gettext_noop("it contains a backslash, a query or a fragment")))
    if ".." in re.split(r"/|%2f", path.lower().replace("%2e", ".")):
        raise BadUrl(Message(gettext_noop('its path contains ".."')))
    if NUMBERS.fullmatch(host) or ":" in host:
        _exact_address(host)
    port = int(found["port"] or (443 if found["scheme"] == "https" else 80))
    if not 0 < port < 65536:
        raise BadUrl(Message(gettext_noop("its port is not between 1 and 65535")))
    return Target(found["scheme"], host, port)


def _why_not(url: str) -> str:
    """The reason why this is no address, for common mistakes."""
    scheme = SCHEME.match(url)
    if not url:
        return Message(gettext_noop("it is empty"))
    if scheme and scheme[1].lower() not in ("http", "https"):
        return Message(gettext_noop("it starts with another scheme than https://"))
    if not url.lower().startswith(("http://", "https://")):
        return Message(gettext_noop("it does not start with https://"))
    place = re.split(r"[/?#\\]", url.partition("://")[2])[0]
    if "@" in place:
        return Message(gettext_noop("it contains a username or password: enter credentials only in their own fields"))
    if not place.isascii():
        return Message(gettext_noop("its host contains letters outside a to z: enter the form that starts with xn--"))
    return Message(gettext_noop("it is not of the form https://host:port/path, without username, query and fragment"))


def openable(url: str, *, longest: int = LONGEST_URL) -> bool:
    """May a browser be sent there? https, no user name, no blanks or control characters, nothing that two parsers read differently."""
    found = URL.fullmatch(url) if len(url) <= longest else None
    return found is not None and found["scheme"] == "https" and "\\" not in url


def _exact_address(host: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise BadUrl(Message(gettext_noop("its host is a number that is not an IP address"))) from None


def place(host: str, port: int) -> str:
    """`host:port`, the one spelling in which hosts are compared: lower case, no trailing dot, IPv6 in brackets and short."""
    name = host.strip("[]").lower().rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return f"{name}:{port}"
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def unwrap(address: IP) -> IP:
    """The IPv4 address that an IPv6 address stands for (mapped, NAT64, 6to4), else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def judge(address: IP) -> AddressScope:
    inner = unwrap(address)
    if inner in METADATA or inner.is_link_local or inner.is_multicast or inner.is_unspecified:
        return AddressScope.FORBIDDEN
    if inner.is_loopback or (isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local):  # the latter counts as global in Python
        return AddressScope.PRIVATE
    if inner.is_reserved or (inner.version == 4 and int(inner) < 1 << 24):
        return AddressScope.FORBIDDEN
    return AddressScope.PUBLIC if inner.is_global else AddressScope.PRIVATE


class NamedHosts:
    """The hosts that an administrator named: `host`, `host:port`, address, `address:port`, `[v6]:port` or CIDR."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._hosts: set[tuple[str, int]] = set()
        self._networks: list[tuple[Network, int]] = []
        for entry in entries:
            if text := entry.strip().lower():
                self._add(text)

    def _add(self, text: str) -> None:
        host, port = text, 0
        found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:\[\]/]+):([0-9]{1,5})", text)
        if found:
            host, port = found[1], int(found[2])
        try:
            self._networks.append((ipaddress.ip_network(host.strip("[]"), strict=False), port))
        except ValueError:
            self._hosts.add((host.rstrip("."), port))

    def host(self, host: str, port: int) -> bool:
        name = host.rstrip(".")
        return bool(self._hosts & {(name, 0), (name, port)})

    def address(self, address: IP, port: int) -> bool:
        inner = unwrap(address)
        return any(inner in network and named in (0, port) for network, named in self._networks)

    def loopback(self, target: Target) -> bool:
        """Is this a loopback host that was named? Only such a host may be spoken to without TLS and without opting in."""
        if target.host.rstrip(".") == "localhost":
            return self.host(target.host, target.port)
        try:
            address = ipaddress.ip_address(target.host)
        except ValueError:
            return False
        return address.is_loopback and self.address(address, target.port)

    def permits(self, address: IP, *, host: str, port: int) -> bool:
        reach = judge(address)
        if reach is AddressScope.PRIVATE:
            return self.host(host, port) or self.address(address, port)
        return reach is AddressScope.PUBLIC


class Granted:
    """The hosts that an administrator allowed for one account: exactly these, as `place` spells them, on the company's own network."""

    def __init__(self, places: Iterable[str]) -> None:
        self._places = frozenset(places)

    def permits(self, address: IP, *, host: str, port: int) -> bool:
        return place(host, port) in self._places and self.possible(address)

    @staticmethod
    def possible(address: IP) -> bool:
        """Whether an administrator could allow it. Never loopback, link-local, multicast, reserved or where clouds keep credentials."""
        inner = unwrap(address)
        return judge(address) is AddressScope.PRIVATE and any(inner in network for network in OWN_NETWORKS)
