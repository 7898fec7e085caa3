"""`manage.py match`: match every sighting again, after the rules changed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from devices.management.console import Command as ConsoleCommand
from devices.matching.apply import rematch_everything


class Command(ConsoleCommand):
    help = "Match every sighting again, after the rules or ROLLCALL_COMMON_KEY_DEVICES changed. People's links are kept."

    def handle(self, *_args: Any, **_options: Any) -> None:
        moved = rematch_everything(timezone.now())
        words = "sighting moved" if moved == 1 else "sightings moved"
        self.say(f"{moved:,} {words} to another device." if moved else "Nothing to change: every sighting is on its device.")
