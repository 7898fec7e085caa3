"""`manage.py account add|list|test`: vendor accounts without a browser. Secrets come from files or variables only."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.utils import timezone

from devices.account_settings import LONGEST_SECRET, BadAccount
from devices.accounts import create_account
from devices.management.console import NOT_READY, Refused, account_named
from devices.management.console import Command as ConsoleCommand
from devices.models import Account, Health
from devices.probing import probe_account
from devices.queries.account_numbers import calls_words, numbers, records_words
from devices.queries.accounts import cards
from devices.queries.as_json import moment
from vendors.registry import VENDORS

WHY_NOT_PLAIN = (
    "A secret on the command line stays in the shell's history and shows in the list of processes: "
    "give {name} as --secret {name}=env:VARIABLE or --secret {name}=file:PATH."
)


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
        found = cards(timezone.now())
        documents = [_document(card.account) | numbers(card) for card in found]
        if as_json:
            self.say_json(documents)
            return
        for card, document in zip(found, documents, strict=True):
            complete = document["complete_as_of"] or "never"
            self.say(f"{document['name']}  {document['vendor']}  {document['health']}  complete as of {complete}")
            self.say(f"    {records_words(card)}; {calls_words(card)}")
            if document["sentence"]:
                self.say(f"    {document['sentence']} {document['next_step']}")
        if not documents:
            self.say("There is no vendor account yet: add one with `manage.py account add`.")

    def _test(self, name: str) -> None:
        probe = probe_account(account_named(name))
        if not probe.ok:
            reference = f" (request id {probe.request_id})" if probe.request_id else ""
            raise Refused(f"{probe.sentence}{reference} {probe.next_step}".strip())
        self.say(probe.sentence)


def _document(account: Account) -> dict[str, Any]:
    """An interface: keys are added at most."""
    return {
        "name": account.name,
        "vendor": account.vendor,
        "enabled": account.enabled,
        "switched_off_at": moment(account.switched_off_at),
        "health": account.health if account.enabled else Health.OFF.value,
        "sentence": account.health_sentence,
        "next_step": account.health_next_step,
        "complete_as_of": moment(account.complete_at),
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
