from __future__ import annotations

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_migrate


class DevicesConfig(AppConfig):
    name = "devices"
    verbose_name = "Devices"

    def ready(self) -> None:
        from devices import checks, deploy_checks  # noqa: F401  (checks register themselves with Django)
        from devices.conflicts.filters import CONFLICTS
        from devices.coverage.daily_counts import coverage_counts
        from devices.coverage.filters import MATRIX
        from devices.dashboard.issue_counts import critical_counts, top_issues
        from devices.device_list.daily_counts import status_counts
        from devices.device_list.filters import DEVICES
        from devices.encryption import rotation
        from devices.history.daily_counts import change_counts
        from devices.issues.filters import PROBLEM_LIST
        from devices.jobs.types import JobType, add_job_type
        from devices.models import Account, AccountSecret, RemediationLink
        from devices.saved_views.registry import LISTS
        from devices.sync import handler
        from devices.trends.measures import COUNTERS
        from devices.users import second_factors, signals  # noqa: F401  (receivers register themselves with Django)
        from devices.web.roles import ensure_roles

        LISTS.extend((DEVICES, PROBLEM_LIST, CONFLICTS, MATRIX))
        COUNTERS.extend((status_counts, coverage_counts, critical_counts, top_issues, change_counts))
        add_job_type(JobType("sync", handler.SyncHandler, plan=handler.plan, urgent=Q(interactive=True)))
        rotation.PLACES.extend(
            (
                rotation.EncryptedColumn(AccountSecret, "sealed", AccountSecret.context),
                rotation.EncryptedColumn(Account, "tokens", Account.tokens_context),
                rotation.EncryptedColumn(RemediationLink, "sealed", RemediationLink.context),
                *second_factors.encrypted_columns(),
            )
        )
        post_migrate.connect(ensure_roles, sender=self)
