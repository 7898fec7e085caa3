from __future__ import annotations

from django.apps import AppConfig


class PatchingConfig(AppConfig):
    name = "patching"
    verbose_name = "Patching"

    def ready(self) -> None:
        from devices.keepers import KEEPERS
        from patching.keeping import PatchKeeper

        KEEPERS.append(PatchKeeper())
