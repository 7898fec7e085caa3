"""A connection that can read patching, opened when it is needed and kept for one slice."""

from __future__ import annotations

from devices.connect import Link, connect
from devices.models import Health
from patching.models import PatchRun
from vendors.errors import Misconfigured, Unsupported
from vendors.patching import ReadsPatches


class Line:
    def __init__(self) -> None:
        self._link: Link | None = None
        self._counted = 0

    def reader(self, run: PatchRun) -> ReadsPatches:
        """Raises Unsupported for a vendor that has no such list, Misconfigured as `connect` does or when the account is not to be used."""
        account = run.account
        if not account.enabled:
            raise Misconfigured(f"The account {account.name} is switched off.", next_step="Switch it on.")
        if account.health == Health.PERSON:  # every refused sign-in brings the vendor nearer to locking it
            raise Misconfigured(f"The account {account.name} needs a person first.", next_step=account.health_next_step)
        if self._link is None:
            self._link = connect(account, interactive=run.requested_by_id is not None)
        if not isinstance(self._link.reader, ReadsPatches):
            raise Unsupported(f"{account.about.label} tells nothing about patching beside its devices.")
        return self._link.reader

    def new_calls(self) -> int:
        """Calls since this was last asked."""
        total = self._link.budget.calls if self._link else 0
        new, self._counted = total - self._counted, total
        return new

    def close(self) -> None:
        if self._link is not None:
            self._link.gateway.close()
