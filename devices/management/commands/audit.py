"""`manage.py audit verify|head|export|prune|erase-name`: prove the audit log, copy it, shorten it, erase the name of a user."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from devices.audit import chain, entries_file, names, pruning, verification
from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.audit.queries import AuditFilters
from devices.db.roles import can_change_audit_log, owner_role
from devices.lists.csv import BYTE_ORDER_MARK
from devices.management.console import NOT_READY, CommandRefused
from devices.management.console import Command as ConsoleCommand


class Command(ConsoleCommand):
    help = "Verify the audit log, print its head, export it, prune it, or erase the name of a user from it."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = self.add_actions(parser, "verify|head|export|prune|erase-name")
        verify = actions.add_parser("verify", help="read all entries; exit code 1 names the first that is broken")
        verify.add_argument("--expect", metavar="HEAD", help="a head that was noted earlier: its entry must still be there")
        actions.add_parser("head", help="print the number of chained entries and the digest over them, as COUNT:DIGEST")
        export = actions.add_parser("export", help="write entries to stdout, oldest first")
        export.add_argument("--format", choices=sorted(entries_file.FORMATS), required=True, dest="form")
        export.add_argument("--since", type=_day, metavar="DATE", help="the first day, as 2026-03-31, in UTC")
        export.add_argument("--until", type=_day, metavar="DATE", help="the last day")
        prune = actions.add_parser("prune", help="remove old entries, with the role of ROLLCALL_OWNER_DATABASE_URL")
        prune.add_argument("--before", type=_day, metavar="DATE", required=True, help="the first day that is kept, as 2026-03-31, in UTC")
        actions.add_parser("erase-name", help="erase the name of a disabled user; the entries stay").add_argument("name")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        try:
            if action == "head":
                self.say(str(chain.head()))
            elif action == "verify":
                self._verify(options["expect"])
            elif action == "export":
                self._export(options["form"], since=options["since"], until=options["until"])
            elif action == "prune":
                self._prune(options["before"])
            else:
                self._erase(options["name"])
        except (verification.BrokenChain, names.NotErasable) as refused:
            raise CommandRefused(str(refused)) from None

    def _verify(self, expect: str | None) -> None:
        try:
            noted = chain.Head.parse(expect) if expect else None
        except ValueError:
            raise CommandRefused("The head is not COUNT:DIGEST as `manage.py audit head` prints it.", code=NOT_READY) from None
        found = verification.verify(expect=noted)
        waiting = f"; {found.waiting} not chained yet" if found.waiting else ""
        pruned = f"; {found.pruned} were pruned" if found.pruned else ""
        self.say(f"All {found.entries} entries are intact{waiting}{pruned}. Head {found.head}")

    def _export(self, form: str, *, since: date | None, until: date | None) -> None:
        filters = AuditFilters(since=since.isoformat() if since else "", until=until.isoformat() if until else "")
        # Recorded first, so that an export that breaks off is recorded too.
        audit.record("audit log exported", act=AuditContext(timezone.now()), format=form, filters=filters.query_string())
        if form == "csv":
            self.stdout.write(BYTE_ORDER_MARK, ending="")
        for line in entries_file.FORMATS[form](entries_file.documents(filters.events())):
            self.stdout.write(line, ending="")
        self.stdout.flush()

    def _prune(self, day: date) -> None:
        now = timezone.now()
        before = datetime.combine(day, time.min, tzinfo=UTC)
        if before > now:
            raise CommandRefused("The date is in the future: choose one that has passed.", code=NOT_READY)
        with owner_role():
            if not can_change_audit_log():
                raise CommandRefused("Only the owner's role can prune: set ROLLCALL_OWNER_DATABASE_URL for this command.")
            removed = pruning.prune(before=before, act=AuditContext(now))
        self.say(f"Removed {removed} entries. Head {chain.head()}" if removed else "No entry is older.")

    def _erase(self, name: str) -> None:
        names.erase(name, act=AuditContext(timezone.now()))
        self.say("Erased the name; the entries of this user show its number.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a date is written as 2026-03-31") from None
