"""nginx, Caddy and HAProxy on loopback with the configurations of docs/proxies.md, and a wire that records what they send."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.addresses import LOOPBACK
from local.data_dir import PROJECT
from tests.devices.certificates import certificate
from tests.faults.processes import wait_for
from tests.faults.serving import free_port

NAME = "rollcall.example.org"
ADDRESS_HEADERS = ("x-forwarded-for", "x-real-ip", "forwarded")
BLOCK = re.compile(r"^```(nginx|caddyfile|haproxy)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {"nginx": "nginx", "caddyfile": "caddy", "haproxy": "haproxy"}
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Proxy:
    """Its ports of loopback."""

    http: int
    https: int


class Wire:
    """Passes connections on to a port, and keeps what was sent there."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server((LOOPBACK, 0))
        self._sent: list[bytearray] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        self._listener.close()

    def headers(self, path: str) -> list[tuple[str, str]]:
        """Of the last request for this path, names as they were sent."""
        heads = [head for sent in self._sent for head in bytes(sent).decode("latin-1").split("\r\n\r\n") if f" {path} HTTP/" in head]
        lines = heads[-1].split(f" {path} HTTP/", 1)[1].splitlines()[1:]
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((LOOPBACK, self._target))
            self._sent.append(bytearray())
            for source, sink, kept in ((client, server, self._sent[-1]), (server, client, None)):
                threading.Thread(target=_pass_on, args=(source, sink, kept), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, kept: bytearray | None) -> None:
    try:
        while data := source.recv(65536):
            if kept is not None:
                kept += data
            sink.sendall(data)
    except OSError:
        pass
    finally:
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def program(kind: str) -> str:
    path = shutil.which(PROGRAMS[kind], path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if path is None:
        pytest.fail(f"No {PROGRAMS[kind]}: install Debian's package, as root with `make proxies`.")
    return path


def documented(kind: str) -> str:
    found: list[str] = [text for name, text in BLOCK.findall((PROJECT / "docs/proxies.md").read_text("utf-8")) if name == kind]
    assert len(found) == 1, "one configuration of each proxy is documented"
    return found[0]


@contextmanager
def proxy(kind: str, folder: Path, *, backend: int) -> Iterator[Proxy]:
    """The documented configuration with other ports and files only."""
    ports = Proxy(free_port(), free_port())
    text = _placed(documented(kind), folder, ports, backend)
    command = _command(kind, text, folder, ports)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    log = folder / "proxy.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, env=environment)
    try:
        wait_for(
            lambda: _listens(ports.https) and _listens(ports.http), seconds=START_SECONDS, why=lambda: log.read_text("utf-8", "replace")
        )
        yield ports
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _placed(text: str, folder: Path, ports: Proxy, backend: int) -> str:
    pem, key = certificate(ca=False)
    for name, content in (("certificate.pem", pem), ("key.pem", key), ("haproxy.pem", pem + key)):
        (folder / name).write_text(content)
    text = text.replace("/etc/ssl/rollcall/", f"{folder}/").replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    for number, port in (("80", ports.http), ("443", ports.https)):
        text = re.sub(rf"^(\s+)(listen |bind :){number}\b", rf"\g<1>\g<2>{port}", text, flags=re.MULTILINE)
    return text


def _command(kind: str, text: str, folder: Path, ports: Proxy) -> list[str]:
    if kind == "nginx":
        places = " ".join(f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        text = f"daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ access_log {folder}/access.log; {places}\n{text}}}\n"
    elif kind == "caddyfile":
        options = f"admin off\n\thttp_port {ports.http}\n\thttps_port {ports.https}"
        text = f"{{\n\t{options}\n}}\n{text}"
    file = folder / f"proxy.{kind}"
    file.write_text(text)
    path = program(kind)
    if kind == "nginx":
        return [path, "-p", str(folder), "-e", "stderr", "-c", str(file)]
    return [path, "run", "--adapter", "caddyfile", "--config", str(file)] if kind == "caddyfile" else [path, "-db", "-f", str(file)]


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
