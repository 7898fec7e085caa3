"""One walk about patching: what a step means, what is kept of it, and what its end says. Decides; upsert and remembering write.

A failure here does not touch the health of the account: the list of devices decides about that, and a right that a credential lacks is no
fault. Only refused credentials stop the account, for every kind of job (devices/jobs.py).
"""

from __future__ import annotations

from datetime import datetime

from patching import readings
from patching.connecting import Line
from patching.likely import infer
from patching.models import PatchRun
from patching.placing import place
from patching.remembering import save_attempts
from patching.upsert import close_others, forget_shown, list_shown, save_patches
from vendors.errors import VendorError
from vendors.patching import Sheet, Source


class PatchRunHandler:
    """Lives for one slice of one run, so that its pages share a network connection."""

    model = PatchRun

    def __init__(self) -> None:
        self._line = Line()

    def step(self, run: PatchRun) -> Sheet:
        return self._line.reader(run).read_patches(Source(run.source), run.since, run.cursor)

    def close(self) -> None:
        self._line.close()

    # -- inside the transaction that saves the cursor -----------------------------------------------------------------

    def keep(self, run: PatchRun, sheet: Sheet, now: datetime) -> None:
        attempts = save_attempts(run, sheet.attempts, now)
        patches = save_patches(run.account, [(patch.device_id, patch) for patch in sheet.patches], now)
        list_shown(run, patches.ids, sheet.unreadable)
        run.pages += bool(sheet.attempts or sheet.patches or sheet.rejects)
        run.records += len(sheet.attempts) + len(sheet.patches)
        run.created += attempts.created + patches.created
        run.changed += attempts.changed + patches.changed
        run.rejected += len(sheet.rejects)
        run.calls += self._line.new_calls()

    def finish(self, run: PatchRun, now: datetime) -> None:
        if run.source == Source.PATCHES:
            run.closed = close_others(run)
        place(run.account_id)
        infer(run.account.vendor)
        readings.succeeded(run, now)

    def stumbled(self, _run: PatchRun, _error: VendorError, _now: datetime) -> Sheet | None:
        """Every step only reads: it may be done again."""
        return None

    def failed(self, run: PatchRun, error: VendorError, now: datetime) -> None:
        """Nothing is concluded from a walk that did not end."""
        run.calls += self._line.new_calls()
        forget_shown(run)
        readings.failed(run, error, now)
