"""The documented proxies, a dual-stack listener and a unix socket: the client's address, https, and one address header."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from devices.models import AuditEvent
from local.data_dir import PROJECT
from tests.config.proxy_programs import ADDRESS_HEADERS, NAME, PROGRAMS, Proxy, Wire, documented, proxy
from tests.faults.processes import settings_url, wait_for
from tests.faults.serving import WAIT_SECONDS, Browser, free_port, serving

pytestmark = pytest.mark.django_db(transaction=True)
CLIENT = "127.0.0.2"
LOGIN = "/accounts/login/"
# What a client may send about itself, and a header with an underscore.
FORGED = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Real-IP": "6.6.6.6",
    "Forwarded": "for=6.6.6.6",
    "X-Forwarded-Proto": "http",
    "X_Note": "underscore",
}


class Named(httpx.HTTPTransport):
    """Asks for the certificate of the documented name, as a browser does that resolved it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": NAME}
        return super().handle_request(request)


def browser(port: int) -> Browser:
    """At 127.0.0.2, so that its address is not that of the proxy."""
    return Browser(f"https://127.0.0.1:{port}", transport=Named(verify=False, local_address=CLIENT))


@contextmanager
def behind(kind: str, folder: Path) -> Iterator[tuple[Wire, Proxy]]:
    variables = {
        "ROLLCALL_HTTPS": "1",
        "ROLLCALL_BEHIND_PROXY": "1",
        "ROLLCALL_TRUSTED_PROXIES": "1",
        "ROLLCALL_HOSTS": f"{NAME},127.0.0.1",
    }
    with serving(folder, redis_url=os.environ["REDIS_URL"], **variables) as server:
        wire = Wire(httpx.URL(server.url).port or 0)
        try:
            with proxy(kind, folder, backend=wire.port) as ports:
                yield wire, ports
        finally:
            wire.close()


@pytest.mark.faults
@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_documented_proxy_passes_on_one_address_and_https(kind: str, tmp_path: Path) -> None:
    documented(kind)
    headers = {"Host": NAME, "Referer": f"https://{NAME}{LOGIN}", **FORGED}
    with behind(kind, tmp_path) as (wire, ports), browser(ports.https) as client:
        page = client.get(LOGIN, headers=headers)
        assert (page.status_code, page.headers["Strict-Transport-Security"][:8]) == (200, "max-age=")
        assert "__Host-csrf=" in page.headers["Set-Cookie"] and "Secure" in page.headers["Set-Cookie"]
        refused = client.post(LOGIN, headers=headers, login="mallory", password="wrong")
        assert "Incorrect username or password." in refused.text
        assert AuditEvent.objects.get(action="sign-in refused").address == CLIENT
        assert client.get("/healthz", headers={"Host": NAME}).json().keys() == {"status"}

        sent = [(name.lower(), value) for name, value in wire.headers(LOGIN)]
        assert not [name for name, _ in sent if "_" in name]
        assert [each for each in sent if each[0] in ADDRESS_HEADERS] == [("x-forwarded-for", CLIENT)]
        assert [each for each in sent if each[0] == "x-forwarded-proto"] == [("x-forwarded-proto", "https")]
        plain = httpx.get(f"http://127.0.0.1:{ports.http}/devices/", headers={"Host": NAME}, timeout=WAIT_SECONDS)
        assert plain.status_code in (301, 308) and plain.headers["Location"].startswith(f"https://{NAME}")
        assert client.get("/i/secret-token", headers={"Host": NAME}).status_code == 404
    assert not any("secret-token" in each.read_text("utf-8", "replace") for each in tmp_path.glob("*.log"))


def test_a_dual_stack_listener_has_the_ipv4_address_of_the_client(tmp_path: Path) -> None:
    with serving(tmp_path, redis_url=os.environ["REDIS_URL"], host="::", ROLLCALL_HOSTS="127.0.0.1,[::1]") as server:
        port = httpx.URL(server.url).port
        with Browser(f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(local_address=CLIENT)) as client:
            assert client.sign_in("mallory", "wrong").status_code == 200
        assert AuditEvent.objects.get(action="sign-in refused").address == CLIENT
        assert "database" in httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=WAIT_SECONDS).json()


def test_on_a_unix_socket_people_sign_in(tmp_path: Path, alice: object) -> None:
    path, log = tmp_path / "web.sock", tmp_path / "web.log"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--uds", str(path), "--no-ws", "config.wsgi:application"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | {"DATABASE_URL": settings_url()}, stdout=said, stderr=said)
    try:
        transport = httpx.HTTPTransport(uds=str(path))
        with Browser(f"http://localhost:{free_port()}", transport=transport) as client:
            wait_for(lambda: path.exists() and _answers(client), seconds=60, why=lambda: log.read_text("utf-8", "replace"))
            assert client.sign_in("alice", "wrong").status_code == 200
            assert client.sign_in("alice").status_code == 302
            assert client.get("/devices/").status_code == 200
            assert client.get("/healthz").json().keys() == {"status"}
    finally:
        process.terminate()
        process.wait(timeout=30)
    kept = AuditEvent.objects.filter(action__in=("sign-in refused", "sign-in")).values_list("action", "address")
    assert sorted(kept) == [("sign-in", None), ("sign-in refused", None)]


def _answers(client: Browser) -> bool:
    try:
        return client.get("/healthz").status_code in (200, 503)
    except httpx.TransportError:
        return False
