"""Base of all commands: errors as one sentence on stderr, no traceback, and exit codes.

0 done · 1 refused or failed · 2 wrong usage or not ready (no database, no tables) · 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from devices.checks import sealing_keys_have_their_bytes
from devices.models import Account
from vendors.base import Vendor
from vendors.registry import VENDORS

FAILED, NOT_READY, STOPPED = 1, 2, 130
TOO_SLOW = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)


class CommandRefused(CommandError):
    """A sentence for stderr, and the exit code."""

    def __init__(self, sentence: str, *, code: int = FAILED) -> None:
        super().__init__(sentence, returncode=code)


class Command(BaseCommand):
    """Called from code it raises CommandRefused; from a shell it prints the sentence and exits."""

    requires_system_checks: list[str] = []

    _called_from_command_line: bool
    _actions: Any = None  # argparse's subparsers, of a command that has some

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """Without abbreviations: `--set` would be read as the beginning of Django's `--settings`. A parser error raises CommandError, also
        from a shell, where Django would print the whole usage."""
        from_shell, self._called_from_command_line = self._called_from_command_line, False
        try:
            return super().create_parser(prog_name, subcommand, allow_abbrev=False, **options)
        finally:
            self._called_from_command_line = from_shell

    def add_actions(self, parser: CommandParser, names: str) -> Any:
        """The action of `manage.py account add`; `names`: all of them, `add|list`."""
        self._actions = parser.add_subparsers(dest="action", required=True, metavar=names)
        return self._actions

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:  # of the parser: `execute` prints all others
            action = [argv[2]] if self._actions is not None and argv[2:3] and argv[2] in self._actions.choices else []
            sentence = str(error).removeprefix("Error: ").rstrip(".")
            named = " ".join(["manage.py", argv[1], *action])
            self.warn(f"{sentence[:1].upper()}{sentence[1:]}: see `{named} --help`.")
            sys.exit(NOT_READY)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return self._run(*args, **options)
        except CommandRefused as refused:
            if not getattr(self, "_called_from_command_line", False):
                raise
            if str(refused):
                self.stderr.write(str(refused))
            sys.exit(refused.returncode)

    def _run(self, *args: Any, **options: Any) -> str | None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        try:
            _refuse_wrong_keys()
            return super().execute(*args, **options)
        except BrokenPipeError:
            # `export … | head` closed the pipe: no message. Without this, Python prints an error while closing.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise CommandRefused("") from None
        except DatabaseError as error:
            raise _translated(error) from None
        except InterfaceError as error:
            raise _translated(error) from None
        except KeyboardInterrupt:
            raise CommandRefused("Stopped.", code=STOPPED) from None

    def say(self, text: str) -> None:
        """A line of text; control characters from vendors are replaced."""
        self.stdout.write(visible(text))

    def warn(self, text: str) -> None:
        self.stderr.write(visible(text))

    def say_json(self, document: object) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))


def _refuse_wrong_keys() -> None:
    """A command may encrypt something, as an account's secrets."""
    if wrong := sealing_keys_have_their_bytes():
        raise CommandRefused(str(wrong[0].msg), code=NOT_READY)


def account_named(name: str) -> Account:
    account = Account.objects.filter(name=name).first() if "\0" not in name else None
    if account is None:
        known = ", ".join(Account.objects.values_list("name", flat=True)[:20])
        raise CommandRefused(
            f"There is no account {visible(name)!r}. Accounts: {known or 'none yet, add one with `manage.py account add`'}."
        )
    return account


def vendor_of(account: Account) -> Vendor:
    """Raises CommandRefused for a vendor that this version does not know."""
    if account.vendor not in VENDORS:
        raise CommandRefused(f"This version of Rollcall does not support the vendor {visible(account.vendor)!r} of {account.name}.")
    return account.about


def visible(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _translated(error: Exception) -> CommandRefused:
    cause = error.__cause__
    if isinstance(cause, TOO_SLOW):
        return CommandRefused("The database took too long or the rows are locked: try again.")
    if isinstance(error, OperationalError | InterfaceError):
        return CommandRefused("The database does not answer: start the local stack with `make run`, or check DATABASE_URL.", code=NOT_READY)
    if isinstance(error, ProgrammingError) and isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return CommandRefused("The database has no tables of this version: run `manage.py migrate` first.", code=NOT_READY)
    return CommandRefused(f"Database error ({type(cause or error).__name__}): check its log.")
