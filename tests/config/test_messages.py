"""Every message that Rollcall sends is accepted, and every other one refused with a reason that quotes nothing of it."""

from __future__ import annotations

import json

import pytest

from config.messages import BIGGEST_ID, LONGEST_BODY, refusal
from config.schedule import BEAT_SCHEDULE
from devices import tasks
from devices.db.redis_client import worker_client
from devices.jobs.types import JOB_TYPES
from tests.faults.valkey import messages
from tests.faults.valkey.messages import BAD_IDS, BAD_TYPES, sent

pytestmark = pytest.mark.fault("F42")

NO_ID, NO_TYPE = "an id is not a positive integer", "this version has no such job type"
OTHER_ARGUMENTS, NO_TASK = "its arguments are not those of this version", "this version has no such task"
OTHER_FORM = "it does not have the form of a message of Rollcall"


@pytest.mark.parametrize("entry", BEAT_SCHEDULE.values(), ids=list(BEAT_SCHEDULE))
def test_what_beat_sends_is_accepted(entry: dict[str, object]) -> None:
    assert refusal(sent(str(entry["task"]), *entry.get("args", []))) == ""  # type: ignore[misc]


@pytest.mark.parametrize("name", JOB_TYPES)
def test_wakeups_are_accepted(name: str) -> None:
    tasks.wake(JOB_TYPES[name], 17, urgent=True)
    tasks.wake_marking(BIGGEST_ID)
    queued = [json.loads(each) for each in worker_client().lrange("rollcall:interactive", 0, -1)]
    assert [refusal(each) for each in queued] == ["", ""]


@pytest.mark.parametrize(
    ("task", "args"),
    [("installers.tasks.step", [3]), ("installers.tasks.plan", []), ("patching.tasks.step", [3]), ("devices.tasks.plan", [])],
)
def test_messages_of_earlier_versions_are_accepted(task: str, args: list[int]) -> None:
    assert refusal(sent(task, *args)) == ""


@pytest.mark.parametrize("bad", BAD_IDS, ids=range(len(BAD_IDS)))
@pytest.mark.parametrize("task", ["devices.tasks.mark", "devices.tasks.delete_account", "devices.tasks.step", "patching.tasks.step"])
def test_an_id_is_a_positive_integer(task: str, bad: object) -> None:
    assert refusal(sent(task, bad)) == NO_ID


@pytest.mark.parametrize("bad", BAD_TYPES, ids=range(len(BAD_TYPES)))
def test_a_job_type_is_one_of_this_version(bad: object) -> None:
    assert refusal(sent("devices.tasks.plan_jobs", bad)) == NO_TYPE


def test_named_arguments_are_checked_too() -> None:
    assert refusal(sent("devices.tasks.advance", job_type="sync", job_id=1)) == ""
    assert refusal(sent("devices.tasks.advance", job_type="sync", job_id=True)) == NO_ID
    assert refusal(sent("devices.tasks.advance", "sync", 1, newer=1)) == OTHER_ARGUMENTS
    assert refusal(sent("devices.tasks.advance", "sync")) == OTHER_ARGUMENTS


@pytest.mark.parametrize("task", ["devices.tasks.of_a_newer_version", "celery.map", "celery.backend_cleanup", ""])
def test_a_task_is_one_of_ours(task: str) -> None:
    assert refusal(sent(task)) == NO_TASK


def test_other_content_is_refused() -> None:
    message = sent("devices.tasks.announce")
    assert refusal({**message, "content-type": "application/x-yaml"}) == "its content is not JSON"
    assert refusal(messages.with_body(message, b" " * LONGEST_BODY)) == "it is too long"
    assert refusal(messages.with_body(message, b"[[], {}]")) == "its arguments cannot be read"
    assert refusal(messages.with_headers(message, eta="2999-01-01T00:00:00Z")) == OTHER_FORM


def test_none_of_fifty_hostile_messages_is_accepted() -> None:
    reasons = [refusal(each) for each in messages.hostile()]
    assert len(reasons) == 50 and all(reasons)
    assert not any(messages.MARK in each for each in reasons)


def test_half_a_character_in_the_name_of_a_header_is_refused() -> None:
    whole = sent("devices.tasks.announce")
    assert refusal(whole) == ""
    assert refusal({**whole, "headers": {**whole["headers"], "\ud800": 1}}) == OTHER_FORM
