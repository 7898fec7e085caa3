from __future__ import annotations

from django.apps import AppConfig


class PatchingConfig(AppConfig):
    name = "patching"
    verbose_name = "Patching"

    def ready(self) -> None:
        from devices.keepers import KEEPERS
        from devices.queries.lists import LISTS
        from patching.keeping import PatchKeeper
        from patching.queries import attempts, devices, patches, titles

        KEEPERS.append(PatchKeeper())
        LISTS.extend(each.SHAPE for each in (patches, attempts, devices, titles))
