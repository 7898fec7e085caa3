"""A connection that can read patching."""

from __future__ import annotations

from devices import connect
from devices.models import Health
from patching.models import PatchRun
from vendors.errors import Misconfigured, Unsupported
from vendors.patching import ReadsPatches


class Line(connect.Line):
    def reader(self, run: PatchRun) -> ReadsPatches:
        """Raises Unsupported for a vendor that has no such list, Misconfigured as `connect` does or when the account is not to be used."""
        account = run.account
        if not account.enabled:
            raise Misconfigured(f"The account {account.name} is switched off.", next_step="Switch it on.")
        if account.health == Health.PERSON:  # every refused sign-in brings the vendor nearer to locking it
            raise Misconfigured(f"The account {account.name} needs a person first.", next_step=account.health_next_step)
        reader = self.open(account, asked_at=run.created_at if run.requested_by_id else None)
        if not isinstance(reader, ReadsPatches):
            raise Unsupported(f"{account.about.label} tells nothing about patching beside its devices.")
        return reader
