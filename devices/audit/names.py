"""Names of users in the audit log: erased on request, while the entries stay as they are."""

from __future__ import annotations

from django.db import transaction

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.models import AuditName, User


class NotErasable(Exception):
    """A sentence."""


def erase(name: str, *, act: AuditContext) -> None:
    """Erase the name of a user who is disabled or deleted. Raises NotErasable.

    The row stays without the name, so that the next entry about this user does not bring it back.
    """
    with transaction.atomic():
        held = AuditName.objects.select_for_update().filter(name=name).order_by("pk") if "\0" not in name and name else []
        if not held:
            raise NotErasable("The audit log has no user of this name.")
        if User.objects.filter(pk__in=[each.pk for each in held], is_active=True).exists():
            raise NotErasable("This user is enabled: disable it first with `manage.py person off`.")
        for each in held:
            AuditName.objects.filter(pk=each.pk).update(name="")
            audit.record("name erased", act=act, user=each.pk)
