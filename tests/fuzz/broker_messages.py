"""Messages of the broker: whatever they are, a worker accepts them or says why not, and what is kept of a refused one can be stored."""

from __future__ import annotations

import base64
import json
from random import Random
from typing import Any

import devices.tasks  # noqa: F401
from config.messages import refusal
from devices.jobs import dead_letters
from devices.jobs.types import JOB_TYPES
from tests.fuzz.json_rows import value
from tests.fuzz.parser import Parser
from tests.fuzz.texts import made, text_maker
from tests.fuzz.vendor_values import json_value

TASKS = (
    "devices.tasks.announce",
    "devices.tasks.advance",
    "devices.tasks.mark",
    "devices.tasks.step",
    "celery.backend_cleanup",
    "devices.tasks.of_tomorrow",
)
_text = text_maker("sync", "17", *TASKS, "2026-11-30T12:00:00+00:00", "base64", "application/json")
GOOD_ID = 17


def _message(dice: Random) -> tuple[Any, bool]:
    """A message, and whether it is one of ours."""
    ours = dice.random() < 0.2
    args: Any = (
        ["sync", GOOD_ID]
        if ours
        else dice.choice(([dice.choice((*JOB_TYPES, "x")), json_value(dice)], [json_value(dice)], json_value(dice)))
    )
    content = json.dumps([args, {} if ours or dice.random() < 0.7 else json_value(dice), {"callbacks": None}]).encode()
    content = content if ours or dice.random() < 0.8 else value(dice)
    headers = {"task": TASKS[1] if ours else dice.choice((*TASKS, _text(dice))), "id": "a-1"}
    properties = {"delivery_tag": "t", "delivery_info": {"exchange": "", "routing_key": "sync"}, "body_encoding": "base64"}
    message: dict[str, Any] = {"body": base64.b64encode(content).decode(), "content-type": "application/json", "content-encoding": "utf-8",
                               "headers": headers, "properties": properties}  # fmt: skip
    for part in () if ours else (message, headers, properties):
        if dice.random() < 0.3:
            part[dice.choice((*part, _text(dice)))] = json_value(dice)
    return (message if ours or dice.random() < 0.95 else json_value(dice)), ours


def _received(case: tuple[Any, bool]) -> None:
    message, ours = case
    reason = refusal(message)
    assert not (ours and reason), reason
    assert len(reason) < 100 and "canary" not in reason
    for part in dead_letters._described(message):
        assert len(part) <= dead_letters.LONGEST * 4 and part.encode().decode() == part


PARSERS: list[Parser[Any]] = [Parser((refusal,), made(_message), _received)]
