"""Hosts that a person allowed for one account: exactly these, checked when connecting, and never this machine or where clouds keep credentials."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from tests.vendors.gateway_calls import gateway
from tests.vendors.private_network import EPM, private_network
from tests.vendors.sockets import OK, serving
from vendors.errors import Misconfigured, PrivateHost
from vendors.gateway.address_rules import Granted, place
from vendors.gateway.network import local

NAME = "epm.corp.example"


def send(url: str, *granted: str, **more: Any) -> None:
    """With nothing that the environment opens."""
    one = gateway(private_hosts=[], granted=granted, allow_http=True, **more)
    try:
        one.send("GET", url, operation="list things")
    finally:
        one.close()


def refused(url: str, *granted: str, **more: Any) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        send(url, *granted, **more)
    return caught.value


def test_the_allowed_host_and_port_is_reached_and_no_other() -> None:
    with serving(OK) as served, private_network({NAME: EPM, "other.corp.example": EPM}) as reached:
        send(f"http://{NAME}:{served.port}/", f"{NAME}:{served.port}")
        assert reached == [EPM]
        assert isinstance(refused(f"http://other.corp.example:{served.port}/", f"{NAME}:{served.port}"), PrivateHost)
        assert isinstance(refused(f"http://{NAME}:{served.port}/", f"{NAME}:{served.port + 1}", f"{NAME}:0", NAME, EPM, "*"), PrivateHost)
        assert isinstance(refused(f"http://{EPM}:{served.port}/", f"{NAME}:{served.port}"), PrivateHost), "its address is another host"
        assert reached == [EPM]


@pytest.mark.parametrize("url", [
    "http://{name}.:{port}/", "http://EPM.corp.EXAMPLE:{port}/",
])  # fmt: skip
def test_other_spellings_of_the_allowed_host_are_the_same_host(url: str) -> None:
    with serving(OK) as served, private_network({NAME: EPM, f"{NAME}.": EPM}) as reached:
        send(url.format(name=NAME, port=served.port), f"{NAME}:{served.port}")
        assert reached == [EPM]


@pytest.mark.parametrize("host", [
    "0x0a.0x62.0x4c.0x36", "174214198", "012.0142.0114.066", "10.6442038", "epm。corp。example", "ｅｐｍ.corp.example", "épm.corp.example",
    "10.98.76.54.", "１０.98.76.54", "[::ffff:0a62:4c36%25eth0]", "user@epm.corp.example", "epm.corp.example\\@x", "epm.corp.example%2e",
])  # fmt: skip
def test_spellings_that_programs_read_differently_are_refused_before_anything_is_looked_up(host: str) -> None:
    with private_network({NAME: EPM}) as reached:
        everything = [f"{each}:443" for each in (host, NAME, EPM, f"[::ffff:{EPM}]")]
        assert "is invalid because" in refused(f"https://{host}/", *everything).sentence
        assert reached == []


NEVER = (
    "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "169.254.169.254", "169.254.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1",
    "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16",
    "0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "2001:db8::1",
    "64:ff9b:1::a9fe:a9fe", "2001:0:a9fe:a9fe::1", "::127.0.0.1", "fec0::1",
)  # fmt: skip


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_opened_by_a_permission(address: str) -> None:
    everything, public = [f"{NAME}:443", place(address, 443)], "93.184.216.34"
    with private_network({each: each for each in (address, EPM, public)}) as reached:  # so that a broken guard calls nobody either
        for answers in ([address], [EPM, address], [address, EPM], [public, address]):
            error = refused(f"https://{NAME}/", *everything, resolve=lambda host, port, answers=answers: answers)
            assert "not on the public internet" in error.sentence
            assert not isinstance(error, PrivateHost), "a person would be asked to allow what is never allowed"
            assert address not in error.sentence + error.next_step
        assert reached == []


@pytest.mark.parametrize(
    "address", ["10.0.0.5", "172.16.0.5", "172.31.255.1", "192.168.4.4", "100.64.0.1", "fd12:3456::5", "::ffff:10.0.0.5"]
)
def test_a_companys_own_networks_can_be_allowed(address: str) -> None:
    granted = Granted([f"{NAME}:443"])
    assert granted.permits(ipaddress.ip_address(address), host=NAME, port=443)
    assert not granted.permits(ipaddress.ip_address(address), host=NAME, port=8443)
    assert isinstance(refused(f"https://{NAME}/", resolve=lambda host, port: [address]), PrivateHost)


def test_a_name_that_changes_its_answer_is_checked_at_each_connection() -> None:
    answers = [[EPM], ["127.0.0.1"], ["169.254.169.254"], [EPM, "127.0.0.1"]]
    with serving(OK) as served, private_network({NAME: EPM}) as reached:
        url, place_ = f"http://{NAME}:{served.port}/", f"{NAME}:{served.port}"
        send(url, place_, resolve=lambda host, port: answers.pop(0))
        while answers:
            refused(url, place_, resolve=lambda host, port: answers.pop(0))
        assert reached == [EPM]
        assert served.connections == 1


def test_this_machine_is_not_reached_by_another_of_its_addresses() -> None:
    assert local(ipaddress.ip_address("127.0.0.1"))
    assert local(ipaddress.ip_address("::ffff:127.0.0.1"))
    assert not local(ipaddress.ip_address(EPM))


def test_services_of_this_installation_are_not_opened_by_a_permission() -> None:
    names = {"db.corp.example": EPM, NAME: EPM}
    with serving(OK) as served, private_network(names) as reached:
        places = [f"{host}:{served.port}" for host in names]
        for host in names:
            for reserved in ("db.corp.example", EPM, f"::ffff:{EPM}"):
                error = refused(
                    f"http://{host}:{served.port}/", *places, reserved=[("unknown.invalid", served.port), (reserved, served.port)]
                )
                assert not isinstance(error, PrivateHost)
        assert reached == []
        send(f"http://{NAME}:{served.port}/", *places, reserved=[("db.corp.example", 5432)])
        assert reached == [EPM]


def test_what_the_environment_names_needs_no_permission() -> None:
    with serving(OK) as served:
        one = gateway(private_hosts=[f"127.0.0.1:{served.port}"], granted=[])
        assert one.send("GET", served.url, operation="list things").status == 200


def test_a_permission_does_not_allow_http() -> None:
    one = gateway(private_hosts=[], granted=[f"{NAME}:80"])
    with pytest.raises(Misconfigured, match="does not protect"):
        one.send("GET", f"http://{NAME}/", operation="list things")


@pytest.mark.parametrize(("host", "port", "spelled"), [
    ("EPM.Corp.", 443, "epm.corp:443"), ("10.0.0.5", 8443, "10.0.0.5:8443"), ("[FD00:0::5]", 1, "[fd00::5]:1"), ("fd00::5", 1, "[fd00::5]:1"),
])  # fmt: skip
def test_a_place_has_one_spelling(host: str, port: int, spelled: str) -> None:
    assert place(host, port) == spelled
