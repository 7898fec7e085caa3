"""`manage.py dead_letters list|clear`: messages of the broker that workers refused."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import redis
from django.core.management.base import CommandParser

from devices.jobs import dead_letters
from devices.management.console import NOT_READY, CommandRefused
from devices.management.console import Command as ConsoleCommand
from devices.search.documents import moment


class Command(ConsoleCommand):
    help = "List messages of the broker that workers refused and set aside, the newest first, or remove them."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = self.add_actions(parser, "list|clear")
        actions.add_parser("list", help=f"the newest {dead_letters.KEPT}").add_argument("--json", action="store_true", dest="as_json")
        actions.add_parser("clear", help="remove all")

    def handle(self, *_args: Any, action: str, as_json: bool = False, **_options: Any) -> None:
        try:
            if action == "list":
                self._list(as_json=as_json)
            else:
                dead_letters.remove_all()
                self.say("Removed all messages that were set aside.")
        except redis.RedisError:
            raise CommandRefused("The message broker does not answer: start it, or check REDIS_URL.", code=NOT_READY) from None

    def _list(self, *, as_json: bool) -> None:
        found = dead_letters.dead_letters()
        if as_json:
            self.say_json([{**asdict(each), "at": moment(each.at)} for each in found])
            return
        for each in found:
            self.say(f"{moment(each.at)}  {each.queue}  {each.task}  {each.content}  {each.reason}")
        if not found:
            self.say("No message was set aside.")
