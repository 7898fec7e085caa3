"""`manage.py audit verify|head`: prove that the audit log is complete and unchanged."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from devices.audit import chain, verification
from devices.management.console import NOT_READY, CommandRefused
from devices.management.console import Command as ConsoleCommand


class Command(ConsoleCommand):
    help = "Verify the audit log, and print its head, with which removed last entries are detected."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = self.add_actions(parser, "verify|head")
        verify = actions.add_parser("verify", help="read all entries; exit code 1 names the first that is broken")
        verify.add_argument("--expect", metavar="HEAD", help="a head that was noted earlier: its entry must still be there")
        actions.add_parser("head", help="print the number of chained entries and the digest over them, as COUNT:DIGEST")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        if action == "head":
            self.say(str(chain.head()))
        else:
            self._verify(options["expect"])

    def _verify(self, expect: str | None) -> None:
        try:
            noted = chain.Head.parse(expect) if expect else None
        except ValueError:
            raise CommandRefused("The head is not COUNT:DIGEST as `manage.py audit head` prints it.", code=NOT_READY) from None
        try:
            found = verification.verify(expect=noted)
        except verification.BrokenChain as broken:
            raise CommandRefused(str(broken)) from None
        waiting = f"; {found.waiting} not chained yet" if found.waiting else ""
        pruned = f"; {found.pruned} were pruned" if found.pruned else ""
        self.say(f"All {found.entries} entries are intact{waiting}{pruned}. Head {found.head}")
