from __future__ import annotations

from django.apps import AppConfig


class InstallersConfig(AppConfig):
    name = "installers"
    verbose_name = "Installers"

    def ready(self) -> None:
        from devices.accounts import deletion
        from devices.accounts.deletion import DeletedTable
        from devices.encryption import rotation
        from devices.jobs.types import JobType, add_job_type
        from installers.models import Handout, Installer
        from installers.orders.job import InstallerHandler
        from installers.register import scheduling
        from installers.register.sync import StocktakeHandler

        add_job_type(JobType("installer", InstallerHandler, queue="interactive"))
        add_job_type(JobType("installer_sync", StocktakeHandler, plan=scheduling.plan))
        rotation.PLACES.append(rotation.EncryptedColumn(Installer, "link", Installer.context))
        deletion.PARTS.append(DeletedTable("installer in the register", "installers in the register", Installer))
        deletion.PARTS.append(DeletedTable("hand-out of an installer", "hand-outs of installers", Handout, "installer__account"))
