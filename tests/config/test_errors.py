from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client

from config.env import ROOT
from devices.models import User
from tests.devices.db.test_locks import start, until

ASK = """
import django, json, logging
django.setup()
logging.disable()
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies["rollcall_sid"] = "x" * 32
answer = client.get({path!r}, secure={secure})
print(json.dumps([answer.status_code, dict(answer.headers), answer.text]))
"""


def asked(path: str, *, secure: bool = False, **environment: str) -> tuple[int, dict[str, str], str]:
    """One request to a web server with other settings, as another process."""
    merged = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "ROLLCALL_HOSTS": "testserver", **environment}
    out = subprocess.run(
        [sys.executable, "-c", ASK.format(path=path, secure=secure)], check=False, env=merged, cwd=ROOT, capture_output=True, text=True
    )
    assert out.returncode == 0, out.stderr
    status, headers, text = json.loads(out.stdout)
    return status, headers, text


@pytest.mark.fault("F14")
def test_without_a_database_pages_say_so() -> None:
    status, headers, text = asked("/devices/", DATABASE_URL="postgresql:///rollcall?host=/nowhere/at/all")
    assert (status, headers["Retry-After"]) == (503, "5")
    assert "Database not reachable" in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "nowhere" not in text


@pytest.mark.django_db(transaction=True)
def test_a_page_that_waits_too_long_for_the_database_gives_up(alice: User) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    released: list[bool] = []

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE devices_account IN ACCESS EXCLUSIVE MODE")
            released.append(False)
            until(lambda: released[-1])
            cursor.execute("ROLLBACK")

    thread = start(hold)
    try:
        until(lambda: bool(released))
        assert client.get("/vendors/").status_code == 503
    finally:
        released.append(True)
        thread.join(20)
    assert client.get("/vendors/").status_code == 200


def test_with_https_everything_is_secure_and_health_is_asked_without() -> None:
    status, headers, _ = asked("/accounts/login/", ROLLCALL_HTTPS="1")
    assert (status, headers["Location"]) == (301, "https://testserver/accounts/login/")
    status, headers, _ = asked("/accounts/login/", secure=True, ROLLCALL_HTTPS="1")
    assert (status, headers["Strict-Transport-Security"]) == (200, "max-age=31536000; includeSubDomains; preload")
    assert asked("/healthz", ROLLCALL_HTTPS="1")[0] in (200, 503)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "place", ["email/", "confirm-email/", "confirm-email/abc/", "password/reset/", "password/reset/key/1-x/", "login/code/confirm/"]
)
def test_nothing_that_would_send_mail_is_reachable(place: str, method: str) -> None:
    assert getattr(Client(), method)(f"/accounts/{place}", {"email": "x@example.com"}).status_code == 404


@pytest.mark.django_db
def test_every_answer_carries_the_header_set(client: Client) -> None:
    for path in ("/accounts/login/", "/healthz", "/none/", "/static/css/tokens.css"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy, path
        assert (headers["X-Content-Type-Options"], headers["Cross-Origin-Opener-Policy"]) == ("nosniff", "same-origin"), path
        assert headers["Referrer-Policy"] == "same-origin", path
        if not path.startswith("/static/"):
            assert headers["X-Frame-Options"] == "DENY" and "no-store" in headers["Cache-Control"], path
