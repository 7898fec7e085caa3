from __future__ import annotations

from django.apps import AppConfig


class InstallersConfig(AppConfig):
    name = "installers"
    verbose_name = "Installers"

    def ready(self) -> None:
        from devices import rotation
        from installers.models import Installer

        rotation.PLACES.append(rotation.Place(Installer, "link", Installer.context_of))
