"""`manage.py match`: match every device record again after the rules have changed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from devices.management.console import Command as ConsoleCommand
from devices.matching.apply import rematch_everything


class Command(ConsoleCommand):
    help = (
        "Match every device record again after the rules or ROLLCALL_COMMON_KEY_DEVICES have changed. Merges and splits by users are kept."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        moved = rematch_everything(timezone.now())
        records = "record" if moved == 1 else "records"
        self.say(f"{moved:,} {records} moved to another device." if moved else "Nothing to change: every record is on its device.")
