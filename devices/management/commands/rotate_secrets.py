"""`manage.py rotate_secrets`: encrypt every stored secret with the first key, so that the others can be removed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from devices.audit import log as audit
from devices.audit.chain import key_in_use as audit_log_key
from devices.audit.context import AuditContext
from devices.checks import remember_keys
from devices.encryption import rotation
from devices.management.console import Command as ConsoleCommand
from devices.management.console import CommandRefused


class Command(ConsoleCommand):
    help = "Encrypt every stored secret with the first key of ROLLCALL_SEALING_KEYS. Can be stopped and started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count the rows per key")

    def handle(self, *_args: Any, dry_run: bool, **_options: Any) -> None:
        self._count("Before" if not dry_run else "Now")
        if dry_run:
            return
        remember_keys()
        outcome = rotation.rotate()
        self._count("After")
        # Recorded although nothing had to be encrypted again, if the audit log ends with another key: the signature covers what it signed.
        if outcome.done or audit_log_key() not in ("", rotation.sealing_key()):
            audit.record(
                "secrets rotated",
                act=AuditContext(timezone.now()),
                target=rotation.sealing_key(),
                rows=outcome.done,
                unusable=len(outcome.broken),
            )
        for sentence in outcome.broken:
            self.warn(sentence)
        if outcome.broken or outcome.busy:
            raise CommandRefused(
                f"{len(outcome.broken) + outcome.busy} values are not encrypted with {rotation.sealing_key()!r}: keep the old keys,"
                " fix the errors above and run the command again."
            )

    def _count(self, when: str) -> None:
        counts = rotation.rows_per_key() or {rotation.sealing_key(): 0}
        for key_id, rows in sorted(counts.items()):
            mark = " (current)" if key_id == rotation.sealing_key() else ""
            self.say(f"{when}: key {key_id}{mark}: {rows} values")
