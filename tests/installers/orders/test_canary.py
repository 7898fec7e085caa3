"""The link of an installer, searched for everywhere: good answers and bad ones, tables, Redis, logs, errors, the command, the audit log."""

from __future__ import annotations

import io
import logging

import pytest
from django.core.management import call_command
from django.utils import timezone

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from devices.audit.context import AuditContext
from devices.connections.connection import connect
from devices.models import AuditEvent, User
from installers import tasks
from installers.models import Installer, Standing
from installers.orders import services
from sandbox.credentials import CANARY
from sandbox.server import Simulation
from tests.devices.sinks import broker, carries_no_text, every_logger_speaks, everything_about, leaks, messages, tables
from tests.installers.orders_followed import Hand, account, order
from vendors.errors import VendorError
from vendors.installer_api import MakesInstallers

pytestmark = pytest.mark.django_db
MAKE = "~/v1/installers"
FAULTS = (
    "after=500@1",
    "reset@1",
    "cut-json@1",
    "cut-close@1",
    "202=1@1",
    "202-404=0@1",
    "202-missing-header@1",
    "late=3@1",
    "no-answer@1",
)
LISTS = ("reset", "cut-json", "cut-close", "close-early", "short-length", "two-lengths", "http09")


def test_no_link_is_anywhere_in_clear(
    sim: Simulation, hand: Hand, ivan: User, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    out = io.StringIO()
    with every_logger_speaks(), caplog.at_level(logging.DEBUG):
        at = account(sim, calls_per_second="100")
        told = []
        for fault in FAULTS:
            sim.fault(f"eset:{fault}{MAKE}")
            installer = hand.follow(order(at, actor=ivan))
            told += [repr(installer), repr(installer.__dict__), installer.error, installer.remark, repr(installer.open())]
            assert installer.standing == Standing.READY
        told += list(told_directly(sim, installer))
        hand.take_stock(at)
        services.revoke(installer, act=AuditContext.of(ivan, now=timezone.now()))
        tasks.announce()
        tasks.plan()
        call_command("installer", "list", stdout=out)
        call_command("installer", "list", "--json", stdout=out)
    found = [leak for text in told for leak in leaks("object or error", text)] + leaks("command", out.getvalue())
    output = capfd.readouterr()
    found += leaks("log", caplog.text) + leaks("standard output", output.out) + leaks("standard error", output.err)
    found += [leak for record in caplog.records for leak in leaks("log arguments", f"{record.args!r} {record.exc_text}")]
    found += [leak for name, rows in tables() for leak in leaks(f"table {name}", rows)]
    found += [leak for name, value in broker() for leak in leaks(f"Redis {name}", value)]
    assert not found, "\n".join(found)
    sent = [arguments for _, (arguments, _, _) in messages()]
    assert sent and all(carries_no_text(arguments) for arguments in sent)
    assert AuditEvent.objects.filter(action="installer ordered").count() == len(FAULTS)
    assert all(CANARY in each.open().reveal() for each in Installer.objects.all())


def told_directly(sim: Simulation, installer: Installer) -> list[str]:
    """What the adapter returns and raises by itself, with its whole chain."""
    link = connect(installer.account)
    reader, told = link.reader, []
    assert isinstance(reader, MakesInstallers)
    try:
        for fault in ("202-expired", *LISTS):
            sim.fault(f"eset:{fault}@1x2{MAKE}")
            for uuid in ("", installer.external_id):
                try:
                    told.append(repr(reader.read_installer(uuid, None) if uuid else reader.list_installers(None)))
                except VendorError as error:
                    told.append(everything_about(error))
            sim.clear_faults()
        told.append(repr(reader.list_installers(None)))
    finally:
        link.gateway.close()
    return told
