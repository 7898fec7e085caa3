from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import ngettext_lazy


class PatchingConfig(AppConfig):
    name = "patching"
    verbose_name = "Patching"

    def ready(self) -> None:
        from devices.accounts.deletion import services as deletion
        from devices.accounts.deletion.services import DeletedTable
        from devices.hooks import KEEPERS
        from devices.jobs.types import JobType, add_job_type
        from devices.saved_views.registry import LISTS
        from devices.trends.measures import COUNTERS
        from patching.lists import attempts, devices, patches, titles
        from patching.models import Attempt, Patch
        from patching.pages.daily_counts import attempt_counts
        from patching.sync import scheduling
        from patching.sync.hooks import PatchKeeper
        from patching.sync.job import PatchRunHandler
        from patching.sync.title_writer import forget_titles

        KEEPERS.append(PatchKeeper())
        COUNTERS.append(attempt_counts)
        add_job_type(JobType("patch_run", PatchRunHandler, plan=scheduling.plan))
        patch = ngettext_lazy("%(count)s patch", "%(count)s patches", "number")
        attempt = ngettext_lazy("%(count)s patch attempt", "%(count)s patch attempts", "number")
        deletion.PARTS.append(DeletedTable("patches", patch, Patch))
        deletion.PARTS.append(DeletedTable("patch attempts", attempt, Attempt))
        deletion.ENDINGS.append(forget_titles)
        LISTS.extend(each.SHAPE for each in (patches, attempts, devices, titles))
