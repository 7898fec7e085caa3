from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DevicesConfig(AppConfig):
    name = "devices"
    verbose_name = "Devices"

    def ready(self) -> None:
        from devices import checks  # noqa: F401  (checks and sign-in events register themselves with Django)
        from devices.users import signals as signin  # noqa: F401  (checks and sign-in events register themselves with Django)
        from devices.web.roles import ensure_roles

        post_migrate.connect(ensure_roles, sender=self)
