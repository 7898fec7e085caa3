"""Addresses on which the web server and the simulators listen."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError

DEFAULT_BIND = "127.0.0.1:8000"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def everywhere(self) -> bool:
        return self.host in ("0.0.0.0", "::")  # nosec B104 # compared, not bound

    @property
    def reachable_host(self) -> str:
        """A host that this machine can connect to."""
        return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(self.host, self.host)  # nosec B104 # compared, not bound

    @property
    def url(self) -> str:
        host = f"[{self.reachable_host}]" if ":" in self.reachable_host else self.reachable_host
        return f"http://{host}:{self.port}"


def parse_bind(text: str) -> Address:
    """`host:port`; an IPv6 host is in brackets. Raises StackError."""
    host, _, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise StackError(f"ROLLCALL_BIND is {text!r}: set it to host:port, for example {DEFAULT_BIND}.")
    return Address(host=host, port=int(port))


def require_free(address: Address) -> None:
    """Raises StackError when the address cannot be bound."""
    try:
        _listen_once(address.host, address.port)
    except socket.gaierror:
        raise StackError(f"ROLLCALL_BIND names {address.host}, which is not an address of this machine.") from None
    except OSError as error:
        raise StackError(_why_not(address, error)) from None


def sandbox_port(remembered: Path) -> int:
    """The port of the simulators: the last one if it is free, so that addresses stay valid."""
    if remembered.exists():
        text = remembered.read_text().strip()
        if text.isdigit() and 0 < int(text) < 65536 and _is_free(int(text)):
            return int(text)
    port = _listen_once(LOOPBACK, 0)
    remembered.write_text(f"{port}\n")
    return port


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1.0):
            return True
    except OSError:
        return False


def _is_free(port: int) -> bool:
    try:
        _listen_once(LOOPBACK, port)
    except OSError:
        return False
    return True


def _listen_once(host: str, port: int) -> int:
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listener:
        # Connections of the last start may linger; a listener still refuses us.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen()
        return int(listener.getsockname()[1])


def _why_not(address: Address, error: OSError) -> str:
    where = f"{address.host}:{address.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Something else already listens on {where}: stop it, or choose another address,"
            f" for example ROLLCALL_BIND={address.host}:{address.port + 1 if address.port < 65535 else 8000}."
        )
    if error.errno == errno.EACCES:
        return f"This user cannot listen on {where}: set ROLLCALL_BIND to a port of 1024 or more."
    return f"Cannot listen on {where} ({error.strerror}): set ROLLCALL_BIND to an address of this machine."
