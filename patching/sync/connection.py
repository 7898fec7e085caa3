"""Connection of a patching sync."""

from __future__ import annotations

from devices.connections import connection
from patching.models import PatchRun
from vendors.errors import Misconfigured, Unsupported
from vendors.patching_api import ReadsPatches


class PatchingJobConnection(connection.JobConnection):
    def reader(self, run: PatchRun) -> ReadsPatches:
        """Raises Unsupported for a vendor without this source, Misconfigured when the account is disabled, and as `open` does."""
        account = run.account
        if not account.enabled:
            raise Misconfigured(f"The account {account.name} is disabled.", next_step="Enable it.")
        reader = self.open(account, asked_at=run.asked_at)
        if not isinstance(reader, ReadsPatches):
            raise Unsupported(f"{account.about.label} provides no separate patch data.")
        return reader
