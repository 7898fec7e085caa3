"""`manage.py match`: match every device record again after the rules have changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from devices.db.locks import extend_timeouts
from devices.management.console import Command as ConsoleCommand
from devices.matching.apply import rematch_everything
from devices.models import Device, Sighting
from devices.sync import upgrade

SAMPLES = 20


class Command(ConsoleCommand):
    help = (
        "Match every device record again after the rules or ROLLCALL_COMMON_KEY_DEVICES have changed. Merges and splits by users are kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="print what reading and matching every record by the rules of this version would change; syncs wait until it ends",
        )

    def handle(self, *_args: Any, dry_run: bool = False, **_options: Any) -> None:
        now = timezone.now()
        if dry_run:
            self._preview(now)
            return
        moved = rematch_everything(now)
        records = "record" if moved == 1 else "records"
        self.say(f"{moved:,} {records} moved to another device." if moved else "Nothing to change: every record is on its device.")

    def _preview(self, now: datetime) -> None:
        """In one transaction that is taken back."""
        with transaction.atomic():
            extend_timeouts()
            devices = Device.objects.count()
            before = dict(Sighting.objects.values_list("pk", "device_id"))
            progress: upgrade.Progress | None = upgrade.Progress()
            while progress is not None:
                progress = upgrade.step(progress, now).then
            after = dict(Sighting.objects.values_list("pk", "device_id"))
            then = Device.objects.count()
            lines = self._samples(before, after)
            transaction.set_rollback(True)
        moved = [pk for pk in before if before[pk] != after[pk]]
        if not moved:
            self.say("Nothing would change: every record is on its device.")
            return
        records = "record" if len(moved) == 1 else "records"
        self.say(f"{len(moved):,} {records} would move to another device; {devices:,} devices would become {then:,}.")
        for line in lines:
            self.say(line)
        if len(moved) > SAMPLES:
            self.say(f"… and {len(moved) - SAMPLES:,} more")

    @staticmethod
    def _samples(before: dict[int, int], after: dict[int, int]) -> list[str]:
        sizes = Counter(before.values())
        moved = [pk for pk in sorted(before) if before[pk] != after[pk]][:SAMPLES]
        lines = []
        for each in Sighting.objects.filter(pk__in=moved).select_related("account", "join").order_by("pk"):
            origin = "from a device with other records" if sizes[before[each.pk]] > 1 else "from a device of its own"
            join = getattr(each, "join", None)
            reason = f"by {join.kind} {join.key}" if join is not None and join.kind else "no other record matches"
            lines.append(f"{each.name or each.external_id} ({each.account.name}), {origin}: {reason}")
        return lines
