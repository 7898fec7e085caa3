"""`manage.py person add|list|role|password|off|on|remove-factor`: users and their roles."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from devices.management.console import NOT_READY, CommandRefused
from devices.management.console import Command as ConsoleCommand
from devices.search.documents import moment
from devices.users import services as users

LONGEST_PASSWORD = 1000


class Command(ConsoleCommand):
    help = "Add and list users, change their role or password, disable and enable them, remove a lost second factor."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = self.add_actions(parser, "add|list|role|password|off|on|remove-factor")
        add = actions.add_parser("add", help="add a user; without --password-stdin a random password is shown once")
        role = actions.add_parser("role", help="change the role of a user")
        password = actions.add_parser("password", help="set a new password; ends all sessions of the user")
        off = actions.add_parser("off", help="disable a user; ends all sessions of the user")
        on = actions.add_parser("on", help="enable a user")
        factor = actions.add_parser("remove-factor", help="remove second factor and recovery codes of a user who lost them")
        for each in (add, role, password, off, on, factor):
            each.add_argument("name")
        for each in (add, role):
            each.add_argument("--role", required=True, choices=list(users.SHORT))
        for each in (add, password):
            each.add_argument(
                "--password-stdin", action="store_true", dest="from_stdin", help="read the password from the first line of stdin"
            )
        actions.add_parser("list", help="list all users").add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        try:
            if action == "list":
                self._list(as_json=options["as_json"])
            elif action == "add":
                self._add(options["name"], role=options["role"], from_stdin=options["from_stdin"])
            else:
                self._change(action, options)
        except users.InvalidUser as bad:
            raise CommandRefused(str(bad)) from None

    def _add(self, name: str, *, role: str, from_stdin: bool) -> None:
        given = _password() if from_stdin else ""
        password = users.add_user(name, role=users.SHORT[role], password=given)
        self.say(f"Added {name} as {users.SHORT[role]}.")
        self._show(password, given)

    def _change(self, action: str, options: dict[str, Any]) -> None:
        user = users.user_named(options["name"])
        name = user.get_username()
        if action == "role":
            users.set_role(user, role=users.SHORT[options["role"]])
            self.say(f"{name} now has the role {users.SHORT[options['role']]}.")
        elif action == "password":
            given = _password() if options["from_stdin"] else ""
            password = users.set_password(user, password=given)
            self.say(f"{name} has a new password and is signed out everywhere.")
            self._show(password, given)
        elif action == "remove-factor":
            removed = users.remove_second_factor(user)
            self.say(f"{name} has no second factor any more: the password alone signs in." if removed else f"{name} has no second factor.")
        else:
            users.switch_user(user, enabled=action == "on")
            self.say(f"{name} is enabled." if action == "on" else f"{name} is disabled and signed out everywhere.")

    def _show(self, password: str, given: str) -> None:
        if not given:
            self.say(f"Password {password} (shown only once)")

    def _list(self, *, as_json: bool) -> None:
        documents = [
            {
                "name": user.get_username(),
                "role": users.role_of(user),
                "enabled": user.is_active,
                "last_sign_in": moment(user.last_login),
                "second_factor": users.has_second_factor(user),
            }
            for user in users.all_users()
        ]
        if as_json:
            self.say_json(documents)
            return
        for document in documents:
            state = ("  second factor" if document["second_factor"] else "") + ("" if document["enabled"] else "  disabled")
            self.say(f"{document['name']}  {document['role'] or 'no role'}  last signed in {document['last_sign_in'] or 'never'}{state}")
        if not documents:
            self.say("There are no users yet: add one with `manage.py person add NAME --role admin`.")


def _password() -> str:
    text = sys.stdin.readline(LONGEST_PASSWORD + 2).removesuffix("\n").removesuffix("\r")
    if not text or len(text) > LONGEST_PASSWORD:
        raise CommandRefused(
            "No password on stdin: pipe one line into this command." if not text else "The password is too long.", code=NOT_READY
        )
    return text
