"""What a worker refused is kept, shortened and bounded, and an administrator can list and remove it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from devices.db.redis_client import worker_client
from devices.jobs import dead_letters
from tests.devices.shell import manage
from tests.faults.valkey import messages


def test_a_message_is_kept_with_its_reason() -> None:
    dead_letters.set_aside(messages.sent("devices.tasks.advance", "sync", "wrong"), queue="tick", reason="for a test")
    (kept,) = dead_letters.dead_letters()
    assert (kept.queue, kept.reason, kept.task) == ("tick", "for a test", "devices.tasks.advance")
    assert kept.content.startswith('[["sync", "wrong"], {}')
    assert datetime.now(UTC) - kept.at < timedelta(minutes=1)


def test_the_newest_are_kept() -> None:
    for number in range(dead_letters.KEPT + 20):
        dead_letters.set_aside({"body": None, "headers": {"task": str(number)}}, queue="tick", reason="for a test")
    found = [each.task for each in dead_letters.dead_letters()]
    assert found == [str(number) for number in range(dead_letters.KEPT + 19, 19, -1)]


@pytest.mark.parametrize(
    "message",
    ["x" * 1_000_000, ["x" * 1_000_000] * 3, 10**400, None, messages.Message(body="é" * 1_000_000, headers=7), messages.Message(body=[[["x" * 999]]], headers={"task": {"x": "y" * 999}})],
    ids=range(6),
)  # fmt: skip
def test_any_message_is_kept_shortened(message: object) -> None:
    dead_letters.set_aside(message, queue="tick", reason="for a test")
    (kept,) = dead_letters.dead_letters()
    assert len(kept.task) <= dead_letters.LONGEST and len(kept.content) <= dead_letters.LONGEST


def test_the_log_has_the_reason_and_nothing_of_the_message(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        dead_letters.set_aside(messages.sent(messages.MARK, messages.MARK), queue="tick", reason="for a test")
    assert [record.getMessage() for record in caplog.records] == ["A message in the queue tick was set aside: for a test."]


def test_a_full_broker_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    worker_client().config_set("maxmemory", "1")
    try:
        dead_letters.set_aside(None, queue="tick", reason="for a test")
    finally:
        worker_client().config_set("maxmemory", "0")
    assert caplog.records[-1].getMessage() == "The message could not be kept: OutOfMemoryError."
    assert dead_letters.dead_letters() == []


@pytest.mark.django_db(transaction=True)
def test_the_command_lists_and_removes_them() -> None:
    assert manage("dead_letters", "list") == (0, "No message was set aside.\n", "")
    dead_letters.set_aside(messages.sent("devices.tasks.newer", "\x1b[2J"), queue="tick", reason="for a test")
    code, said, _ = manage("dead_letters", "list")
    assert code == 0 and "  tick  devices.tasks.newer  " in said and said.endswith("for a test\n") and "\x1b" not in said
    code, said, _ = manage("dead_letters", "list", "--json")
    assert [each["task"] for each in json.loads(said)] == ["devices.tasks.newer"]
    assert manage("dead_letters", "clear") == (0, "Removed all messages that were set aside.\n", "")
    assert dead_letters.dead_letters() == []
    refused = manage("dead_letters", "list", REDIS_URL="redis://127.0.0.1:1/0")
    assert refused == (2, "", "The message broker does not answer: start it, or check REDIS_URL.\n")
