"""Every place where a secret could come to rest or be shown, as text that a test can search."""

from __future__ import annotations

import base64
import html
import json
import logging
import math
import re
import traceback
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import quote, quote_plus

import redis
from django.db import connection
from django.test import Client
from django.urls import reverse

from devices.db.redis_client import worker_client
from devices.jobs.types import JOB_TYPES
from devices.models import Account, Sighting

CANARY = "canary"
HARMLESS = ("test_canary", "atlantic/canary")  # a test in a traceback, a time zone


def leaks(place: str, text: str, secrets: Collection[str] = ()) -> list[str]:
    """Where a text holds the word canary or one of these secrets, in any form, each with what stands around it."""
    for each in HARMLESS:
        text = re.sub(re.escape(each), "", text, flags=re.IGNORECASE)
    low, found = text.lower(), []
    for secret in (CANARY, CANARY.upper(), *secrets):
        hits = [low.find(form.lower()) for form in plain_forms(secret)] + [text.find(form) for form in base64_forms(secret)]
        found += [f"{place}: …{text[max(0, at - 80) : at + 60]!r}…" for at in hits if at >= 0]
    return found


@cache
def plain_forms(secret: str) -> frozenset[str]:
    """As it is, in hex, and quoted for a URL, for JSON and for HTML. The case of letters does not count."""
    return frozenset(
        {secret, secret.encode().hex(), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], html.escape(secret)}
    )


@cache
def base64_forms(secret: str) -> frozenset[str]:
    """What of its base64 does not depend on what stands around it, at each of the three places within a group of letters."""
    data, found = secret.encode(), set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data + b"\0\0")
        whole = encoded[math.ceil(before * 8 / 6) : (before + len(data)) * 8 // 6].decode()
        found |= {whole, whole.replace("+", "-").replace("/", "_")}
    return frozenset(found)


def tables() -> Iterator[tuple[str, str]]:
    """Every table with its rows as COPY writes them: what a backup holds."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{name}" TO STDOUT') as rows:
                yield name, b"".join(bytes(part) for part in rows).decode()


def broker(client: redis.Redis | None = None) -> Iterator[tuple[str, str]]:
    """Every key of Redis with its value; message bodies decoded."""
    client = client or worker_client()
    for key in client.scan_iter():
        value = json.dumps(_value(client, key), default=_text)
        yield key.decode(), key.decode() + value
    for queue, body in messages(client):
        yield f"message in {queue}", json.dumps(body)


def messages(client: redis.Redis | None = None) -> Iterator[tuple[str, Any]]:
    """(queue, [args, kwargs, embed]) of every task that waits."""
    client = client or worker_client()
    for key in client.scan_iter():
        if client.type(key) == b"list":
            for message in client.lrange(key, 0, -1):
                yield key.decode(), json.loads(base64.b64decode(json.loads(message)["body"]))


def carries_no_text(arguments: Iterable[object]) -> bool:
    """Whether a task got nothing but ids and names of job types."""
    return all(type(each) is int or each in JOB_TYPES for each in arguments)


def pages(reader: Client) -> Iterator[tuple[str, str]]:
    """Every page that an administrator can open about these accounts and what they sent."""
    addresses = [reverse(f"devices:{name}") for name in ("dashboard", "list", "accounts", "account_add", "audit")]
    addresses += [reverse("healthz"), reverse("devices:list") + "?q=a", reverse("devices:audit") + "?page=2"]
    for account in Account.objects.all():
        addresses += [reverse(f"devices:account{part}", args=[account.name]) for part in ("", "_edit", "_progress")]
    for pk, device in Sighting.objects.values_list("pk", "device_id"):
        addresses += [reverse("devices:detail", args=[device]), reverse("devices:raw", args=[device, pk])]
    for address in dict.fromkeys(addresses):
        answer = reader.get(address)
        assert answer.status_code < 500, address
        yield address, f"{answer.headers} {answer.content.decode()}"


def everything_about(error: BaseException) -> str:
    """The texts of an error and of all it came from, with the traceback."""
    told = "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen is not None:
        told += f"{seen!s} {seen!r} {seen.args!r} {vars(seen)!r}"
        seen = seen.__cause__ or seen.__context__
    return told


@contextmanager
def every_logger_speaks() -> Iterator[None]:
    """DEBUG everywhere, as somebody who hunts a fault would set it."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    before = [(logger, logger.level, logger.disabled) for logger in [*loggers, logging.root]]
    for logger, _, _ in before:
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
    try:
        yield
    finally:
        for logger, level, disabled in before:
            logger.setLevel(level)
            logger.disabled = disabled


def _value(client: Any, key: bytes) -> Any:
    read: dict[Any, Any] = {
        b"string": client.get,
        b"list": lambda name: client.lrange(name, 0, -1),
        b"hash": lambda name: [part for pair in client.hgetall(name).items() for part in pair],
        b"set": lambda name: list(client.smembers(name)),
        b"zset": lambda name: client.zrange(name, 0, -1),
        b"stream": lambda name: [part for _, parts in client.xrange(name) for pair in parts.items() for part in pair],
    }
    return read[client.type(key)](key)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
