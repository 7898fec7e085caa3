"""Messages that a worker cannot use: it stays alive, does nothing, logs little, and sets them aside."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from kombu.connection import Connection
from kombu.message import Message
from kombu.messaging import Consumer

from config.celery import app
from devices.db.redis_client import worker_client
from devices.jobs.dead_letters import dead_letters
from devices.models import Account, SyncRun
from tests.devices import records
from tests.faults import services
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.valkey import messages

pytestmark = [pytest.mark.faults, pytest.mark.fault("F42"), pytest.mark.django_db(transaction=True)]

READY_SECONDS = 60


def is_ready(processes: Processes, count: int = 1) -> bool:
    return processes.logs().count(" ready.") >= count


def beats() -> bool:
    """Whether a worker has handled a good message since this was last asked for."""
    return bool(worker_client().delete("rollcall:beat"))


def put_good(processes: Processes) -> None:
    """A message after all others, and wait until it is handled: then the others are, too."""
    messages.put(messages.sent("devices.tasks.announce"))
    wait_for(beats, seconds=READY_SECONDS, why=processes.logs)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_fifty_hostile_messages_do_nothing(processes: Processes, measured: Measured) -> None:
    Account.objects.create(pk=1, name="main", vendor="eset")  # True is this id for what takes it as a number
    records.run(Account.objects.get(pk=1))
    SyncRun.objects.update(next_step_at=timezone.now() + timedelta(days=1))  # so that only a hostile message could advance it
    worker = processes.worker()
    wait_for(lambda: is_ready(processes), seconds=READY_SECONDS, why=processes.logs)
    pool, before = children(worker), len(processes.logs().encode())
    for message in messages.hostile():
        messages.put(message)
    put_good(processes)
    log = processes.logs()
    assert worker.poll() is None and children(worker) == pool, log
    assert len(dead_letters()) == 50
    assert log.count("was set aside") == 50 and messages.MARK not in log and "Traceback" not in log
    assert Account.objects.filter(pk=1).exists()
    assert list(SyncRun.objects.values_list("state", "steps", "fence")) == [("requested", 0, 0)]
    assert messages.waiting() == 0 and messages.held() == []
    measured("log of a hostile message", (len(log.encode()) - before) / 50, at_most=500, unit="bytes")


def test_messages_of_a_newer_version_are_set_aside(processes: Processes) -> None:
    worker = processes.worker()
    messages.put(messages.sent("devices.tasks.newer", 1))
    messages.put(messages.sent("devices.tasks.advance", "newer_type", 1))
    messages.put(messages.sent("devices.tasks.advance", "sync", 1, urgent=True))
    messages.put({**messages.sent("devices.tasks.announce"), "content-type": "application/x-newer"})
    put_good(processes)
    assert worker.poll() is None
    assert [(each.task, each.reason) for each in reversed(dead_letters())] == [
        ("devices.tasks.newer", "this version has no such task"),
        ("devices.tasks.advance", "this version has no such job type"),
        ("devices.tasks.advance", "its arguments are not those of this version"),
        ("devices.tasks.announce", "its content is not JSON"),
    ]


def test_a_message_that_no_step_of_the_worker_can_handle_is_set_aside(processes: Processes) -> None:
    """Well-formed, and our own step refuses it in a way that would end the worker."""
    worker = processes.worker("-I", "tests.faults.valkey.refusing")
    wait_for(lambda: is_ready(processes), seconds=READY_SECONDS, why=processes.logs)
    messages.put(messages.sent("tests.faults.valkey.refusing.refused", 1))
    put_good(processes)
    assert worker.poll() is None, processes.logs()
    assert [each.reason for each in dead_letters()] == ["a worker cannot handle it (Refused)"]
    assert messages.held() == []


def test_a_message_that_two_workers_did_not_acknowledge_is_set_aside(processes: Processes) -> None:
    """Each of the two is killed while it holds the message and its children do nothing."""
    for redelivered in (False, True):
        worker = processes.worker()
        wait_for(lambda: is_ready(processes, 1 + redelivered), seconds=READY_SECONDS, why=processes.logs)  # noqa: B023
        for child in children(worker):
            os.kill(child, signal.SIGSTOP)
        if redelivered:
            messages.end_visibility_timeout()
        else:
            messages.put(messages.sent("devices.tasks.mark", 1))
        wait_for(lambda: messages.held() == [redelivered], seconds=60, why=processes.logs)  # noqa: B023
        processes.kill(worker)
    messages.end_visibility_timeout()
    worker = processes.worker()
    wait_for(lambda: len(dead_letters()) == 1, seconds=60, why=processes.logs)
    assert dead_letters()[0].reason == "two workers ended before they acknowledged it"
    put_good(processes)
    assert worker.poll() is None and messages.held() == []


def test_an_acknowledgement_that_fails_leaves_its_place_free() -> None:
    """Else a worker whose places are all taken reads no message any more, and never notices that its connection is lost."""
    messages.put(messages.sent("devices.tasks.announce"))
    received: list[Message] = []
    with app.connection_for_read() as connection, connection.channel() as channel:
        queue = app.amqp.queues["tick"].bind(channel)
        with Consumer(channel, [queue], on_message=received.append, prefetch_count=1):  # type: ignore[no-untyped-call]
            wait_for(lambda: bool(drained(connection)), seconds=READY_SECONDS)
            assert not channel.qos.can_consume()
            services.kill("valkey")
            with pytest.raises(connection.connection_errors):
                received[0].ack()  # type: ignore[no-untyped-call]
            assert channel.qos.can_consume()
            services.start_valkey()


def drained(connection: Connection) -> bool:
    try:
        connection.drain_events(timeout=1)  # type: ignore[no-untyped-call]
    except TimeoutError:
        return False
    return True
