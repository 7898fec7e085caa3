"""`manage.py export devices`: stream every device to stdout, one line each."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.lists.csv import BYTE_ORDER_MARK
from devices.management.console import Command as ConsoleCommand
from devices.models import Device
from devices.search.export import FORMATS, documents


class Command(ConsoleCommand):
    help = "Write every device to stdout, including missing, removed and retired ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["devices"])
        parser.add_argument("--format", choices=sorted(FORMATS), required=True, dest="form")

    def handle(self, *_args: Any, what: str, form: str, **_options: Any) -> None:
        every = Device.objects.all()
        # Recorded first, so that an export that breaks off is recorded too.
        audit.record("export", act=AuditContext(timezone.now()), target=what, format=form, devices=every.count())
        if form == "csv":
            self.stdout.write(BYTE_ORDER_MARK, ending="")
        for line in FORMATS[form](documents(every)):
            self.stdout.write(line, ending="")
        self.stdout.flush()
