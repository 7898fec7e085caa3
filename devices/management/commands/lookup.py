"""`manage.py lookup TERM`: find devices by any identifier, and say for each account whether "not found" is reliable."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.utils import timezone

from devices.account_status.status import statuses
from devices.lookup.account_answers import AccountAnswer, account_answers, document
from devices.management.console import NOT_READY, CommandRefused
from devices.management.console import Command as ConsoleCommand
from devices.models import Life
from devices.search.interpretations import words
from devices.search.parser import says_nothing
from devices.search.queries import MOST, SearchMatch, search
from vendors.states import IdKind, State

LONGEST_NUMBER = 9  # digits
NO_TERM = "Enter a search term, such as a hostname, a serial number, a user or `user:anna`."


class Command(ConsoleCommand):
    help = "Find devices by hostname, serial number, MAC, IP, user or vendor ID, in any notation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("term", help="for example NB-0042, anna, 00:11:22, 10.0.50., user:anna, sn:ABC 123")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON document")
        parser.add_argument("--limit", type=_limit, default=50, help=f"maximum number of devices, 1 to {MOST} (default 50)")

    def handle(self, *_args: Any, term: str, as_json: bool, limit: int, **_options: Any) -> None:
        if says_nothing(term):
            raise CommandRefused(NO_TERM, code=NOT_READY)
        answer = search(term, limit=limit)
        accounts = account_answers(answer.clue, statuses(timezone.now()))
        if as_json:
            self.say_json(document(term, answer, accounts))
        else:
            for reading in answer.readings:
                self.say(f"Read as: {words(reading)}")
            self._print(answer.matches, accounts, term)
        if answer.more:
            self.warn(f"There are more than {len(answer.matches)} matches: add more characters.")

    def _print(self, matches: list[SearchMatch], accounts: list[AccountAnswer], term: str) -> None:
        for match in matches:
            device = match.device
            removed = "" if device["life"] == Life.SEEN else str(Life(device["life"]).label)
            facts = [
                device["name"] or "(no name)",
                device["serial"],
                device["user"],
                device["os"],
                State.labelled(device["state"]),
                removed,
            ]
            self.say("  ".join(fact for fact in facts if fact))
            for reason in match.matched:
                self.say(f"    {IdKind.labelled(reason['kind'])}: {reason['value']} (matched)")
            for seen in device["sightings"]:
                presence = "reported" if seen["present"] else "no longer reported"
                self.say(
                    f"    {seen['account']}: {State.labelled(seen['state'])}, {presence}, last check-in {seen['seen_at'] or 'unknown'},"
                    f" last synced {seen['fetched_at'] or 'never'}"
                )
        if not matches:
            self.say(f"No devices found for “{term}”.")
        if not accounts:
            self.say("No vendor accounts yet: add one with `manage.py account add`.")
        for account in accounts:
            self.say(f"{account['name']}: {account['answer']}")


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER or not 1 <= int(text) <= MOST:
        raise ArgumentTypeError(f"must be a whole number from 1 to {MOST}")
    return int(text)
