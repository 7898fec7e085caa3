"""`manage.py account …`: manage vendor accounts. Secrets come from files or variables only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from devices.account_status.status import AccountStatus, statuses
from devices.account_status.text import Code
from devices.accounts.counts import calls_words, numbers, records_words
from devices.accounts.deletion.services import contents, makes_installers, request_deletion
from devices.accounts.field_repairs import repaired
from devices.accounts.probe import ProbeResult, probe_account, probe_values
from devices.accounts.queries import cards
from devices.accounts.services import check_new, create_account, refresh_account, switch_account, update_account
from devices.accounts.validation import AccountOptions, InvalidAccount, checked, moves, notes, refuse_deleting
from devices.audit.context import AuditContext
from devices.jobs import heartbeat
from devices.management.account_input import (
    Pairs,
    add_secrets,
    add_settings,
    describe_vendors,
    secrets_of,
    sentences_with_options,
    settings_of,
)
from devices.management.console import NOT_READY, CommandRefused, account_named, vendor_of
from devices.management.console import Command as ConsoleCommand
from devices.models import Account, Health
from devices.search.documents import moment
from vendors.base import Vendor
from vendors.registry import VENDORS

NO_TERMINAL = "Nothing was deleted: there is no terminal for the confirmation. Use --yes to delete without it."
PATIENCE = 120.0  # seconds to wait for calls to be allowed again: the longest limits are those of a minute
UNTESTED = "Nothing was saved; use --no-test to save without testing the connection."

HEALTH = {
    Code.BEING_DELETED: "off",
    Code.DISABLED: "off",
    Code.CREDENTIALS_REFUSED: Health.PERSON.value,
    Code.FAILING: Health.FAILING.value,
    Code.PAUSED: "late",
    Code.FIRST_SYNC: Health.NEW.value,
    Code.NEVER_SYNCED: Health.NEW.value,
    Code.OVERDUE: "late",
}


class Command(ConsoleCommand):
    help = "Add, list, test, edit, enable, disable and delete vendor accounts, and replace their secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = self.add_actions(parser, "add|list|test|edit|rotate|enable|disable|delete")
        add = actions.add_parser("add", help="test the connection and add an account")
        listed = actions.add_parser("list", help="list accounts with their status")
        test = actions.add_parser("test", help="sign in and read one small page")
        edit = actions.add_parser("edit", help="change settings after testing the connection")
        rotate = actions.add_parser("rotate", help="replace secrets after the vendor has accepted the new ones")
        enable = actions.add_parser("enable", help="sync an account again")
        disable = actions.add_parser("disable", help="stop syncing an account; synced data is kept")
        delete = actions.add_parser("delete", help="delete an account and all data synced through it")
        for each in (add, test, edit, rotate, enable, disable, delete):
            each.add_argument("name")
        delete.add_argument("--yes", action="store_true", help="delete without confirmation")
        add.add_argument("--vendor", required=True, choices=list(VENDORS))
        for each in (add, edit):
            add_settings(each)
            each.add_argument("--no-test", action="store_false", dest="tested", help="save without testing the connection")
            each.add_argument(
                "--allow-private-host",
                action="append",
                dest="private_hosts",
                metavar="HOST:PORT",
                help="allow only this account to reach this host on a private network; it must be the host of its address",
            )
        for each in (add, edit, rotate):
            add_secrets(each)
            describe_vendors(each, example=each is add)
        listed.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        try:
            if action == "add":
                self._add(options["name"], options["vendor"], options["setting_pairs"], options["secret_pairs"], options)
            elif action == "list":
                self._list(as_json=options["as_json"])
            elif action == "test":
                account = account_named(options["name"])
                self.say(self._proven(lambda: probe_account(account)))
            elif action == "edit":
                self._edit(options["name"], options["setting_pairs"], options["secret_pairs"], options)
            elif action == "rotate":
                self._rotate(options["name"], options["secret_pairs"])
            elif action == "delete":
                self._delete(options["name"], asked=not options["yes"])
            else:
                self._switch(options["name"], enabled=action == "enable")
        except InvalidAccount as bad:
            raise CommandRefused(" ".join([*bad.general, *sentences_with_options(bad)])) from None

    def _add(self, name: str, vendor: str, setting_pairs: Pairs, secret_pairs: Pairs, given: dict[str, Any]) -> None:
        settings = settings_of(setting_pairs, secret_names=VENDORS[vendor].secret_names)
        secrets = secrets_of(secret_pairs)
        check_new(name=name, vendor=vendor, settings=settings, secrets=secrets)
        options = AccountOptions(private_hosts=tuple(given["private_hosts"] or ()))
        if given["tested"]:
            self.say(self._proven(lambda: probe_values(vendor, settings, secrets, options=options), otherwise=UNTESTED))
        create_account(name=name, vendor=vendor, settings=settings, secrets=secrets, options=options)
        self._note(VENDORS[vendor], settings)
        self.say(f"Added {name}; its first sync starts within a minute. `manage.py sync {name} --wait` follows it.")

    def _list(self, *, as_json: bool) -> None:
        now = timezone.now()
        found = cards(statuses(now), now)
        documents = [_document(card.status) | numbers(card) for card in found]
        if as_json:
            self.say_json(documents)
            return
        for card, document in zip(found, documents, strict=True):
            complete = document["complete_as_of"] or "never"
            self.say(f"{document['name']}  {document['vendor']}  {document['label']}  last full sync {complete}")
            self.say(f"    {records_words(card)}; {calls_words(card)}")
            if document["status"] != Code.HEALTHY:
                self.say(f"    {document['sentence']} {document['next_step']}")
            if document["repaired_devices"]:
                self.say(f"    devices with repaired fields: {document['repaired_devices']}")
        if not documents:
            self.say("No vendor accounts yet: add one with `manage.py account add`.")

    def _edit(self, name: str, setting_pairs: Pairs, secret_pairs: Pairs, given: dict[str, Any]) -> None:
        account = account_named(name)
        refuse_deleting(account)
        vendor = vendor_of(account)
        changed, secrets = settings_of(setting_pairs, secret_names=vendor.secret_names), secrets_of(secret_pairs)
        if not changed and given["private_hosts"] is None:
            raise CommandRefused(
                f"Nothing to change: use --set KEY=VALUE. `manage.py account rotate {name}` replaces secrets.", code=NOT_READY
            )
        settings = _settings(account) | changed
        stored = frozenset(account.secrets.values_list("name", flat=True))
        checked(vendor, settings, secrets, known_secrets=stored)
        options = AccountOptions.of(account)
        if given["private_hosts"] is not None:
            options = replace(options, private_hosts=tuple(given["private_hosts"]))
        if moves(account, settings):
            _require_again(stored - secrets.keys())
        if given["tested"]:
            test = partial(probe_values, account.vendor, settings, secrets, account=account, options=options)
            self.say(self._proven(test, otherwise=UNTESTED))
        update_account(account, settings=settings, secrets=secrets, options=options)
        self._note(vendor, settings)
        self.say(f"Changed {name}.{_sync_again(account)}")

    def _note(self, vendor: Vendor, settings: dict[str, str]) -> None:
        """Notes on the settings, such as the time in the chosen zone."""
        for sentence in notes(vendor, settings, timezone.now()):
            self.say(sentence)

    def _rotate(self, name: str, secret_pairs: Pairs) -> None:
        """The stored secrets are used until the vendor has answered a call that was made with the new ones."""
        account = account_named(name)
        refuse_deleting(account)
        vendor, secrets, settings = vendor_of(account), secrets_of(secret_pairs), _settings(account)
        if not secrets:
            raise CommandRefused(
                f"Enter the new secret with --secret: {vendor.label} has {' and '.join(vendor.secret_names)}.", code=NOT_READY
            )
        checked(vendor, settings, secrets, known_secrets=frozenset(account.secrets.values_list("name", flat=True)))
        stays = "Nothing was replaced: the stored secrets stay in use."
        self.say(self._proven(partial(probe_values, account.vendor, settings, secrets, account=account), otherwise=stays))
        update_account(account, settings=settings, secrets=secrets)
        self.say(f"Replaced {' and '.join(sorted(secrets))} of {name}.{_sync_again(account)}")

    def _switch(self, name: str, *, enabled: bool) -> None:
        account = account_named(name)
        refuse_deleting(account)
        status = "enabled" if enabled else "disabled"
        if account.enabled == enabled:
            self.say(f"{name} is already {status}.")
            return
        switch_account(account, enabled=enabled)
        self.say(f"{name} is {status}{'; its sync starts within a minute.' if enabled else '. The last synced data is kept.'}")

    def _delete(self, name: str, *, asked: bool) -> None:
        account = account_named(name)
        refuse_deleting(account)
        if asked and not sys.stdin.isatty():
            raise CommandRefused(NO_TERMINAL, code=NOT_READY)
        self.say(f"Deleting {name} also deletes:")
        for each in contents(account):
            self.say(f"  {each.words}")
        self.say("Devices that other accounts report are kept, and so is the audit log.")
        if makes_installers(account):
            self.say("Installers at the vendor work until they expire or are revoked.")
        if asked and self._typed("Type the account name to confirm: ") != name:
            raise CommandRefused("Nothing was deleted: this is not the account name.")
        request_deletion(account, act=AuditContext(timezone.now()))
        self.say(f"{name} is being deleted. Its name can be used again when `manage.py account list` no longer shows it.")
        if trouble := heartbeat.sentence():
            self.warn(trouble)

    def _proven(self, test: Callable[[], ProbeResult], *, otherwise: str = "") -> str:
        """The sentence of a successful connection test; waits for the shared rate limit. Raises CommandRefused with the sentence and the
        next step of a failed one, and `otherwise`."""
        probe, until = test(), time.monotonic() + PATIENCE
        while probe.unsent and time.monotonic() + probe.wait <= until:
            self.warn(f"Rate limit reached, continues in {probe.wait} s.")
            time.sleep(probe.wait)
            probe = test()
        if probe.ok:
            return probe.sentence
        reference = f"(Request ID {probe.request_id}.)" if probe.request_id else ""
        next_step = f"Run the command again in {probe.wait} seconds." if probe.wait else probe.next_step
        next_step = "Use --allow-private-host HOST:PORT to allow it for this account." if probe.private else next_step
        raise CommandRefused(" ".join(part for part in (probe.sentence, reference, next_step, otherwise) if part))

    def _typed(self, question: str) -> str:
        self.stdout.write(question, ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip()


def _settings(account: Account) -> dict[str, str]:
    """As stored, without settings that this version does not have."""
    return {field.name: str(account.settings.get(field.name, "")) for field in account.about.fields if not field.secret}


def _require_again(missing: frozenset[str]) -> None:
    if missing:
        given = " ".join(f"--secret {name}=…" for name in sorted(missing))
        raise CommandRefused(f"The address changed: enter the secrets again with {given}. They are not sent to another server.")


def _sync_again(account: Account) -> str:
    """Starts a sync, so that the account's status is that of the new settings and secrets."""
    if not account.enabled:
        return ""
    refresh_account(account)
    return " A sync with them starts."


def _document(status: AccountStatus) -> dict[str, Any]:
    """An interface: keys are added at most. `health` has the values of earlier versions, and is coarser than `status`."""
    found = repaired(status.account, most=None)
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
        "deletion_requested_at": moment(status.account.deletion_requested_at),
        "withheld": status.withheld,
        "repaired_devices": found.devices,
        "repaired_fields": [asdict(each) for each in found.fields],
    }
