"""A connection that can make installers."""

from __future__ import annotations

from devices.connections import connection
from devices.models import VendorJob
from vendors.errors import Misconfigured, Unsupported
from vendors.installer_api import MakesInstallers


class InstallerJobConnection(connection.JobConnection):
    def maker(self, job: VendorJob) -> MakesInstallers:
        """Raises Unsupported for a vendor that makes none, Misconfigured when the account is disabled, and as `open` does."""
        job.account.about.installers()
        if not job.account.enabled:
            raise Misconfigured(f"The account {job.account.name} is disabled.", next_step="Enable it.")
        maker = self.open(job.account, asked_at=job.asked_at)
        if not isinstance(maker, MakesInstallers):
            raise Unsupported(f"{job.account.about.label} makes no installers through its API.")
        return maker
