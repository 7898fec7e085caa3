"""Passwords and tokens, searched for everywhere after walks about patching: good answers and bad ones, tables, Redis, logs, errors."""

from __future__ import annotations

import logging

import pytest
from django.utils import timezone

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from devices.models import Account, Health, JobState
from patching import tasks
from patching.models import PatchRun
from patching.sync import source_access
from sandbox.server import Simulation
from tests.devices.sinks import broker, carries_no_text, every_logger_speaks, leaks, messages, tables
from tests.patching.runs import Hand
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
FAULTS = ("403", "404", "429@1", "500", "reset", "cut-json", "html200", "redirect", "poison=nul", "202=1@1", "bad-response-id", "null")


def test_no_secret_is_anywhere_in_clear(
    eset: Account, hand: Hand, sim: Simulation, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    told = []
    with every_logger_speaks(), caplog.at_level(logging.DEBUG):
        for place in ("/patch-management/", "/oauth/token"):
            for fault in FAULTS:
                sim.fault(f"eset:{fault}~{place}")
                for source in Source:
                    Account.objects.update(tokens="" if place == "/oauth/token" else eset.tokens)
                    run = hand.poll(eset, source)
                    told += [run.error, run.error_next_step, run.waiting_for, repr(run.cursor), repr(run.__dict__)]
                told += [repr(each) for each in source_access.readings(eset)]
                sim.clear_faults()
        Account.objects.update(health=Health.OK)
        assert all(hand.poll(eset, source).state == JobState.DONE for source in Source)
        waiting = hand.ask(eset, Source.RECENT)
        PatchRun.objects.filter(pk=waiting.pk).update(next_step_at=timezone.now())
        tasks.announce()
    found = [leak for text in told for leak in leaks("object or error", text)]
    output = capfd.readouterr()
    found += leaks("log", caplog.text) + leaks("standard output", output.out) + leaks("standard error", output.err)
    found += [leak for record in caplog.records for leak in leaks("log arguments", f"{record.args!r} {record.exc_text}")]
    found += [leak for name, rows in tables() for leak in leaks(f"table {name}", rows)]
    found += [leak for name, value in broker() for leak in leaks(f"Redis {name}", value)]
    assert not found, "\n".join(found)
    sent = [arguments for _, (arguments, _, _) in messages()]
    assert sent and all(carries_no_text(arguments) for arguments in sent)
