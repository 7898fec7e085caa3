"""Deployment checks: what `check --deploy` warns of beside Django's own security checks.

They read the settings only; with `--database default` also the role and the statement timeout of the connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connection

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
FEWEST_BYTES = 16  # different ones among 32: a random key has about 30, and hexadecimal text has no more

OWNED = """SELECT EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
                          AND pg_has_role(relowner, 'USAGE'))"""


@register(Tags.security, deploy=True)
def hosts(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS:
        found.append(_warning("W010", "Pages are served under every host name: set ROLLCALL_HOSTS to the names of this installation."))
    if settings.ALLOWED_HOSTS and LOOPBACK.issuperset(settings.ALLOWED_HOSTS):
        found.append(_warning("W011", "Pages are served under loopback names only: set ROLLCALL_HOSTS to the names that users type."))
    plain = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if not origin.startswith("https://")]
    found += [_warning("W012", f"Forms of {origin} are accepted without TLS: remove it from ROLLCALL_ORIGINS.") for origin in plain]
    return found


@register(Tags.security, deploy=True)
def proxies(**_kwargs: Any) -> list[CheckMessage]:
    """One without the other: all users share one address and its limits, or every page is redirected to itself."""
    scheme, addresses = settings.SECURE_PROXY_SSL_HEADER is not None, settings.TRUSTED_PROXIES > 0
    if scheme and not addresses:
        sentence = "The proxy's scheme is trusted and its client addresses are not: set ROLLCALL_TRUSTED_PROXIES to the number of proxies."
        return [_warning("W013", sentence)]
    if addresses and not scheme:
        sentence = "The proxy's client addresses are trusted and its scheme is not: set ROLLCALL_BEHIND_PROXY=1."
        return [_warning("W014", sentence)]
    return []


@register(Tags.security, deploy=True)
def sealing_keys(**_kwargs: Any) -> list[CheckMessage]:
    """Names the id of a key, never its bytes."""
    keys: dict[str, bytes] = settings.SEALING_KEYS
    found = [
        _warning("W015", f"Sealing key {key_id!r} is not random: replace it by 32 bytes of /dev/urandom, and run rotate_secrets.")
        for key_id, key in keys.items()
        if not _random(key)
    ]
    same = [
        _warning("W016", f"Sealing keys {first!r} and {second!r} have the same bytes: make a new key, and run rotate_secrets.")
        for first, second in combinations(keys, 2)
        if keys[first] == keys[second]
    ]
    return [*found, *same]


@register(Tags.security, deploy=True)
def broker_password(**_kwargs: Any) -> list[CheckMessage]:
    address = urlsplit(settings.REDIS_URL)
    if address.password or any(parse_qs(address.query).get("password", ())):
        return []
    sentence = "The message broker is used without a password: give it one, and set it in REDIS_URL."
    return [_warning("W017", sentence)]


@register(Tags.security, deploy=True)
def statement_timeout(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Asks the server where the database is checked: a pooler may drop the option of the connection."""
    if settings.STATEMENT_TIMEOUT_MS == 0:
        return [
            _warning("W018", "A database statement may run without end: set ROLLCALL_STATEMENT_TIMEOUT_MS, or leave it at its default.")
        ]
    if databases and _answer("SELECT current_setting('statement_timeout') = '0'"):
        sentence = "PostgreSQL did not take the statement timeout: use a pooler that passes `options` on, or connect without one."
        return [_warning("W019", sentence)]
    return []


@register(Tags.security, Tags.database, deploy=True)
def database_role(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Only where the database is checked. A superuser is not reported as the owner too."""
    if not databases:
        return []
    if _answer("SELECT current_setting('is_superuser') = 'on'"):
        sentence = "The database role of Rollcall is a superuser: connect with a role that is none in DATABASE_URL."
        return [_warning("W020", sentence)]
    if _answer(OWNED):
        sentence = "The database role of Rollcall owns its tables and can drop them: connect with another role in DATABASE_URL."
        return [_warning("W021", sentence)]
    return []


def _random(key: bytes) -> bool:
    """Not a constant, a pattern or a typed text: random bytes contain values outside of ASCII."""
    return len({*key}) > FEWEST_BYTES and not key.isascii()


def _answer(question: str) -> bool:
    """No where the database does not answer: whether it does is another check's question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone()
            return row is not None and bool(row[0])
    except DatabaseError:
        return False


def _warning(number: str, sentence: str) -> CheckMessage:
    return Warning(sentence, id=f"devices.{number}")
