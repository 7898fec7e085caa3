"""`manage.py sync NAME`: request a sync and, with --wait, follow it. Workers carry it out, not this command."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from devices.accounts.run_progress import progress_of
from devices.accounts.services import refresh_account
from devices.jobs import heartbeat
from devices.management.console import NOT_READY, STOPPED, CommandRefused, account_named
from devices.management.console import Command as ConsoleCommand
from devices.models import Account, JobState, SyncRun
from devices.sync import cancellation
from vendors.errors import Unsupported

PAUSE = 0.5  # seconds between two reads of the sync
PATIENCE = 60.0  # seconds without any worker before watching ends
WIDTH = 110


class Command(ConsoleCommand):
    help = "Sync one account; with --wait follow the sync until it ends. Exit code 0 only if it is complete."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--full", action="store_true", help="full sync, also where a sync of changes is possible")
        parser.add_argument("--wait", action="store_true", help="follow the sync until it ends")
        parser.add_argument("--cancel", action="store_true", help="cancel the running sync; the next one starts at its regular time")

    def handle(self, *_args: Any, name: str, full: bool, wait: bool, cancel: bool, **_options: Any) -> None:
        account = account_named(name)
        if cancel:
            self._cancel(account, alone=not (full or wait))
            return
        run = self._ask(account, full=full)
        if full and run.kind != "everything":
            if not wait:
                raise CommandRefused(f"Sync {run.pk} of changes is running: start the full sync when it has ended, or use --wait.")
            self._follow(run)
            run = self._ask(account, full=True)
        if wait:
            self._follow(run)
            return
        self.say(f"Sync {run.pk} of {name} is {run.get_state_display().lower()}.")
        if trouble := heartbeat.sentence():
            self.warn(trouble)

    def _cancel(self, account: Account, *, alone: bool) -> None:
        if not alone:
            raise CommandRefused("--cancel cannot be combined with --full or --wait.", code=NOT_READY)
        run = cancellation.cancel(account)
        if run is None:
            raise CommandRefused(f"No sync of {account.name} is running.")
        self.say(f"Sync {run.pk} of {account.name} is canceled after {counts(run)}. {run.error_next_step}")

    def _ask(self, account: Account, *, full: bool) -> SyncRun:
        if account.being_deleted:
            raise CommandRefused(f"{account.name} is being deleted and cannot be synced.")
        if not account.enabled:
            raise CommandRefused(f"{account.name} is disabled: enable it with `manage.py account enable {account.name}`.")
        try:
            return refresh_account(account, full=full)
        except Unsupported as error:
            raise CommandRefused(f"{error.sentence} {error.next_step}".strip()) from None

    def _follow(self, run: SyncRun) -> None:
        try:
            ended = watch(run, show=self._progress, warn=self.warn)
        except KeyboardInterrupt:
            self._progress("")
            raise CommandRefused(f"Stopped watching; sync {run.pk} continues.", code=STOPPED) from None
        self._progress("")
        if ended.state != JobState.DONE:
            reason = f"{ended.error} {ended.error_next_step}".strip() or "No reason was recorded."
            raise CommandRefused(f"Sync {ended.pk} {ended.get_state_display().lower()}: {reason}")
        self.say(f"Sync {ended.pk} is complete: {counts(ended)}.")
        if ended.withheld:
            self.warn(f"{ended.withheld} missing devices must be reviewed on the account page.")

    def _progress(self, text: str) -> None:
        """One line that is overwritten; only on a terminal."""
        if self.stdout.isatty():
            self.stdout.write("\r" + text[:WIDTH].ljust(WIDTH) + ("" if text else "\r"), ending="")
            self.stdout.flush()


def watch(
    run: SyncRun,
    *,
    show: Callable[[str], None],
    warn: Callable[[str], None],
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> SyncRun:
    """The sync as it ended. Raises CommandRefused when no worker reports for `patience` seconds, or when the sync was deleted."""
    silent_since: float | None = None
    while True:
        current = SyncRun.objects.select_related("account").filter(pk=run.pk).first()
        if current is None:
            raise CommandRefused(f"Sync {run.pk} was deleted with its account.")
        if not current.active:
            return current
        show(f"Sync {run.pk}: {now_words(current)}")
        trouble = heartbeat.sentence()
        if not trouble:
            silent_since = None
        elif silent_since is None:
            silent_since = clock()
            warn(trouble)
        elif clock() - silent_since >= patience:
            raise CommandRefused(f"Stopped watching: no worker reports. Sync {run.pk} stays {current.state} and continues when one starts.")
        pause(PAUSE)


def now_words(run: SyncRun) -> str:
    """`450 of 6129 devices, 11 calls · about 11 min left · Rate limit reached, continues in 40 s`"""
    now = progress_of(run)
    return " · ".join(filter(None, (counts(run), now.left, now.waits)))


def counts(run: SyncRun) -> str:
    """`60 of 60 devices, 60 new, 3 invalid, 4 calls`"""
    devices = f"{run.records} of {run.expected} devices" if run.expected is not None else f"{run.records} devices"
    numbers = [(run.created, "new"), (run.changed, "changed"), (run.quarantined + run.rejected, "invalid"), (run.missing, "missing")]
    return ", ".join([devices, *(f"{number} {word}" for number, word in numbers if number), f"{run.calls} calls"])
