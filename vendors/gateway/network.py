"""Network backend of the gateway: resolve, check every address, connect to a checked one, within one deadline."""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpcore

from vendors.errors import Misconfigured, PrivateHost, Unavailable
from vendors.gateway.address_rules import IP, AddressScope, Granted, NamedHosts, judge, unwrap
from vendors.texts import Message, gettext_noop

Resolve = Callable[[str, int], list[str]]

TRIES = 4
CONNECT_SECONDS = 10.0


class NetworkFault(Exception):
    """No connection. `reason`: a clause without a period; `kind`: the vendor error that it becomes."""

    def __init__(self, reason: str, *, kind: type[Misconfigured | Unavailable], next_step: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.next_step = next_step


class CallState(threading.local):
    """The call that this thread is making: when it must end, and how many bytes came."""

    ends: float = 0.0
    received: int = 0

    def begin(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.received = 0

    def left(self) -> float:
        """Seconds left. Raises httpcore.ReadTimeout when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left


def system_resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Backend(httpcore.NetworkBackend):
    """`reserved`: services of this installation, host and port, which no permission for one account opens."""

    def __init__(
        self,
        *,
        call: CallState,
        named: NamedHosts,
        granted: Granted,
        reserved: Sequence[tuple[str, int]] = (),
        resolve: Resolve = system_resolve,
    ) -> None:
        self._call = call
        self._named = named
        self._granted = granted
        self._reserved = reserved
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to an address that was checked, never to the name: a name may change its answer between check and use."""
        addresses = self._checked(host, port)[:TRIES]
        while True:
            address = addresses.pop(0)
            wait = min(CONNECT_SECONDS, self._call.left() / (len(addresses) + 1))
            try:
                return Stream(self._plain.connect_tcp(str(address), port, timeout=wait), self._call)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
                    raise

    def _checked(self, host: str, port: int) -> list[IP]:
        """Every address of the host, if each may be reached."""
        addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in self._lookup(host, port)]
        unnamed = [each for each in addresses if not self._named.permits(each, host=host, port=port)]
        refused = [each for each in unnamed if not self._granted.permits(each, host=host, port=port) or self._ours(each, port)]
        if refused:
            raise self._refusal(refused, port)
        return addresses

    def _refusal(self, refused: list[IP], port: int) -> NetworkFault:
        reason = Message(gettext_noop("the server's address is not on the public internet"))
        if any(judge(each) is AddressScope.FORBIDDEN for each in refused):
            return NetworkFault(reason, kind=Misconfigured, next_step=Message(gettext_noop("Check the address: it is a reserved one.")))
        if all(self._granted.possible(each) and not self._ours(each, port) for each in refused):
            next_step = Message(gettext_noop("If it is your own server, allow it for this account or add it to ROLLCALL_PRIVATE_HOSTS."))
            return NetworkFault(reason, kind=PrivateHost, next_step=next_step)
        next_step = Message(gettext_noop("If it is your own server, add its name to ROLLCALL_PRIVATE_HOSTS."))
        return NetworkFault(reason, kind=Misconfigured, next_step=next_step)

    def _ours(self, address: IP, port: int) -> bool:
        """Is it this machine, or a service of this installation?"""
        return local(address) or any(port == taken and unwrap(address) in self._addresses(host, taken) for host, taken in self._reserved)

    def _addresses(self, host: str, port: int) -> set[IP]:
        with suppress(NetworkFault, ValueError):
            return {unwrap(ipaddress.ip_address(each.partition("%")[0])) for each in self._lookup(host, port)}
        return set()

    def _lookup(self, host: str, port: int) -> list[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

        # The resolver of the system knows no deadline: it works in a thread that is left behind when it takes too long.
        def look() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=look, daemon=True, name="resolve").start()
        try:
            found = answers.get(timeout=self._call.left())
        except queue.Empty:
            raise NetworkFault(Message(gettext_noop("the DNS lookup of the server timed out")), kind=Unavailable) from None
        if isinstance(found, socket.gaierror) and found.errno == socket.EAI_AGAIN:
            raise NetworkFault(Message(gettext_noop("the DNS lookup of the server failed temporarily")), kind=Unavailable)
        if not isinstance(found, list) or not found:
            raise NetworkFault(
                Message(gettext_noop("the name of the server is unknown")),
                kind=Misconfigured,
                next_step=Message(gettext_noop("Check the address.")),
            )
        return found


def local(address: IP) -> bool:
    """Is it an address of this machine? Only to such a one a socket can be bound."""
    inner = unwrap(address)
    family = socket.AF_INET6 if inner.version == 6 else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((str(inner), 0))
        return True
    return False


class Stream(httpcore.NetworkStream):
    """A connection of which every wait ends with the call's deadline, also one that is used again by a later call."""

    def __init__(self, inner: httpcore.NetworkStream, call: CallState) -> None:
        self._inner = inner
        self._call = call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, timeout=self._call.left())
        self._call.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=self._call.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            inner = self._inner.start_tls(ssl_context, server_hostname=server_hostname, timeout=self._call.left())
        except httpcore.ConnectError as error:
            raise tls_fault(error.__cause__) from None
        return Stream(inner, self._call)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


# https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
VERIFY_REASONS = {
    9: (
        Message(gettext_noop("the server's certificate is not valid yet")),
        Message(gettext_noop("Check the clocks of both machines.")),
    ),
    10: (
        Message(gettext_noop("the server's certificate has expired")),
        Message(gettext_noop("Renew the certificate of the server.")),
    ),
    62: (
        Message(gettext_noop("the server's certificate is for another name")),
        Message(gettext_noop("Check the address, or reissue the certificate.")),
    ),
    64: (
        Message(gettext_noop("the server's certificate is for another address")),
        Message(gettext_noop("Use the name in the certificate.")),
    ),
}
OUTDATED = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION")  # reasons of OpenSSL
UNKNOWN_CA = (
    Message(gettext_noop("the server's certificate is not from a trusted CA")),
    Message(gettext_noop("If the server has a private CA, paste its certificate.")),
)


def tls_fault(cause: BaseException | None) -> NetworkFault:
    if isinstance(cause, ssl.SSLCertVerificationError):
        code = cause.verify_code
        reason, next_step = VERIFY_REASONS.get(code, UNKNOWN_CA)
        if code not in VERIFY_REASONS and code not in (2, 18, 19, 20, 21):
            reason = Message(gettext_noop("the server's certificate is not accepted"))
            next_step = Message(gettext_noop("Check the certificate chain of the server."))
        return NetworkFault(reason, kind=Misconfigured, next_step=next_step)
    if isinstance(cause, ssl.SSLError) and cause.reason in OUTDATED:
        return NetworkFault(
            Message(gettext_noop("the server supports only outdated versions of TLS")),
            kind=Misconfigured,
            next_step=Message(gettext_noop("Enable TLS 1.2 or later on the server.")),
        )
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return NetworkFault(
            Message(gettext_noop("the server does not support TLS at this port")),
            kind=Misconfigured,
            next_step=Message(gettext_noop("Check the address and port.")),
        )
    return NetworkFault(Message(gettext_noop("the connection broke during the TLS handshake")), kind=Unavailable)
