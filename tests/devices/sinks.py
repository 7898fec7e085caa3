"""Every place where a secret could come to rest or be shown, as text that a test can search."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from devices.db.redis_client import worker_client
from devices.jobs.types import JOB_TYPES
from devices.models import Account, Sighting

NEEDLES = ("canary", base64.b64encode(b"canary").decode().lower(), b"canary".hex())


def leaks(place: str, text: str) -> list[str]:
    """Where a canary sings in this text, each with what stands around it."""
    low, found = text.lower().replace("test_canary", "").replace("atlantic/canary", ""), []  # a test in a traceback, a time zone
    for needle in NEEDLES:
        at = low.find(needle)
        if at >= 0:
            found.append(f"{place}: …{text[max(0, at - 80) : at + 60]!r}…")
    return found


def tables() -> Iterator[tuple[str, str]]:
    """Every table with its rows as COPY writes them: what a backup holds."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{name}" TO STDOUT') as rows:
                yield name, b"".join(bytes(part) for part in rows).decode()


def broker() -> Iterator[tuple[str, str]]:
    """Every key of Redis with its value; message bodies decoded."""
    client = worker_client()
    for key in client.scan_iter():
        value = json.dumps(_value(client, key), default=_text)
        yield key.decode(), key.decode() + value
    for queue, body in messages():
        yield f"message in {queue}", json.dumps(body)


def messages() -> Iterator[tuple[str, Any]]:
    """(queue, [args, kwargs, embed]) of every task that waits."""
    client = worker_client()
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
