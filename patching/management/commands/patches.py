"""`manage.py patches attempts|open`: what was tried, and what is left to do, without a browser."""

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

NOTHING = {"attempts": "No attempt is kept.", "open": "No open patch is known."}
WORDS = {"attempts": "attempts to install patches", "open": "patches"}
SOURCES = {"attempts": (Source.RECENT, Source.ATTEMPTS), "open": (Source.PATCHES,)}


class Command(ConsoleCommand):
    help = "List attempts to install patches, newest first, or open patches, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(WHAT))
        parser.add_argument("--account", default="", metavar="NAME", help="only of this account")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, what: str, account: str, as_json: bool, **_options: Any) -> None:
        only = account_named(account) if account else None
        name = only.name if only else ""
        unknown = _why_unknown(what, [only] if only else list(Account.objects.filter(enabled=True)))
        # Written first: what left is known even if the reader or this process dies on the way.
        audit.record("patching exported", act=AuditContext(timezone.now()), target=what, account=name)
        found = WHAT[what](name, now=timezone.now())
        if as_json:
            if not self._write_json(found) and unknown:
                self.warn(unknown)
        else:
            self._tell(found, nothing=unknown or NOTHING[what])

    def _write_json(self, found: Iterable[Document]) -> bool:
        """One document, a row at a time: memory stays flat however many there are. Whether there was a row."""
        number = -1
        self.stdout.write("[", ending="")
        for number, each in enumerate(found):
            self.stdout.write(f"{',' if number else ''}\n  {json.dumps(each, ensure_ascii=False)}", ending="")
        self.stdout.write("\n]")
        return number >= 0

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


def _why_unknown(what: str, accounts: Sequence[Account]) -> str:
    """Why an empty list of these accounts would say nothing, as a sentence; "" where one of them could have told something."""
    reasons = {_why_silent(what, account) for account in accounts}
    if not reasons:
        return f"No account is enabled, so no {WORDS[what]} are known."
    if "" in reasons:
        return ""
    return reasons.pop() if len(accounts) == 1 else f"No enabled account has reported {WORDS[what]} so far."


def _why_silent(what: str, account: Account) -> str:
    vendor = VENDORS.get(account.vendor)
    label, words = vendor.label if vendor else account.vendor, WORDS[what]
    if vendor is not None and what == "open" and vendor.patches_with_devices:
        return "" if account.complete_at else f"{account.name} has never been synced completely, so its {words} are not known yet."
    sources = [source for source in SOURCES[what] if vendor is not None and source in vendor.patch_sources]
    if not sources:
        return f"{label} reports no {words} to Rollcall, so nothing is known about those of {account.name}."
    read = {told.source: told for told in readings(account) if told.source in sources}
    if any(told.complete_at for told in read.values()):
        return ""
    refused = next((told.sentence for told in read.values() if told.can is False and told.sentence), "")
    return f"The {words} of {account.name} have not been read yet{': ' + refused if refused else '.'}"
