"""`manage.py migrate`: Django's, with the owner's role where there is one; the application's role gets its rights afterwards."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand

from devices.db.roles import grant_application, owner_role


class Command(DjangoCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        with owner_role():
            output = super().execute(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                grant_application()
        return output
