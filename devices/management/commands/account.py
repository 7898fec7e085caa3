"""`manage.py account add|list|test`: vendor accounts without a browser. Secrets come from files or variables only."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.utils import timezone

from devices.account_settings import LONGEST_SECRET, BadAccount
from devices.account_status import AccountStatus, statuses
from devices.account_status_text import Code
from devices.accounts import create_account
from devices.management.console import NOT_READY, Refused, account_named
from devices.management.console import Command as ConsoleCommand
from devices.models import Health
from devices.probing import probe_account
from devices.queries.as_json import moment
from vendors.registry import VENDORS

WHY_NOT_PLAIN = (
    "A secret on the command line stays in the shell's history and shows in the list of processes: "
    "give {name} as --secret {name}=env:VARIABLE or --secret {name}=file:PATH."
)

HEALTH = {
    Code.BEING_DELETED: "off",
    Code.DISABLED: "off",
    Code.CREDENTIALS_REFUSED: Health.PERSON.value,
    Code.FAILING: Health.FAILING.value,
    Code.FIRST_SYNC: Health.NEW.value,
    Code.NEVER_SYNCED: Health.NEW.value,
    Code.OVERDUE: "late",
}


class Command(ConsoleCommand):
    help = "Add, list and test vendor accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|test")
        add = actions.add_parser("add", help="add an account")
        add.add_argument("name")
        add.add_argument("--vendor", required=True, choices=list(VENDORS))
        add.add_argument("--set", action="append", default=[], type=_pair, dest="settings", metavar="KEY=VALUE")
        add.add_argument("--secret", action="append", default=[], type=_pair, dest="secrets", metavar="KEY=env:VAR|file:PATH")
        listed = actions.add_parser("list", help="list accounts and how they are")
        listed.add_argument("--json", action="store_true", dest="as_json")
        actions.add_parser("test", help="sign in and read one small page").add_argument("name")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        if action == "add":
            self._add(options["name"], options["vendor"], options["settings"], options["secrets"])
        elif action == "list":
            self._list(as_json=options["as_json"])
        else:
            self._test(options["name"])

    def _add(self, name: str, vendor: str, settings: list[tuple[str, str]], secrets: list[tuple[str, str]]) -> None:
        for key, _ in settings:
            if key in VENDORS[vendor].secret_names:
                raise Refused(WHY_NOT_PLAIN.format(name=key), code=NOT_READY)
        values = {key: _secret(key, source) for key, source in secrets}
        try:
            create_account(name=name, vendor=vendor, settings=dict(settings), secrets=values)
        except BadAccount as bad:
            raise Refused(" ".join(bad.sentences)) from None
        self.say(f"Added {name}. Try it with `manage.py account test {name}`; its first list is fetched by itself.")

    def _list(self, *, as_json: bool) -> None:
        documents = [_document(each) for each in statuses(timezone.now())]
        if as_json:
            self.say_json(documents)
            return
        for document in documents:
            complete = document["complete_as_of"] or "never"
            self.say(f"{document['name']}  {document['vendor']}  {document['label']}  last full sync {complete}")
            if document["status"] != Code.HEALTHY:
                self.say(f"    {document['sentence']} {document['next_step']}")
        if not documents:
            self.say("There is no vendor account yet: add one with `manage.py account add`.")

    def _test(self, name: str) -> None:
        probe = probe_account(account_named(name))
        if not probe.ok:
            reference = f" (request id {probe.request_id})" if probe.request_id else ""
            raise Refused(f"{probe.sentence}{reference} {probe.next_step}".strip())
        self.say(probe.sentence)


def _document(status: AccountStatus) -> dict[str, Any]:
    """An interface: keys are added at most. `health` has the values of earlier versions, and is coarser than `status`."""
    return {
        "name": status.name,
        "vendor": status.vendor,
        "enabled": status.account.enabled,
        "switched_off_at": moment(status.account.switched_off_at),
        "health": HEALTH.get(status.code, status.account.health),
        "status": status.code.value,
        "label": status.label,
        "sentence": status.sentence,
        "next_step": status.next_step,
        "since": moment(status.since),
        "complete_as_of": moment(status.complete_at),
        "withheld": status.withheld,
    }


def _pair(text: str) -> tuple[str, str]:
    """Never repeats the text: it may be a secret that was put here by mistake."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise ArgumentTypeError("expected KEY=VALUE")
    return name.strip(), value


def _secret(name: str, source: str) -> str:
    """The value that `env:VARIABLE` or `file:PATH` names. Raises Refused; no sentence repeats a value."""
    where, _, rest = source.partition(":")
    if where == "env" and rest:
        value = os.environ.get(rest, "")
        if not value:
            raise Refused(f"The variable {rest} for {name} is not set or empty: export it first.")
        return value
    if where == "file" and rest:
        return _from_file(name, Path(rest))
    raise Refused(WHY_NOT_PLAIN.format(name=name), code=NOT_READY)


def _from_file(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_SECRET + 1)
        value = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Refused(f"The file for {name} cannot be read ({reason}): {path}.") from None
    if not value or len(content) > LONGEST_SECRET:
        raise Refused(f"The file for {name} is {'too large' if value else 'empty'}: {path}.")
    return value
