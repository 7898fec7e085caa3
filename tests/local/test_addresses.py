from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local.addresses import Address, parse_bind, require_free, sandbox_port
from local.errors import StackError


def test_a_bind_address_is_host_and_port() -> None:
    assert parse_bind("127.0.0.1:8000") == Address("127.0.0.1", 8000)
    assert parse_bind("[::1]:80").url == "http://[::1]:80"
    assert parse_bind("0.0.0.0:8000").url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("text", ["", "8000", ":8000", "host:", "host:0", "host:65536", "host:x", "host:-1", "host:²"])
def test_anything_else_is_refused_and_names_the_variable(text: str) -> None:
    with pytest.raises(StackError, match="ROLLCALL_BIND"):
        parse_bind(text)


def test_a_busy_port_is_one_sentence_that_names_the_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=rf"already listens on 127.0.0.1:{port}.*ROLLCALL_BIND=127.0.0.1:"):
            require_free(Address("127.0.0.1", port))
    require_free(Address("127.0.0.1", port))


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(StackError, match="ROLLCALL_BIND to an address of this machine"):
        require_free(Address("192.0.2.1", 8000))


def test_the_simulators_keep_their_port_until_somebody_else_has_it(tmp_path: Path) -> None:
    remembered = tmp_path / "sandbox.port"
    first = sandbox_port(remembered)
    assert sandbox_port(remembered) == first
    with socket.create_server(("127.0.0.1", first)):
        second = sandbox_port(remembered)
    assert second != first
    assert sandbox_port(remembered) == second


def test_a_damaged_memory_of_the_port_is_forgotten(tmp_path: Path) -> None:
    remembered = tmp_path / "sandbox.port"
    remembered.write_text("99999999\n")
    assert 0 < sandbox_port(remembered) < 65536
