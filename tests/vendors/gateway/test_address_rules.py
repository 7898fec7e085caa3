"""Where the gateway may go: spellings, address ranges, named hosts, and names that change their answer."""

from __future__ import annotations

import ipaddress
import socket
import threading

import pytest

from tests.vendors.gateway_calls import gateway
from tests.vendors.sockets import OK, serving
from vendors.errors import Misconfigured, Unavailable
from vendors.gateway.address_rules import AddressScope, BadUrl, NamedHosts, judge, parse_url

PUBLIC, PRIVATE, FORBIDDEN = AddressScope.PUBLIC, AddressScope.PRIVATE, AddressScope.FORBIDDEN


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("93.184.216.34", PUBLIC), ("2606:2800:220:1::1", PUBLIC), ("::ffff:93.184.216.34", PUBLIC), ("64:ff9b::5db8:d822", PUBLIC),
        ("127.0.0.1", PRIVATE), ("127.255.255.254", PRIVATE), ("::1", PRIVATE), ("::ffff:127.0.0.1", PRIVATE),
        ("64:ff9b::7f00:1", PRIVATE), ("2002:7f00:1::", PRIVATE), ("64:ff9b::a00:1", PRIVATE), ("2002:c0a8:101::1", PRIVATE),
        ("10.0.0.1", PRIVATE), ("172.16.0.1", PRIVATE), ("172.31.255.255", PRIVATE), ("192.168.1.1", PRIVATE), ("fc00::1", PRIVATE),
        ("100.64.0.1", PRIVATE), ("100.127.255.255", PRIVATE), ("198.18.0.1", PRIVATE), ("192.0.2.1", PRIVATE), ("2001:db8::1", PRIVATE),
        ("169.254.169.254", FORBIDDEN), ("169.254.0.1", FORBIDDEN), ("::ffff:169.254.169.254", FORBIDDEN),
        ("64:ff9b::a9fe:a9fe", FORBIDDEN),
        ("2002:a9fe:a9fe::", FORBIDDEN), ("fe80::1", FORBIDDEN), ("fd00:ec2::254", FORBIDDEN), ("100.100.100.200", FORBIDDEN),
        ("0.0.0.0", FORBIDDEN), ("0.1.2.3", FORBIDDEN), ("::", FORBIDDEN), ("224.0.0.1", FORBIDDEN), ("ff02::1", FORBIDDEN),
        ("255.255.255.255", FORBIDDEN), ("240.0.0.1", FORBIDDEN), ("::ffff:0.0.0.0", FORBIDDEN),
    ],
)  # fmt: skip
def test_each_range_has_its_reach(address: str, reach: AddressScope) -> None:
    assert judge(ipaddress.ip_address(address)) is reach


@pytest.mark.parametrize(
    "url",
    [
        "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://0x7f.1/", "https://127.0.0.1./",
        "https://1.2.3.4.5/", "https://256.1.1.1/", "https://[::1/", "https://[fe80::1%25eth0]/", "https://[1:2]/", "https://::1/",
        "https://user:pw@host/", "https://user@host/", "https://good#@127.0.0.1/", "https://good\\@127.0.0.1/", "https://host\\/x",
        "https://host:0/", "https://host:65536/", "https://host:-1/", "https://host:80 /", "https://host:/", "https://host:99999999/",
        "https://host/a/../b", "https://host/%2e%2e/b", "https://host/a/.%2E", "https://host/..%2fb", "https://host/?q", "https://host/#f",
        "https://", "https:///x", "//host/", "host", "", "ftp://host/", "file:///etc/passwd", "https://ho st/", "https://host/a b",
        "https://höst/", "https://host\n/", " https://host/", "https://host/\x00", "javascript:alert(1)", "https://xn--/", "https://-/", "https://%31/",
    ],
)  # fmt: skip
def test_a_spelling_that_two_parsers_could_read_differently_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        gateway().send("GET", url, operation="list things")
    assert not caught.value.status and (len(url) < 9 or url not in caught.value.sentence)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://eu.device-management.eset.systems/v1/devices:batchGet", "eu.device-management.eset.systems", 443),
        ("http://EPM01.corp.example:8080", "epm01.corp.example", 8080),
        ("https://[2606:2800:220:1::1]:8443/x", "2606:2800:220:1::1", 8443),
        ("https://10.0.0.1/five9sWS/", "10.0.0.1", 443),
        ("https://under_score.example/a%20b/..c", "under_score.example", 443),
    ],
)
def test_an_ordinary_address_is_understood(url: str, host: str, port: int) -> None:
    assert (parse_url(url).host, parse_url(url).port) == (host, port)


@pytest.mark.parametrize(
    ("entry", "host", "port", "address", "allowed"),
    [
        ("epm.corp", "epm.corp", 443, "10.0.0.5", True), ("EPM.corp.", "epm.corp", 443, "10.0.0.5", True),
        ("epm.corp:8443", "epm.corp", 8443, "10.0.0.5", True), ("epm.corp:8443", "epm.corp", 443, "10.0.0.5", False),
        ("epm.corp", "other.corp", 443, "10.0.0.5", False), ("epm.corp", "sub.epm.corp", 443, "10.0.0.5", False),
        ("10.0.0.0/24", "epm.corp", 443, "10.0.0.5", True), ("10.0.0.0/24", "epm.corp", 443, "10.0.1.5", False),
        ("10.0.0.5", "epm.corp", 443, "10.0.0.5", True), ("10.0.0.5:8443", "10.0.0.5", 443, "10.0.0.5", False),
        ("10.0.0.5", "epm.corp", 443, "::ffff:10.0.0.5", True), ("[fd00::5]:443", "epm.corp", 443, "fd00::5", True),
        ("fd00::/16", "epm.corp", 443, "fd00::5", True),
        ("", "epm.corp", 443, "10.0.0.5", False), ("*", "epm.corp", 443, "10.0.0.5", False),
        ("0.0.0.0/0", "epm.corp", 443, "10.0.0.5", True), ("0.0.0.0/0", "epm.corp", 443, "169.254.169.254", False),
        ("169.254.169.254", "169.254.169.254", 80, "169.254.169.254", False), ("epm.corp", "epm.corp", 443, "169.254.169.254", False),
        ("epm.corp", "epm.corp", 443, "224.0.0.1", False), ("epm.corp", "epm.corp", 443, "::ffff:169.254.169.254", False),
    ],
)  # fmt: skip
def test_a_private_host_must_be_named_and_some_are_never_allowed(entry: str, host: str, port: int, address: str, allowed: bool) -> None:
    assert NamedHosts([entry]).permits(ipaddress.ip_address(address), host=host, port=port) is allowed


def refused_for(answers: list[str], *, private_hosts: tuple[str, ...] = ()) -> Misconfigured:
    one = gateway(private_hosts=private_hosts, resolve=lambda host, port: answers)
    with pytest.raises(Misconfigured) as caught:
        one.send("GET", "https://vendor.example/", operation="list things")
    return caught.value


def test_a_name_is_refused_when_any_of_its_addresses_is() -> None:
    public = [f"93.184.216.{last}" for last in range(50)]
    for bad in ("127.0.0.1", "10.0.0.1", "::1", "64:ff9b::7f00:1", "169.254.169.254"):
        for answers in ([bad], [*public, bad], [bad, *public]):
            assert "not on the public internet" in refused_for(answers).sentence


def test_naming_a_host_does_not_open_the_metadata_address() -> None:
    refused_for(["169.254.169.254"], private_hosts=("vendor.example", "169.254.0.0/16", "169.254.169.254:443"))


def test_the_refusal_shows_no_address() -> None:
    error = refused_for(["10.11.12.13"])
    assert "10.11.12.13" not in error.sentence + error.next_step and "ROLLCALL_PRIVATE_HOSTS" in error.next_step


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """The name answers with an allowed address once, and with another one to whoever would ask again."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with serving(OK) as served:
        one = gateway(private_hosts=["rebinding.example"], resolve=rebinding, allow_http=True)
        url = f"http://rebinding.example:{served.port}/"
        assert one.send("GET", url, operation="list things").body == b"{}"
        assert asked == ["rebinding.example"]
        one.close()
        again = gateway(private_hosts=["rebinding.example"], resolve=rebinding, allow_http=True)
        with pytest.raises(Misconfigured):
            again.send("GET", url, operation="list things")
    assert served.connections == 1


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    with serving(OK) as served:
        one = gateway(private_hosts=["two.example"], resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"], allow_http=True)
        assert one.send("GET", f"http://two.example:{served.port}/", operation="list things").body == b"{}"


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), Misconfigured),
        (socket.gaierror(socket.EAI_AGAIN, "later"), Unavailable),
        (UnicodeError("label too long"), Misconfigured),
    ],
)
def test_a_name_that_cannot_be_looked_up(failure: Exception, kind: type[Exception]) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise failure

    with pytest.raises(kind, match=r"the (name|DNS lookup) of the server"):
        gateway(resolve=resolve).send("GET", "https://vendor.example/", operation="list things")


def test_looking_up_a_name_counts_against_the_deadline() -> None:
    told = threading.Event()
    answered = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        told.wait(60)
        answered.set()
        return ["127.0.0.1"]

    with pytest.raises(Unavailable) as caught:
        gateway(deadline=0.3, resolve=resolve).send("GET", "https://vendor.example/", operation="list things")
    assert not caught.value.sent and not answered.is_set()
    told.set()


def test_http_needs_the_accounts_consent_or_a_named_loopback() -> None:
    with serving(OK) as served:
        port = served.port
        for named in (["127.0.0.1"], ["127.0.0.0/8"], [f"127.0.0.1:{port}"]):
            assert gateway(private_hosts=named).send("GET", served.url, operation="list things").status == 200
        for named in ([], ["127.0.0.1:1"], ["10.0.0.0/8"]):
            with pytest.raises(Misconfigured, match="does not protect"):
                gateway(private_hosts=named).send("GET", served.url, operation="list things")
        with pytest.raises(Misconfigured, match="does not protect"):
            gateway(private_hosts=["epm.corp"]).send("GET", f"http://epm.corp:{port}/", operation="list things")
        with pytest.raises(Misconfigured, match="public internet"):
            gateway(private_hosts=[], allow_http=True).send("GET", served.url, operation="list things")


def test_a_reason_is_a_part_of_a_sentence() -> None:
    with pytest.raises(BadUrl, match=r"^it "):
        parse_url("https://user:pw@host/")
