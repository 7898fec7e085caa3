from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import ngettext_lazy


class InstallersConfig(AppConfig):
    name = "installers"
    verbose_name = "Installers"

    def ready(self) -> None:
        from devices.accounts.deletion import services as deletion
        from devices.accounts.deletion.services import DeletedTable
        from devices.encryption import rotation
        from devices.jobs.types import JobType, add_job_type
        from installers.models import Handout, Installer
        from installers.orders.job import InstallerHandler
        from installers.register import scheduling
        from installers.register.sync import StocktakeHandler

        add_job_type(JobType("installer", InstallerHandler, queue="interactive"))
        add_job_type(JobType("installer_sync", StocktakeHandler, plan=scheduling.plan))
        rotation.PLACES.append(rotation.EncryptedColumn(Installer, "link", Installer.context))
        installer = ngettext_lazy("%(count)s installer", "%(count)s installers", "number")
        delivery = ngettext_lazy("%(count)s installer delivery", "%(count)s installer deliveries", "number")
        deletion.PARTS.append(DeletedTable("installers in the register", installer, Installer))
        deletion.PARTS.append(DeletedTable("hand-outs of installers", delivery, Handout, "installer__account"))
