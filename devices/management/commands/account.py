"""`manage.py account add|list|test`: vendor accounts without a browser. Secrets come from files or variables only."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from devices.account_settings import BadAccount
from devices.accounts import create_account
from devices.management.account_input import Pairs, add_secrets, add_settings, describe_vendors, secrets_of, settings_of
from devices.management.console import Command as ConsoleCommand
from devices.management.console import Refused, account_named
from devices.models import Account, Health
from devices.probing import probe_account
from devices.queries.as_json import moment
from vendors.registry import VENDORS


class Command(ConsoleCommand):
    help = "Add, list and test vendor accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|test")
        add = actions.add_parser("add", help="add an account")
        add.add_argument("name")
        add.add_argument("--vendor", required=True, choices=list(VENDORS))
        add_settings(add)
        add_secrets(add)
        describe_vendors(add, example=True)
        listed = actions.add_parser("list", help="list accounts and how they are")
        listed.add_argument("--json", action="store_true", dest="as_json")
        actions.add_parser("test", help="sign in and read one small page").add_argument("name")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        if action == "add":
            self._add(options["name"], options["vendor"], options["setting_pairs"], options["secret_pairs"])
        elif action == "list":
            self._list(as_json=options["as_json"])
        else:
            self._test(options["name"])

    def _add(self, name: str, vendor: str, setting_pairs: Pairs, secret_pairs: Pairs) -> None:
        settings = settings_of(setting_pairs, secret_names=VENDORS[vendor].secret_names)
        secrets = secrets_of(secret_pairs)
        try:
            create_account(name=name, vendor=vendor, settings=settings, secrets=secrets)
        except BadAccount as bad:
            raise Refused(" ".join(bad.sentences)) from None
        self.say(f"Added {name}. Try it with `manage.py account test {name}`; its first list is fetched by itself.")

    def _list(self, *, as_json: bool) -> None:
        documents = [_document(account) for account in Account.objects.all()]
        if as_json:
            self.say_json(documents)
            return
        for document in documents:
            complete = document["complete_as_of"] or "never"
            self.say(f"{document['name']}  {document['vendor']}  {document['health']}  complete as of {complete}")
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
