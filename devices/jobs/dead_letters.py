"""Dead letters: messages of the broker that a worker refused. It keeps the newest 100, shortened, until an administrator removes them."""

from __future__ import annotations

import logging
import reprlib
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from devices.db.redis_client import worker_client

KEPT = 100
LONGEST = 300  # characters of each part
_KEY = "rollcall:dead-letters"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`content`: the beginning of its arguments, as they were sent."""

    at: datetime
    queue: str
    reason: str
    task: str
    content: str


def set_aside(message: object, *, queue: str, reason: str) -> None:
    """Keep a message that was refused, instead of handling it. The log gets the reason, which quotes nothing of the message."""
    log.error("A message in the queue %s was set aside: %s.", queue, reason)
    task, content = _described(message)
    try:
        worker_client().xadd(_KEY, {"queue": queue, "reason": reason, "task": task, "content": content}, maxlen=KEPT, approximate=False)
    except redis.RedisError as error:
        log.warning("The message could not be kept: %s.", type(error).__name__)


def dead_letters() -> list[DeadLetter]:
    """The newest first. Raises redis.RedisError."""
    entries: Any = worker_client().xrevrange(_KEY)
    return [_read(entry_id, {name.decode(): value.decode() for name, value in parts.items()}) for entry_id, parts in entries]


def remove_all() -> None:
    """Raises redis.RedisError."""
    worker_client().delete(_KEY)


def _read(entry_id: bytes, parts: dict[str, str]) -> DeadLetter:
    milliseconds = int(entry_id.partition(b"-")[0])
    return DeadLetter(datetime.fromtimestamp(milliseconds / 1000, UTC), **parts)


def _described(message: object) -> tuple[str, str]:
    """Name of the task and beginning of the arguments, whatever the message is: at most LONGEST characters each."""
    if not isinstance(message, dict):
        return "", _short(message)
    headers, body = message.get("headers"), message.get("body")
    task = headers.get("task") if isinstance(headers, dict) else ""
    return _short(task), _decoded(body) if isinstance(body, str) else _short(body)


def _decoded(body: str) -> str:
    start = body[: LONGEST // 3 * 4]
    try:
        return b64decode(start, validate=True).decode("utf-8", "replace")
    except ValueError:
        return _short(body)


def _short(value: object) -> str:
    text = value[:LONGEST] if isinstance(value, str) else reprlib.repr(value)[:LONGEST]
    return text.encode("utf-8", "replace").decode()
