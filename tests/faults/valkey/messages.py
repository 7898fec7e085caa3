"""Messages in the broker as Celery writes them, and fifty hostile ones: well-formed, with tasks and arguments that no worker of this version takes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import installers.tasks  # noqa: F401
import patching.tasks  # noqa: F401  (a worker knows the tasks of all apps)
from config.celery import app
from devices.db.redis_client import worker_client

Message = dict[str, Any]
PREFIX = "rollcall:"
MARK = "hostile-text"  # in every text value, so that a test can look for it in the log


def sent(task: str, *args: object, **kwargs: object) -> Message:
    """What a producer writes for this task."""
    app.send_task(task, args, kwargs, queue="sent")
    message: Message = json.loads(worker_client().rpop(f"{PREFIX}sent"))  # type: ignore[arg-type]  # redis: not an awaitable
    return message


def put(message: Message, queue: str = "tick") -> None:
    message["properties"]["delivery_info"]["routing_key"] = queue  # where a worker returns it to
    worker_client().lpush(PREFIX + queue, json.dumps(message))


def waiting(queue: str = "tick") -> int:
    return int(worker_client().llen(PREFIX + queue))


def held() -> list[bool]:
    """Messages that a worker received and did not acknowledge: whether each had been delivered before."""
    return [bool(json.loads(each)[0]["headers"].get("redelivered")) for each in worker_client().hvals(f"{PREFIX}unacked")]


def end_visibility_timeout() -> None:
    """As if all that are held had been delivered long ago."""
    client: Any = worker_client()
    index = f"{PREFIX}unacked_index"
    for tag in client.zrange(index, 0, -1):
        client.zadd(index, {tag: 1})


def with_body(message: Message, body: bytes) -> Message:
    return {**message, "body": base64.b64encode(body).decode()}


def with_headers(message: Message, **headers: object) -> Message:
    return {**message, "headers": {**message["headers"], **headers}}


BAD_IDS: list[object] = [
    True, False, 0, -1, 1.0, 0.5, "1", MARK, "", None, [], [1], {"id": 1}, {MARK: MARK}, 2**63, -(2**63), 10**400, [[1], [MARK]], MARK * 1_000,
]  # fmt: skip
BAD_TYPES: list[object] = [MARK, "", "Sync", 1, True, None, ["sync"], {"sync": 1}, MARK * 1_000]


def hostile() -> list[Message]:
    """Fifty, each with the reason for which it must be refused."""
    announce, advance = sent("devices.tasks.announce"), sent("devices.tasks.advance", "sync", 1)
    later = {"chain": [{"task": "devices.tasks.announce", "args": [], "kwargs": {}, "options": {}}]}
    return [
        *(sent("devices.tasks.advance", "sync", bad) for bad in BAD_IDS),
        *(sent("devices.tasks.delete_account", bad) for bad in BAD_IDS[:8]),
        *(sent("devices.tasks.plan_jobs", bad) for bad in BAD_TYPES),
        sent("devices.tasks.delete_account"),
        sent("devices.tasks.delete_account", 1, 1),
        sent("devices.tasks.delete_account", account_id=1, newer=MARK),
        sent(f"devices.tasks.{MARK}", 1),
        sent("celery.map", {"task": "devices.tasks.delete_account"}, [[1]]),
        sent("celery.group", [], [], None),
        with_body(announce, b"[[], {}, " + json.dumps(later).encode() + b"]"),
        with_body(advance, json.dumps([["sync", 1], {}, {}, MARK]).encode()),
        with_body(advance, json.dumps({"args": ["sync", 1], "kwargs": {}}).encode()),
        with_body(advance, json.dumps([["sync", MARK * 100_000], {}, {}]).encode()),
        {**advance, "content-type": "application/x-yaml"},
        {**advance, "content-type": "application/x-python-serialize"},
        with_headers(advance, eta=datetime(2999, 1, 1, tzinfo=UTC).isoformat()),
        with_headers(advance, shadow=MARK),
    ]
