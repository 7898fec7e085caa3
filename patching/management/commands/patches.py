"""`manage.py patches attempts|open`: lists patch attempts or open patches."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.management.console import Command as ConsoleCommand
from devices.management.console import account_named
from devices.models import Account
from patching.lists.documents import WHAT, Document
from patching.sync.source_access import readings
from vendors.patching_api import Source
from vendors.registry import VENDORS

NOTHING = {"attempts": "No patch attempts.", "open": "No open patches."}
ROWS = {"attempts": "patch attempts", "open": "patches"}
SOURCES = {"attempts": (Source.RECENT, Source.ATTEMPTS), "open": (Source.PATCHES,)}


class Command(ConsoleCommand):
    help = "List patch attempts, newest first, or open patches, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(WHAT))
        parser.add_argument("--account", default="", metavar="NAME", help="only of this vendor account")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, what: str, account: str, as_json: bool, **_options: Any) -> None:
        only = account_named(account) if account else None
        name = only.name if only else ""
        unknown = _why_unknown(what, [only] if only else list(Account.objects.filter(enabled=True)))
        # Written first, so that an export that breaks off is logged too.
        audit.record("patching exported", act=AuditContext(timezone.now()), target=what, account=name)
        found = WHAT[what](name, now=timezone.now())
        if as_json:
            if not self._write_json(found) and unknown:
                self.warn(unknown)
        else:
            self._write_lines(found, nothing=unknown or NOTHING[what])

    def _write_json(self, found: Iterable[Document]) -> bool:
        """One document, a row at a time: memory stays flat however many there are. Returns whether there was a row."""
        number = -1
        self.stdout.write("[", ending="")
        for number, each in enumerate(found):
            self.stdout.write(f"{',' if number else ''}\n  {json.dumps(each, ensure_ascii=False)}", ending="")
        self.stdout.write("\n]")
        return number >= 0

    def _write_lines(self, found: Iterable[Document], *, nothing: str) -> None:
        none = True
        for each in found:
            none = False
            when = each["end"] or each["start"] if "end" in each else each["open_since"]
            versions = f"{each.get('from') or '?'} -> {each['to'] or '?'}" if "from" in each else each["to"] or "?"
            how = f"{each['status']} ({each['reason']})" if each["reason"] else each["status"]
            where = f"{each['device'] or 'device not reported'}  {each['account']}"
            what = f"{each['application']} (likely {each['probably']})" if each.get("probably") else each["application"]
            self.say(f"{when or 'no time'}  {how}  {what}  {versions}  {where}")
        if none:
            self.say(nothing)


def _why_unknown(what: str, accounts: Sequence[Account]) -> str:
    """Why an empty list of these accounts means nothing, as a sentence; "" where one of them provides this data."""
    reasons = {_why_no_data(what, account) for account in accounts}
    if not reasons:
        return f"No vendor account is enabled, so there are no {ROWS[what]}."
    if "" in reasons:
        return ""
    return reasons.pop() if len(accounts) == 1 else f"No enabled vendor account has reported {ROWS[what]} so far."


def _why_no_data(what: str, account: Account) -> str:
    vendor = VENDORS.get(account.vendor)
    label, rows = vendor.label if vendor else account.vendor, ROWS[what]
    if vendor is not None and what == "open" and vendor.patches_with_devices:
        return "" if account.complete_at else f"{account.name} had no full sync yet, so its {rows} are not known."
    sources = [source for source in SOURCES[what] if vendor is not None and source in vendor.patch_sources]
    if not sources:
        return f"{label} provides no {rows}, so there are none of {account.name}."
    read = [each for each in readings(account) if each.source in sources]
    if any(each.complete_at for each in read):
        return ""
    refused = next((each.sentence for each in read if each.can is False and each.sentence), "")
    return f"The {rows} of {account.name} have not been synced yet{': ' + refused if refused else '.'}"
