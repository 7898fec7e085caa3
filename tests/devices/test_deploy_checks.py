"""`check --deploy` as a process: one sentence for each fault of a deployment, and nothing about a correct one."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from devices.deploy_checks import broker_password, sealing_keys, statement_timeout
from local.data_dir import PROJECT
from tests.devices.shell import manage

RANDOM = base64.b64encode(bytes(range(100, 132))).decode()
CORRECT = {
    "REDIS_URL": "rediss://:hunter2@broker.example.com/0",
    "ROLLCALL_SECRET_KEY": "q7Zr0mXv2LkT9sBnWc4HdYp8GfJe1RaU6oIiEyVbNxMlKzQw3t",
    "ROLLCALL_SEALING_KEYS": f"k1:{RANDOM}",
    "ROLLCALL_HOSTS": "rollcall.example.com",
    "ROLLCALL_HTTPS": "1",
    "ROLLCALL_BEHIND_PROXY": "1",
    "ROLLCALL_TRUSTED_PROXIES": "1",
}
SUPERUSER = "rollcall"  # who made the server of the tests
WARNED = re.compile(r"\((\w+\.\w+)\) (.+)")


def warned(*arguments: str, **changes: str) -> dict[str, str]:
    """Number → sentence."""
    code, out, error = manage("check", "--deploy", "--fail-level", "WARNING", *arguments, **{**CORRECT, **changes})
    found = {match[1]: match[2] for line in (out + error).splitlines() if (match := WARNED.search(line))}
    assert (code != 0) == bool(found), error
    return found


def key(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "ROLLCALL_BEHIND_PROXY": "0",  # granian itself ends TLS
            "ROLLCALL_TRUSTED_PROXIES": "0",
            "REDIS_URL": "unix:///run/valkey.sock?db=1&password=hunter2",
            "ROLLCALL_HOSTS": "localhost,rollcall.example.com",
            "ROLLCALL_ORIGINS": "https://rollcall.example.com",
            "ROLLCALL_SEALING_KEYS": f"k2:{key(bytes(range(224, 256)))},k1:{RANDOM}",
        },
    ],
)
def test_a_correct_deployment_has_no_warning(changes: dict[str, str]) -> None:
    assert warned(**changes) == {}


@pytest.mark.django_db
def test_each_fault_is_one_sentence() -> None:
    constant, hexadecimal = key(bytes(32)), key(b"0123456789abcdef0123456789abcdef")
    found = warned(
        ROLLCALL_HOSTS="rollcall.example.com,*",
        ROLLCALL_ORIGINS="https://a.example.com,http://b.example.com",
        ROLLCALL_TRUSTED_PROXIES="0",
        ROLLCALL_SEALING_KEYS=f"k1:{RANDOM},k2:{RANDOM},old:{constant}",
        REDIS_URL="redis://broker.example.com/0",
        ROLLCALL_STATEMENT_TIMEOUT_MS="0",
    )
    found |= warned(
        ROLLCALL_HOSTS="localhost", ROLLCALL_BEHIND_PROXY="0", ROLLCALL_SEALING_KEYS=f"hex:{hexadecimal}", REDIS_URL="unix:///v.sock?db=1"
    )
    assert found == {
        "devices.W010": "Pages are served under every host name: set ROLLCALL_HOSTS to the names of this installation.",
        "devices.W011": "Pages are served under loopback names only: set ROLLCALL_HOSTS to the names that users type.",
        "devices.W012": "Forms of http://b.example.com are accepted without TLS: remove it from ROLLCALL_ORIGINS.",
        "devices.W013": "The proxy's scheme is trusted and its client addresses are not: set ROLLCALL_TRUSTED_PROXIES to the number of proxies.",
        "devices.W014": "The proxy's client addresses are trusted and its scheme is not: set ROLLCALL_BEHIND_PROXY=1.",
        "devices.W015": "Sealing key 'hex' is not random: replace it by 32 bytes of /dev/urandom, and run rotate_secrets.",
        "devices.W016": "Sealing keys 'k1' and 'k2' have the same bytes: make a new key, and run rotate_secrets.",
        "devices.W017": "The message broker is used without a password: give it one, and set it in REDIS_URL.",
        "devices.W018": "A database statement may run without end: set ROLLCALL_STATEMENT_TIMEOUT_MS, or leave it at its default.",
    }


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        ({"k1": bytes(range(100, 132))}, []),
        ({"zero": bytes(32)}, ["W015"]),
        ({"typed": b"correct horse battery staple 123"}, ["W015"]),
        ({"hex": b"0123456789abcdef0123456789abcdef"}, ["W015"]),
        ({"half": bytes(range(200, 216)) * 2}, ["W015"]),
        ({"new": bytes(range(100, 132)), "old": bytes(32)}, ["W015"]),
        ({"new": bytes(range(100, 132)), "old": bytes(range(100, 132))}, ["W016"]),
    ],
)
def test_sealing_keys_are_random_and_different(settings: Settings, keys: dict[str, bytes], numbers: list[str]) -> None:
    settings.SEALING_KEYS = keys
    assert [each.id for each in sealing_keys()] == [f"devices.{number}" for number in numbers]


@pytest.mark.parametrize(
    ("url", "numbers"),
    [
        ("redis://:hunter2@broker.example.com/0", []),
        ("rediss://rollcall:hunter2@broker.example.com/0", []),
        ("redis://broker.example.com/0?password=hunter2", []),
        ("unix://:hunter2@/run/valkey.sock?db=0", []),
        ("redis://broker.example.com/0", ["W017"]),
        ("redis://rollcall@broker.example.com/0", ["W017"]),
        ("redis://:@broker.example.com/0", ["W017"]),
        ("unix:///run/valkey.sock", ["W017"]),
    ],
)
def test_the_broker_has_a_password(settings: Settings, url: str, numbers: list[str]) -> None:
    settings.REDIS_URL = url
    assert [each.id for each in broker_password()] == [f"devices.{number}" for number in numbers]


@pytest.fixture
def roles() -> Iterator[str]:
    """A database with an owner and an application role; its address without a role. Nothing else uses it."""
    name = f"{connection.settings_dict['NAME']}_deploy"
    host = str(connection.settings_dict["HOST"])
    with psycopg.connect(host=host, user=SUPERUSER, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE ROLE {name}_owner LOGIN")
        server.execute(f"CREATE ROLE {name}_application LOGIN")
        server.execute(f"CREATE ROLE {name}_member LOGIN IN ROLE {name}_owner")
        server.execute(f"CREATE DATABASE {name} OWNER {name}_owner")
        try:
            with psycopg.connect(host=host, user=f"{name}_owner", dbname=name) as owner:
                owner.execute("CREATE TABLE devices_example (id bigint)")
            yield f"postgresql:///{name}?host={host}&user="
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            for role in ("member", "application", "owner"):
                server.execute(f"DROP ROLE {name}_{role}")


@pytest.mark.django_db
def test_the_database_role_is_neither_superuser_nor_owner(roles: str) -> None:
    name = urlsplit(roles).path.strip("/")

    def of(role: str) -> dict[str, str]:
        return warned("--database", "default", DATABASE_URL=roles + role)

    assert of(f"{name}_application") == {}
    assert list(of(SUPERUSER)) == ["devices.W020"]
    sentence = "The database role of Rollcall owns its tables and can drop them: connect with another role in DATABASE_URL."
    assert of(f"{name}_owner") == of(f"{name}_member") == {"devices.W021": sentence}


@pytest.mark.django_db
def test_without_an_answer_of_the_database_only_the_settings_are_checked() -> None:
    nowhere = "postgresql://rollcall:hunter2@127.0.0.1:1/rollcall"
    assert warned("--database", "default", DATABASE_URL=nowhere) == {}


@pytest.mark.django_db
def test_a_server_without_the_statement_timeout_is_reported() -> None:
    """As behind a pooler that drops the options of a connection."""
    with connection.cursor() as cursor:
        assert statement_timeout(databases=["default"]) == []
        cursor.execute("SET LOCAL statement_timeout = 0")
        assert [each.id for each in statement_timeout(databases=["default"])] == ["devices.W019"]
        assert statement_timeout(databases=None) == []


@pytest.mark.parametrize(("settings", "number"), [("", ""), ("ROLLCALL_HTTPS=0", "security.W008"), ("ROLLCALL_HOSTS=*", "devices.W010")])
def test_lint_fails_on_a_warning(settings: str, number: str) -> None:
    command = ["make", "-s", "-o", "dev", f"VENV={sys.executable}", "deployment", f"SETTINGS={settings}"]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode != 0) == bool(number), ended.stderr
    assert number in ended.stderr
