"""`manage.py migrate`: Django's, with the owner's role where there is one; the application's role gets its rights afterwards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoCommand

from devices.db.roles import grant_application, owner_role


class Command(DjangoCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        if settings.OWNER_DATABASE and not settings.APPLICATION_ROLE:
            raise CommandError("DATABASE_URL must name the role of the application: postgresql://ROLE:password@host/rollcall.")
        with owner_role():
            output = super().execute(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                grant_application()
        return output
