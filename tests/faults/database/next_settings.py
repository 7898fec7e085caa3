"""Settings of a next version of Rollcall, of which only the migration of a table differs."""

from config.settings import *  # noqa: F403

MIGRATION_MODULES = {"devices": "tests.faults.database.next_version"}
