"""`manage.py patches attempts|open`: what was tried, and what is left to do, without a browser."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.management.console import Command as ConsoleCommand
from devices.management.console import account_named
from patching.lists.documents import WHAT, Document

NOTHING = {"attempts": "No attempt is kept.", "open": "No open patch is known."}


class Command(ConsoleCommand):
    help = "List attempts to install patches, newest first, or open patches, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(WHAT))
        parser.add_argument("--account", default="", metavar="NAME", help="only of this account")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, what: str, account: str, as_json: bool, **_options: Any) -> None:
        name = account_named(account).name if account else ""
        # Written first: what left is known even if the reader or this process dies on the way.
        audit.record("patching exported", act=AuditContext(timezone.now()), target=what, account=name)
        found = WHAT[what](name, now=timezone.now())
        if as_json:
            self._write_json(found)
        else:
            self._tell(found, nothing=NOTHING[what])

    def _write_json(self, found: Iterable[Document]) -> None:
        """One document, a row at a time: memory stays flat however many there are."""
        self.stdout.write("[", ending="")
        for number, each in enumerate(found):
            self.stdout.write(f"{',' if number else ''}\n  {json.dumps(each, ensure_ascii=False)}", ending="")
        self.stdout.write("\n]")

    def _tell(self, found: Iterable[Document], *, nothing: str) -> None:
        none = True
        for each in found:
            none = False
            when = each["end"] or each["start"] if "end" in each else each["open_since"]
            versions = f"{each.get('from') or '?'} -> {each['to'] or '?'}" if "from" in each else each["to"] or "?"
            how = f"{each['status']} ({each['reason']})" if each["reason"] else each["status"]
            where = f"{each['device'] or 'device not told'}  {each['account']}"
            what = f"{each['application']} (probably {each['probably']})" if each.get("probably") else each["application"]
            self.say(f"{when or 'no time told'}  {how}  {what}  {versions}  {where}")
        if none:
            self.say(nothing)
