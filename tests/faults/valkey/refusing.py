"""A task of the tests whose messages the worker cannot handle: well-formed ones, refused by its own step. Load with `-I tests.faults.valkey.refusing`."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.worker.request import Request


class Refused(Exception):
    """Of no kind that Celery expects while it receives a message."""


class RefusingRequest(Request):
    def __init__(self, *_args: Any, **_options: Any) -> None:
        raise Refused("no message is good enough")


@shared_task(name="tests.faults.valkey.refusing.refused", Request=RefusingRequest)
def refused(number: int) -> None:
    raise AssertionError("never reached")
