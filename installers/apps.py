from __future__ import annotations

from django.apps import AppConfig


class InstallersConfig(AppConfig):
    name = "installers"
    verbose_name = "Installers"

    def ready(self) -> None:
        from devices.accounts import deletion
        from devices.accounts.deletion import DeletedTable
        from devices.encryption import rotation
        from installers.models import Handout, Installer

        rotation.PLACES.append(rotation.EncryptedColumn(Installer, "link", Installer.context))
        deletion.PARTS.append(DeletedTable("installer in the register", "installers in the register", Installer))
        deletion.PARTS.append(DeletedTable("hand-out of an installer", "hand-outs of installers", Handout, "installer__account"))
