"""A connection that can make installers, opened when it is needed and kept for one slice."""

from __future__ import annotations

from devices.connect import Link, connect
from devices.models import VendorJob
from vendors.errors import Misconfigured, Unsupported
from vendors.installing import MakesInstallers


class Line:
    def __init__(self) -> None:
        self._link: Link | None = None

    def maker(self, job: VendorJob) -> MakesInstallers:
        """Raises Unsupported for a vendor that makes none, and Misconfigured as `connect` does or when the account is switched off."""
        job.account.about.installers()
        if not job.account.enabled:
            raise Misconfigured(f"The account {job.account.name} is switched off.", next_step="Switch it on.")
        if self._link is None:
            self._link = connect(job.account, interactive=job.requested_by_id is not None)
        if not isinstance(self._link.reader, MakesInstallers):
            raise Unsupported(f"{job.account.about.label} makes no installers through its API.")
        return self._link.reader

    def close(self) -> None:
        if self._link is not None:
            self._link.gateway.close()
