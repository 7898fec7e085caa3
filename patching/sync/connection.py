"""Connection of a patching sync."""

from __future__ import annotations

from devices.connections import connection
from patching.models import PatchRun
from vendors.errors import Unsupported
from vendors.patching_api import ReadsPatches
from vendors.texts import Message, gettext_noop


class PatchingJobConnection(connection.JobConnection):
    def reader(self, run: PatchRun) -> ReadsPatches:
        """Raises Unsupported for a vendor without this source, and as `open` does."""
        account = run.account
        reader = self.open(account, asked_at=run.asked_at)
        if not isinstance(reader, ReadsPatches):
            raise Unsupported(Message(gettext_noop("%(vendor)s provides no separate patch data."), vendor=account.about.label))
        return reader
