"""New migrations fit web and workers of the former version; each rule is tried with a migration that breaks it."""

from __future__ import annotations

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from devices.db.schema import AddIndexOnline
from tests.structure.migrations import BEFORE, LARGE, UNUSED, problems

INDEX = models.Index(fields=["name"], name="planted")


def planted(operation: Operation) -> list[str]:
    made = type("Planted", (Migration,), {"operations": [operation]})
    return problems(made("0099_planted", "devices"))


def number(name: str) -> int:
    return int(name.partition("_")[0])


@pytest.mark.fault("F41")
def test_every_new_migration_fits_the_former_version() -> None:
    loader = MigrationLoader(None)
    new = [each for (app, name), each in loader.disk_migrations.items() if app in BEFORE and number(name) > BEFORE[app]]
    assert [problem for each in new for problem in problems(each)] == []


@pytest.mark.fault("F41")
@pytest.mark.parametrize(("operation", "words"), [
    (migrations.RemoveField("device", "serial"), "devices.device.serial is removed or renamed"),
    (migrations.RenameField("device", "serial", "number"), "devices.device.serial is removed or renamed"),
    (migrations.DeleteModel("Note"), "devices.note is removed or renamed"),
    (migrations.RenameModel("Note", "Remark"), "devices.note is removed or renamed"),
    (migrations.AlterModelTable("note", "remark"), "devices.note is removed or renamed"),
    (migrations.AddIndex("sighting", INDEX), "planted is made with a lock on a large table"),
    (migrations.AddField("note", "kind", models.TextField(default="")), "give it null=True or db_default"),
    (migrations.AddField("device", "kind", models.TextField(null=True, db_index=True)), "makes an index with a lock"),
    (migrations.AddField("device", "by", models.ForeignKey("devices.user", null=True, on_delete=models.SET_NULL)), "makes an index with a lock"),
    (migrations.AddConstraint("device", models.UniqueConstraint(fields=["name"], name="one_name")), "one_name makes an index"),
    (migrations.RunSQL("CREATE UNIQUE INDEX planted ON devices_sighting (name)"), "an index of devices_sighting is made with a lock"),
    (migrations.RunSQL("ALTER TABLE devices_note DROP COLUMN text"), "its SQL has DROP COLUMN"),
    (migrations.RunSQL("ALTER TABLE devices_note RENAME TO remark"), "its SQL has RENAME TO"),
    (
        migrations.SeparateDatabaseAndState(database_operations=[migrations.AddIndex("patch", INDEX), migrations.RemoveField("note", "text")]),
        "devices.note.text is removed or renamed",
    ),
])  # fmt: skip
def test_what_the_former_version_would_not_survive_is_found(operation: Operation, words: str) -> None:
    (found,) = planted(operation)
    assert found.startswith("devices.0099_planted: ") and words in found


@pytest.mark.parametrize("operation", [
    migrations.AddField("device", "kind", models.TextField(null=True)),
    migrations.AddField("device", "kind", models.TextField(db_default="")),
    migrations.AddField("note", "kind", models.TextField(null=True, db_index=True)),
    migrations.AddIndex("note", INDEX),
    AddIndexOnline("sighting", INDEX),
    AddIndexConcurrently("sighting", INDEX),
    migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))]),
    migrations.RunSQL("CREATE INDEX CONCURRENTLY planted ON devices_sighting (name)"),
    migrations.RunSQL("CREATE INDEX planted ON devices_note (text)"),
])  # fmt: skip
def test_what_it_would_not_notice_is_allowed(operation: Operation) -> None:
    assert planted(operation) == []


def test_what_no_released_code_uses_any_more_may_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UNUSED, "devices.device.serial", "0.2.0")
    assert planted(migrations.RemoveField("device", "serial")) == []


def test_large_tables_exist() -> None:
    known = {f"{app}.{model}" for app, model in MigrationLoader(None).project_state().models}
    assert LARGE - known == set()
