"""Rollcall as it is, with a beat that cannot send and requests that fail, each with a long text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.signals import request_started
from django.http import HttpRequest, HttpResponseBase

from config.settings import *  # noqa: F403
from tests.faults.valkey.loud import LONG


def fail_inside(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/fails-inside":
            raise ValueError(f"{LONG}\n{LONG}")
        return get_response(request)

    return answer


def fail_outside(environ: dict[str, Any] | None = None, **_kwargs: object) -> None:
    """Where Django catches nothing: the server writes this error."""
    if environ and environ["PATH_INFO"] == "/fails-outside":
        raise ValueError(f"{LONG}\n{LONG}")


request_started.connect(fail_outside)
MIDDLEWARE = ["tests.faults.valkey.loud_settings.fail_inside", *MIDDLEWARE]  # noqa: F405
CELERY_BEAT_SCHEDULE = {LONG: {"task": "devices.tasks.announce", "args": [object()], "schedule": 1.0, "options": {"queue": "tick"}}}
