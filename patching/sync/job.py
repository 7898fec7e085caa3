"""Job handler of a patching sync: its steps, what is stored, and its end. The writers of this folder write.

A failure does not change the account status, which depends on the device sync: a missing permission for patch data is no fault. Only
refused credentials stop the account, for every kind of job (devices/jobs/engine.py).
"""

from __future__ import annotations

from datetime import datetime

from devices.db import free_space
from devices.jobs.handler import JobHandler
from devices.reconciliation import field_repairs
from devices.sync.quarantine.bisection import save_apart
from patching.models import PatchRun
from patching.sync import source_access
from patching.sync.assignment import assign_account, hold_patching
from patching.sync.attempt_writer import save_attempts
from patching.sync.connection import PatchingJobConnection
from patching.sync.inferred_titles import infer_titles
from patching.sync.patch_writer import close_others, forget_shown, list_shown, save_patches
from vendors.errors import VendorError
from vendors.patching_api import PatchPage, Source


class PatchRunHandler(JobHandler[PatchRun, PatchPage]):
    """For some steps of one run, whose pages share a network connection."""

    model = PatchRun

    def __init__(self) -> None:
        self._line = PatchingJobConnection()

    def step(self, run: PatchRun) -> PatchPage:
        if free_space.is_low():
            return PatchPage(cursor=run.cursor or {}, wait=free_space.PAUSE, waiting_for=free_space.WAITING)
        return self._line.reader(run).read_patches(Source(run.source), run.since, run.cursor)

    def close(self) -> None:
        self._line.close()

    # -- inside the transaction that saves the cursor -----------------------------------------------------------------

    def keep(self, run: PatchRun, sheet: PatchPage, now: datetime) -> None:
        reported = [(patch.device_id, patch) for patch in sheet.patches]
        attempts, no_attempts = save_apart(sheet.attempts, lambda part: save_attempts(run, part, now), hold=hold_patching)
        patches, no_patches = save_apart(reported, lambda part: save_patches(run.account, part, now), hold=hold_patching)
        # A patch that could not be stored still exists, and its row is kept.
        unstored = [(device, patch.key) for (device, patch), _ in no_patches]
        list_shown(run, [pk for outcome in patches for pk in outcome.ids], unstored)
        run.pages += bool(sheet.attempts or sheet.patches or sheet.rejects)
        run.records += len(sheet.attempts) + len(sheet.patches)
        run.created += sum(outcome.created for outcome in (*attempts, *patches))
        run.changed += sum(outcome.changed for outcome in (*attempts, *patches))
        run.rejected += len(sheet.rejects) + len(no_attempts) + len(no_patches)
        run.repairs = field_repairs.add(run.repairs, "attempt", (attempt.repairs for attempt in sheet.attempts))
        run.repairs = field_repairs.add(run.repairs, "patch", (patch.repairs for patch in sheet.patches))
        run.calls += self._line.new_calls()

    def finish(self, run: PatchRun, now: datetime) -> None:
        if run.source == Source.PATCHES and not run.rejected:
            run.closed = close_others(run)
        else:
            forget_shown(run)  # a patch without an id may have been any of those that were not shown
        assign_account(run.account_id)
        infer_titles(run.account.vendor)
        source_access.succeeded(run, now)

    def failed(self, run: PatchRun, error: VendorError, now: datetime) -> None:
        """No patch is closed by a sync that did not end."""
        run.calls += self._line.new_calls()
        forget_shown(run)
        source_access.failed(run, error, now)
