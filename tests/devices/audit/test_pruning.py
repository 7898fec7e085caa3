"""Pruning by the owner's role: what it leaves is verified from its checkpoint on."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django.fixtures import Settings

from devices.audit import chain, verification
from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.audit.verification import BrokenChain
from devices.management.console import CommandRefused
from devices.models import AuditEvent, AuditLink
from tests.devices.audit.planted import tamper
from tests.devices.shell import manage

pytestmark = pytest.mark.django_db(transaction=True)


def written(*days: int) -> list[AuditEvent]:
    return [audit.record("export", act=AuditContext(datetime(2026, 3, day, 12, tzinfo=UTC)), target=f"day {day}") for day in days]


def prune(day: str) -> str:
    output = StringIO()
    call_command("audit", "prune", "--before", day, stdout=output)
    return output.getvalue().strip()


def targets() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("target", flat=True))


def test_old_entries_go_and_the_rest_is_verified_from_the_checkpoint() -> None:
    written(1, 2, 3, 4, 5)
    code, out, err = manage("audit", "prune", "--before", "2026-03-03")  # in a shell; all others as a call
    assert (code, out.strip(), err) == (0, f"Removed 2 entries. Head {chain.head()}", "")
    assert targets() == ["day 3", "day 4", "day 5", ""]
    checkpoint = AuditEvent.objects.latest("pk")
    assert (checkpoint.action, checkpoint.source, checkpoint.detail["entries"]) == ("audit log pruned", "command line", 2)
    found = verification.verify()
    assert (found.entries, found.pruned, found.waiting, found.head.count) == (4, 2, 0, 6)
    output = StringIO()
    call_command("audit", "verify", stdout=output)
    assert output.getvalue().strip() == f"All 4 entries are intact; 2 were pruned. Head {chain.head()}"


def test_it_can_be_repeated_and_the_newest_checkpoint_counts() -> None:
    written(1, 2, 3, 4, 5)
    for day, left in (("03", 3), ("05", 1)):
        assert prune(f"2026-03-{day}").startswith("Removed ")
        assert len([each for each in targets() if each]) == left
    assert verification.verify().pruned == 4
    assert prune("2026-03-05") == "No entry is older."
    assert verification.verify().entries == 3


def test_everything_may_go_but_the_checkpoint() -> None:
    written(1, 2)
    assert prune("2026-03-20").startswith("Removed ")
    assert verification.verify().entries == 1 and targets() == [""]


def test_only_a_prefix_goes_where_an_older_entry_follows_a_younger_one() -> None:
    written(1, 5, 2)
    assert prune("2026-03-03").startswith("Removed ")
    assert targets() == ["day 5", "day 2", ""]
    assert verification.verify().entries == 3


def test_heads_from_before_and_after() -> None:
    written(1, 2)
    old = chain.head()
    written(3, 4)
    noted = chain.head()
    assert prune("2026-03-04").startswith("Removed ")
    assert verification.verify(expect=noted).pruned == 3
    with pytest.raises(BrokenChain, match="older than the last pruning: the first 3 entries"):
        verification.verify(expect=old)
    tamper("DELETE FROM devices_auditlink WHERE position >= 4")
    tamper("DELETE FROM devices_auditevent")
    with pytest.raises(BrokenChain, match="The last 4 entries were removed: 0 remain of 4"):
        verification.verify(expect=noted)


def test_a_log_that_is_not_intact_is_not_pruned() -> None:
    made = written(1, 2, 3)
    tamper("UPDATE devices_auditevent SET target = 'other' WHERE id = %s", made[0].pk)
    with pytest.raises(CommandRefused, match=rf"^Entry {made[0].pk} \(number 1 of the chain\) was changed, moved or added\.$"):
        prune("2026-03-03")
    assert AuditEvent.objects.count() == 3


def test_the_role_of_the_application_cannot_prune(settings: Settings) -> None:
    written(1, 2)
    settings.OWNER_DATABASE = None
    with pytest.raises(CommandRefused, match=r"^Only the owner's role can prune: set ROLLCALL_OWNER_DATABASE_URL for this command\.$"):
        prune("2026-03-02")
    assert targets() == ["day 1", "day 2"]


@pytest.mark.parametrize("day", ["2999-01-01", "yesterday", "2026-02-30"])
def test_a_date_that_is_none_or_has_not_passed_is_refused(day: str) -> None:
    written(1)
    with pytest.raises(CommandError, match=r"in the future|a date is written as 2026-03-31"):
        prune(day)
    assert targets() == ["day 1"]


def test_first_entries_that_somebody_else_removed_are_missing() -> None:
    """Although there is a checkpoint, and also with one that was made up."""
    written(1, 2, 3, 4, 5)
    assert prune("2026-03-03").startswith("Removed ")
    removed = AuditLink.objects.get(position=3)
    tamper("DELETE FROM devices_auditevent WHERE id = %s", removed.event_id)
    tamper("DELETE FROM devices_auditlink WHERE position = 3")
    with pytest.raises(BrokenChain, match="numbers 3 to 3 of the chain"):
        verification.verify()
    head = f"3:{bytes(removed.digest).hex()}"
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO devices_auditevent (at, source, action, target, detail, mac)
            VALUES (now(), 'command line', 'audit log pruned', '', jsonb_build_object('head', %s::text), '')""",
            [head],
        )
    chain.chain_now()
    with pytest.raises(BrokenChain, match="numbers 3 to 3 of the chain"):
        verification.verify()
    tamper("UPDATE devices_auditevent SET detail = detail || jsonb_build_object('head', %s::text) WHERE action = 'audit log pruned'", head)
    with pytest.raises(BrokenChain, match="was changed, moved or added"):
        verification.verify()
