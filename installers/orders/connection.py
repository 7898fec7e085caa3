"""Connection of an installer job to its vendor account."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from devices.connections import connection
from devices.models import VendorJob
from vendors.base import no_installers
from vendors.errors import Misconfigured, Unsupported
from vendors.installer_api import MakesInstallers
from vendors.texts import Message


class InstallerJobConnection(connection.JobConnection):
    def maker(self, job: VendorJob) -> MakesInstallers:
        """Raises Unsupported for a vendor without installers, Misconfigured for a disabled account, and as `open` does."""
        job.account.about.installers()
        if not job.account.enabled:
            disabled = Message(gettext_noop("The vendor account %(account)s is disabled."), account=job.account.name)
            raise Misconfigured(disabled, next_step=Message(gettext_noop("Enable it.")))
        maker = self.open(job.account, asked_at=job.asked_at)
        if not isinstance(maker, MakesInstallers):
            raise Unsupported(no_installers(job.account.about.label))
        return maker
