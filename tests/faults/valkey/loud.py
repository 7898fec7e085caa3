"""A task of the tests that logs long texts, and fails with one. Load with `-I tests.faults.valkey.loud`."""

from __future__ import annotations

import logging

from celery import shared_task

LONG = "日本" * 10_000


@shared_task(name="tests.faults.valkey.loud.loud")
def loud(number: int) -> None:
    log = logging.getLogger(__name__)
    log.warning("a long text: %s", LONG)
    log.warning("a long text over lines: %s", f"{LONG}\n{LONG}")
    try:
        raise ValueError(f"{LONG}\n" * 300)
    except ValueError:
        log.exception("a traceback with a long text")
    raise ValueError(LONG)
