"""Rollcall as it is, and each answer says how long it waited for Valkey."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from config.settings import *  # noqa: F403

WAITED = "X-Waited-Milliseconds"


def say_waited(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        from devices.db import redis_client

        response = get_response(request)
        response[WAITED] = f"{1000 * redis_client.waited():.3f}"
        return response

    return answer


MIDDLEWARE = ["tests.bench.broker_settings.say_waited", *MIDDLEWARE]  # noqa: F405
