"""Entries of earlier versions: the names leave them, and they are signed and chained; and the way back."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from devices.audit import verification
from devices.audit.queries import detail_of, user_names
from devices.db.roles import can_change_audit_log
from devices.models import AuditEvent, AuditName, User
from tests.devices.audit.planted import tamper
from tests.devices.audited import actor, target
from tests.owner import owner_rights

pytestmark = pytest.mark.django_db(transaction=True)
MIGRATION = "0031_audit_chain"
BEFORE = importlib.import_module(f"devices.migrations.{MIGRATION}").Migration.dependencies[0][1]
OLD: list[tuple[Any, ...]] = [
    # user, name, action, target, detail; and how it is shown afterwards: user, target, detail
    ("alice", "alice", "sign-in", "", {}, "alice", "", {}),
    (None, "command line", "person added", "alice", {"role": "admin"}, "command line", "alice", {"role": "admin"}),
    (None, "command line", "person added", "gone", {"role": "it"}, "command line", "gone", {"role": "it"}),
    (None, "a-Passw0rd", "sign-in refused", "", {}, "unknown", "", {}),
    (None, "ALICE", "sign-in refused", "", {}, "unknown", "alice", {}),
    (None, "unknown", "sign-in refused", "", {}, "unknown", "", {}),
    (None, "whoever had it", "short link used", "eset", {"use": 1}, "Anonymous", "eset", {"use": 1}),
    ("alice", "alice", "settlement ended", "7", {"settled_by": "gone", "field": "os"}, "alice", "7", {"settled_by": "gone", "field": "os"}),
    ("alice", "alice", "note taken back", "7", {"written_by": "alice"}, "alice", "7", {"written_by": "alice"}),
    (4711, "deleted", "export", "alice", {"filters": "?q=alice"}, "deleted", "alice", {"filters": "?q=alice"}),
]


@pytest.fixture
def old(alice: User) -> Iterator[None]:
    call_command("migrate", "devices", BEFORE, verbosity=0)
    try:
        with owner_rights() as cursor:
            for user, name, action, about, detail, *_ in OLD:
                cursor.execute(
                    "INSERT INTO devices_auditevent (at, actor_id, actor_name, action, target, detail) VALUES (%s, %s, %s, %s, %s, %s)",
                    [timezone.now(), alice.pk if user == "alice" else user, name, action, about, json.dumps(detail)],
                )
        yield
    finally:
        call_command("migrate", verbosity=0)


def test_old_entries_are_moved_signed_and_chained(old: None) -> None:
    call_command("migrate", verbosity=0)
    events = list(AuditEvent.objects.order_by("pk"))
    users = user_names(events)
    assert [(actor(each), target(each), detail_of(each, users)) for each in events] == [tuple(row[5:]) for row in OLD]
    rest = list(AuditEvent.objects.order_by("pk").values_list("source", "target", "detail"))
    assert "Passw0rd" not in str(rest) and "gone" not in str(rest)
    assert sorted(AuditName.objects.values_list("name", flat=True)) == ["alice", "deleted", "gone"]
    assert verification.verify().entries == len(OLD) and not can_change_audit_log()
    tamper("UPDATE devices_auditevent SET target = 'x' WHERE id = %s", events[4].pk)
    with pytest.raises(verification.BrokenChain, match=f"^Entry {events[4].pk} "):
        verification.verify()


def test_the_way_back_keeps_the_names(old: None) -> None:
    call_command("migrate", verbosity=0)
    call_command("migrate", "devices", BEFORE, verbosity=0)
    with owner_rights() as cursor:
        cursor.execute("SELECT actor_name, target, detail ->> 'settled_by' FROM devices_auditevent ORDER BY id")
        rows = cursor.fetchall()
    shown = [(row[5], row[6] if row[2] != "sign-in refused" else "", row[7].get("settled_by")) for row in OLD]
    assert rows == shown
