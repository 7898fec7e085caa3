"""`manage.py migrate`: Django's, with the owner's role where there is one; the application's role gets its rights afterwards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from devices.db.roles import grant_application, owner_role
from devices.db.schema import LOCK_TIMEOUT


class Command(DjangoCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        if settings.OWNER_DATABASE and not settings.APPLICATION_ROLE:
            raise CommandError("DATABASE_URL must name the role of the application: postgresql://ROLE:password@host/rollcall.")
        with owner_role():
            try:
                output = super().execute(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                raise CommandError("A table is used by a long transaction: run migrate again.") from None
            if not (options["plan"] or options["check_unapplied"]):
                grant_application()
        return output

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        super().handle(*args, **options)
