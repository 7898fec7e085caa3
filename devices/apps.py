from __future__ import annotations

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_migrate


class DevicesConfig(AppConfig):
    name = "devices"
    verbose_name = "Devices"

    def ready(self) -> None:
        from devices import checks, deploy_checks  # noqa: F401  (checks register themselves with Django)
        from devices.coverage.filters import MATRIX
        from devices.device_list.filters import DEVICES
        from devices.encryption import rotation
        from devices.issues.filters import ISSUES
        from devices.jobs.types import JobType, add_job_type
        from devices.models import Account, AccountSecret, RemediationLink
        from devices.saved_views.registry import LISTS
        from devices.sync import handler
        from devices.users import second_factors, signals  # noqa: F401  (receivers register themselves with Django)
        from devices.web.roles import ensure_roles

        LISTS.extend((DEVICES, ISSUES, MATRIX))
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
