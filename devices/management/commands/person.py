"""`manage.py person add|list|role|password|off|on`: who may sign in, and as what."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from devices.management.console import NOT_READY, CommandRefused
from devices.management.console import Command as ConsoleCommand
from devices.search.documents import moment
from devices.users import services as people

LONGEST_PASSWORD = 1000


class Command(ConsoleCommand):
    help = "Add and list people, and change their role or password. The browser asks them for a name and a password only."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = self.add_actions(parser, "add|list|role|password|off|on")
        add = actions.add_parser("add", help="add a person; without --password-stdin a random password is shown once")
        role = actions.add_parser("role", help="give a person another role")
        password = actions.add_parser("password", help="give a person a new password; ends all their sessions")
        off = actions.add_parser("off", help="let a person not sign in any more; ends all their sessions")
        on = actions.add_parser("on", help="let a person sign in again")
        for each in (add, role, password, off, on):
            each.add_argument("name")
        for each in (add, role):
            each.add_argument("--role", required=True, choices=list(people.SHORT))
        for each in (add, password):
            each.add_argument(
                "--password-stdin", action="store_true", dest="from_stdin", help="read the password from the first line of stdin"
            )
        actions.add_parser("list", help="who there is").add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        try:
            if action == "list":
                self._list(as_json=options["as_json"])
            elif action == "add":
                self._add(options["name"], role=options["role"], from_stdin=options["from_stdin"])
            else:
                self._change(action, options)
        except people.InvalidUser as bad:
            raise CommandRefused(str(bad)) from None

    def _add(self, name: str, *, role: str, from_stdin: bool) -> None:
        given = _password() if from_stdin else ""
        password = people.add_person(name, role=people.SHORT[role], password=given)
        self.say(f"Added {name} as {people.SHORT[role]}.")
        self._show(password, given)

    def _change(self, action: str, options: dict[str, Any]) -> None:
        user = people.person_named(options["name"])
        name = user.get_username()
        if action == "role":
            people.give_role(user, role=people.SHORT[options["role"]])
            self.say(f"{name} is {people.SHORT[options['role']]} now.")
        elif action == "password":
            given = _password() if options["from_stdin"] else ""
            password = people.give_password(user, password=given)
            self.say(f"{name} has a new password and is signed out everywhere.")
            self._show(password, given)
        else:
            people.switch_person(user, enabled=action == "on")
            self.say(f"{name} may sign in again." if action == "on" else f"{name} is signed out everywhere and cannot sign in any more.")

    def _show(self, password: str, given: str) -> None:
        if not given:
            self.say(f"Password {password} (shown only this once)")

    def _list(self, *, as_json: bool) -> None:
        documents = [
            {
                "name": user.get_username(),
                "role": people.role_of(user),
                "enabled": user.is_active,
                "last_sign_in": moment(user.last_login),
            }
            for user in people.people()
        ]
        if as_json:
            self.say_json(documents)
            return
        for document in documents:
            state = "" if document["enabled"] else "  switched off"
            self.say(f"{document['name']}  {document['role'] or 'no role'}  last signed in {document['last_sign_in'] or 'never'}{state}")
        if not documents:
            self.say("There is nobody yet: add somebody with `manage.py person add NAME --role admin`.")


def _password() -> str:
    text = sys.stdin.readline(LONGEST_PASSWORD + 2).removesuffix("\n").removesuffix("\r")
    if not text or len(text) > LONGEST_PASSWORD:
        raise CommandRefused(
            "No password came on stdin: pipe one line into this command." if not text else "The password is too long.", code=NOT_READY
        )
    return text
