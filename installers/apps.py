from __future__ import annotations

from django.apps import AppConfig


class InstallersConfig(AppConfig):
    name = "installers"
    verbose_name = "Installers"
