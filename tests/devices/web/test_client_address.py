"""The client's address: one for limits, audit log and /healthz, whatever stands in front."""

from __future__ import annotations

import logging

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from devices.audit.request import act_of
from devices.jobs import heartbeat
from devices.models import Account, AuditEvent, User
from devices.users.signals import AccountAdapter
from devices.web import client_address as addresses
from devices.web.client_address import AmbiguousAddress, client_address, is_local, limited_network

MANY = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"}


@pytest.fixture(autouse=True)
def _warned_never() -> None:
    addresses._warn.cache_clear()


def seen(peer: str, **headers: str) -> str | None:
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:c000:0207", "192.0.2.7"),
        ("::1", "::1"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("/run/rollcall.sock", None),
    ],
)
def test_without_a_proxy_it_is_that_of_the_connection(settings: Settings, peer: str, address: str | None) -> None:
    settings.TRUSTED_PROXIES = 0
    assert seen(peer) == address
    assert seen(peer, **{"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6"}) == address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6,203.0.113.9", "203.0.113.9"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::9]:4711", "2001:db8::9"),
        (1, "[2001:db8::9]", "2001:db8::9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
    ],
)
def test_behind_proxies_it_is_what_the_outermost_wrote(settings: Settings, proxies: int, forwarded: str, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert seen("192.0.2.7", **{"X-Forwarded-For": forwarded}) == address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "warned"),
    [
        (2, "203.0.113.9", ("203.0.113.9", "fewer addresses than ROLLCALL_TRUSTED_PROXIES")),
        (7, "203.0.113.9, 10.0.0.1", ("203.0.113.9", "fewer addresses than ROLLCALL_TRUSTED_PROXIES")),
        (1, "unknown", ("192.0.2.7", "no address where a trusted proxy writes it")),
        (1, "6.6.6.6, ", ("192.0.2.7", "no address where a trusted proxy writes it")),
    ],
)
def test_a_wrong_number_of_proxies_is_logged_once(
    settings: Settings, caplog: pytest.LogCaptureFixture, proxies: int, forwarded: str, warned: tuple[str, str]
) -> None:
    settings.TRUSTED_PROXIES = proxies
    with caplog.at_level(logging.WARNING, logger=addresses.__name__):
        assert [seen("192.0.2.7", **{"X-Forwarded-For": forwarded}) for _ in range(3)] == [warned[0]] * 3
    assert [warned[1] in record.getMessage() for record in caplog.records] == [True]


def test_a_request_past_the_proxy_has_its_own_address(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.TRUSTED_PROXIES = 1
    assert seen("127.0.0.1") == "127.0.0.1" and not caplog.records


@pytest.mark.parametrize(
    "headers",
    [
        MANY,
        {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"},
        {"X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"},
    ],
)
@pytest.mark.parametrize("path", ["/healthz", "/accounts/login/", "/i/unknown", "/nowhere", "/static/nothing.css"])
def test_several_address_headers_are_refused(settings: Settings, client: Client, headers: dict[str, str], path: str) -> None:
    settings.TRUSTED_PROXIES = 1
    with pytest.raises(AmbiguousAddress):
        seen("192.0.2.7", **headers)
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer["Cache-Control"]) == (400, "no-store")
    assert answer.text.startswith(f"Several headers name the client's address ({', '.join(headers)})")
    assert "203.0.113.9" not in answer.text


@pytest.mark.django_db
def test_without_a_proxy_several_headers_count_for_nothing(settings: Settings, client: Client) -> None:
    settings.TRUSTED_PROXIES = 0
    assert client.get("/accounts/login/", headers=MANY).status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        (None, ""),
    ],
)
def test_a_limit_counts_a_whole_ipv6_network(address: str | None, network: str) -> None:
    assert limited_network(address) == network


@pytest.mark.parametrize(
    ("proxies", "peer", "headers", "local"),
    [
        (0, "127.0.0.1", {}, True),
        (0, "::1", {}, True),
        (0, "::ffff:127.0.0.1", {}, True),
        (0, "", {}, False),
        (0, "192.0.2.7", {}, False),
        (0, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        (1, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        (1, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, False),
        (1, "127.0.0.1", {}, True),
    ],
)
def test_only_this_machine_itself_is_local(settings: Settings, proxies: int, peer: str, headers: dict[str, str], local: bool) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert is_local(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)) is local


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "origin", "address"),
    [
        (0, ("::ffff:192.0.2.7", ""), "192.0.2.7"),
        (0, ("", ""), None),
        (1, ("127.0.0.1", "::ffff:203.0.113.9"), "203.0.113.9"),
        (2, ("127.0.0.1", "203.0.113.9"), "203.0.113.9"),
    ],
)
def test_limits_audit_log_and_health_agree(
    settings: Settings, alice: User, proxies: int, origin: tuple[str, str], address: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    client, peer = Client(), origin[0]
    headers = {"X-Forwarded-For": origin[1]} if origin[1] else {}
    Account.objects.create(name="eset-main", vendor="eset")
    heartbeat.beat()
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    request.user = alice
    assert AccountAdapter(request).get_client_ip(request) == (address or "")
    assert act_of(request).address == address
    refused = client.post("/accounts/login/", {"login": "alice", "password": "wrong"}, REMOTE_ADDR=peer, headers=headers)
    assert refused.status_code == 200
    assert AuditEvent.objects.get(action="sign-in refused").address == address
    assert "accounts" not in client.get("/healthz", REMOTE_ADDR=peer, headers=headers).json()


@pytest.mark.django_db
def test_health_of_a_dual_stack_listener_has_its_details_for_loopback(client: Client) -> None:
    assert "database" in client.get("/healthz", REMOTE_ADDR="::ffff:127.0.0.1").json()
