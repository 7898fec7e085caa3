"""`manage.py sync NAME`: ask for a run and, with --wait, follow it to its end. The run belongs to the workers, not to this command."""

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

PAUSE = 0.5  # seconds between two looks at the run
PATIENCE = 60.0  # seconds without any worker before watching ends
WIDTH = 110


class Command(ConsoleCommand):
    help = "Ask for a refresh of one account; with --wait follow it until it ends. Exit code 0 only if it ended complete."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--full", action="store_true", help="the whole list, also where only changes would do")
        parser.add_argument("--wait", action="store_true", help="follow the run until it ends")
        parser.add_argument("--cancel", action="store_true", help="end the sync that is under way; the next one starts at its regular time")

    def handle(self, *_args: Any, name: str, full: bool, wait: bool, cancel: bool, **_options: Any) -> None:
        account = account_named(name)
        if cancel:
            self._cancel(account, alone=not (full or wait))
            return
        run = self._ask(account, full=full)
        if full and run.kind != "everything":
            if not wait:
                raise CommandRefused(
                    f"Run {run.pk}, for changes only, is under way: ask for the full list when it has ended, or use --wait."
                )
            self._follow(run)
            run = self._ask(account, full=True)
        if wait:
            self._follow(run)
            return
        self.say(f"Run {run.pk} of {name} is {run.get_state_display().lower()}.")
        if trouble := heartbeat.sentence():
            self.warn(trouble)

    def _cancel(self, account: Account, *, alone: bool) -> None:
        if not alone:
            raise CommandRefused("--cancel ends a sync and starts none: use it without --full and --wait.", code=NOT_READY)
        run = cancellation.cancel(account)
        if run is None:
            raise CommandRefused(f"No sync of {account.name} is running, so there is nothing to cancel.")
        self.say(f"Run {run.pk} of {account.name} is cancelled after {counts(run)}. {run.error_next_step}")

    def _ask(self, account: Account, *, full: bool) -> SyncRun:
        if account.being_deleted:
            raise CommandRefused(f"{account.name} is being deleted, so it cannot be synced.")
        if not account.enabled:
            raise CommandRefused(f"The account {account.name} is disabled: enable it with `manage.py account enable {account.name}`.")
        try:
            return refresh_account(account, full=full)
        except Unsupported as error:
            raise CommandRefused(f"{error.sentence} {error.next_step}".strip()) from None

    def _follow(self, run: SyncRun) -> None:
        try:
            ended = watch(run, show=self._progress, warn=self.warn)
        except KeyboardInterrupt:
            self._progress("")
            raise CommandRefused(f"Stopped watching; run {run.pk} goes on.", code=STOPPED) from None
        self._progress("")
        if ended.state != JobState.DONE:
            reason = f"{ended.error} {ended.error_next_step}".strip() or "It has no more to say."
            raise CommandRefused(f"Run {ended.pk} {ended.get_state_display().lower()}: {reason}")
        self.say(f"Run {ended.pk} is complete: {counts(ended)}.")
        if ended.withheld:
            self.warn(f"{ended.withheld} disappearances are held back for a person: decide on the account's page.")

    def _progress(self, text: str) -> None:
        """One line that is written over; only where somebody watches."""
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
    """The run as it ended. Raises CommandRefused when no worker reports for `patience` seconds, or when the run was removed."""
    silent_since: float | None = None
    while True:
        current = SyncRun.objects.select_related("account").filter(pk=run.pk).first()
        if current is None:
            raise CommandRefused(f"Run {run.pk} was removed together with its account.")
        if not current.active:
            return current
        show(f"Run {run.pk}: {now_words(current)}")
        trouble = heartbeat.sentence()
        if not trouble:
            silent_since = None
        elif silent_since is None:
            silent_since = clock()
            warn(trouble)
        elif clock() - silent_since >= patience:
            raise CommandRefused(
                f"Stopped watching because no worker reports; run {run.pk} stays {current.state} and goes on when one starts."
            )
        pause(PAUSE)


def now_words(run: SyncRun) -> str:
    """`450 of 6129 devices, 11 calls · about 11 min left · Rate limit reached, continues in 40 s`"""
    now = progress_of(run)
    return " · ".join(filter(None, (counts(run), now.left, now.waits)))


def counts(run: SyncRun) -> str:
    """`60 of 60 devices, 60 new, 3 unusable, 4 calls`"""
    devices = f"{run.records} of {run.expected} devices" if run.expected is not None else f"{run.records} devices"
    numbers = [(run.created, "new"), (run.changed, "changed"), (run.quarantined + run.rejected, "unusable"), (run.missing, "missing")]
    return ", ".join([devices, *(f"{number} {word}" for number, word in numbers if number), f"{run.calls} calls"])
