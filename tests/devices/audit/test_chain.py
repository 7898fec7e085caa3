"""The hash chain of the audit log: what a stranger with the rights of a database administrator changes is found."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices import tasks
from devices.audit import chain, signing, verification
from devices.audit import log as audit
from devices.audit.chain import Head
from devices.audit.context import AuditContext
from devices.audit.verification import BrokenChain
from devices.models import AuditEvent, AuditLink, User
from tests.devices.audit.planted import tamper
from tests.devices.shell import manage

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def five(alice: User) -> list[AuditEvent]:
    """Entries with every kind of content."""
    acts = AuditContext(AT), AuditContext.of(alice, now=AT, ticket="INC-1", address="2001:db8::1")
    details: list[dict[str, object]] = [
        {},
        {"devices": [1, 2], "reason": 'größer als \u2028 "x"\\ 😀'},
        {"rows": 1.50, "before": {"b": 1, "aa": None, "c": 1e300}, "lines": 10**30},
        {"names": [], "enabled": True},
        {"rows": -0.0},
    ]
    return [audit.record("export", act=acts[n % 2], target=alice if n == 3 else f"t{n}", **each) for n, each in enumerate(details)]


def found(expect: Head | None = None) -> str:
    with pytest.raises(BrokenChain) as broken:
        verification.verify(expect=expect)
    return str(broken.value)


def test_every_entry_is_chained_when_its_transaction_is_over(five: list[AuditEvent]) -> None:
    links = AuditLink.objects.order_by("position")
    assert list(links.values_list("position", "event_id", "signed")) == [(n, each.pk, True) for n, each in enumerate(five, 1)]
    verified = verification.verify()
    assert (verified.entries, verified.waiting, verified.pruned) == (5, 0, 0)
    assert verified.head == chain.head() and chain.head().count == 5


def test_several_entries_of_a_transaction_are_chained_at_once_and_those_that_were_undone_never(alice: User) -> None:
    act = AuditContext.of(alice, now=timezone.now())
    with transaction.atomic():
        audit.record("export", act=act, target="kept")
        with pytest.raises(RuntimeError), transaction.atomic():
            audit.record("export", act=act, target="undone")
            raise RuntimeError
        audit.record("export", act=act, target="kept too")
        assert not AuditLink.objects.exists()
    assert list(AuditLink.objects.order_by("pk").values_list("event__target", flat=True)) == ["kept", "kept too"]
    assert verification.verify().entries == 2


CHANGES = {
    "target": "UPDATE devices_auditevent SET target = 'other' WHERE id = %s",
    "time": "UPDATE devices_auditevent SET at = at + interval '1 microsecond' WHERE id = %s",
    "no time": "UPDATE devices_auditevent SET at = 'infinity' WHERE id = %s",
    "user": "UPDATE devices_auditevent SET actor_id = 4711 WHERE id = %s",
    "source": "UPDATE devices_auditevent SET source = 'unknown' WHERE id = %s",
    "action": "UPDATE devices_auditevent SET action = 'sign-in' WHERE id = %s",
    "subject": "UPDATE devices_auditevent SET subject_id = 4711 WHERE id = %s",
    "detail": "UPDATE devices_auditevent SET detail = detail || '{\"x\": 1}' WHERE id = %s",
    "address": "UPDATE devices_auditevent SET address = '192.0.2.1' WHERE id = %s",
    "signature": "UPDATE devices_auditevent SET mac = '' WHERE id = %s",
    "link": "UPDATE devices_auditlink SET digest = decode(repeat('00', 32), 'hex') WHERE event_id = %s",
    "link's signature": "UPDATE devices_auditlink SET mac = decode(repeat('00', 32), 'hex') WHERE event_id = %s",
    "mark": "UPDATE devices_auditlink SET signed = false WHERE event_id = %s",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_entry_is_named(five: list[AuditEvent], change: str) -> None:
    tamper(change, five[2].pk)
    assert found() == f"Entry {five[2].pk} (number 3 of the chain) was changed, moved or added."


@pytest.mark.parametrize("at", [0, 4])
def test_the_first_entry_and_the_last_are_named_too(five: list[AuditEvent], at: int) -> None:
    tamper(CHANGES["target"], five[at].pk)
    assert found() == f"Entry {five[at].pk} (number {at + 1} of the chain) was changed, moved or added."


def test_a_changed_entry_is_named_although_all_later_digests_are_computed_again(five: list[AuditEvent]) -> None:
    """Whoever knows this program but no key."""
    tamper(CHANGES["target"], five[1].pk)
    digest = bytes(AuditLink.objects.get(position=1).digest)
    for position in range(2, 6):
        link = AuditLink.objects.get(position=position)
        with connection.cursor() as cursor:
            content = f"SELECT {signing.CONTENT} FROM devices_auditevent e WHERE id = %s"
            cursor.execute(content, [link.event_id])
            row = cursor.fetchone()
        mac = bytes(AuditEvent.objects.get(pk=link.event_id).mac)
        digest = signing.link_digest(digest, position=position, signed=True, content=row, mac=mac)
        tamper("UPDATE devices_auditlink SET digest = %s WHERE position = %s", digest, position)
    assert found() == f"Entry {five[1].pk} (number 2 of the chain) was changed, moved or added."


def test_a_removed_entry_is_named(five: list[AuditEvent]) -> None:
    tamper("DELETE FROM devices_auditevent WHERE id = %s", five[2].pk)
    assert found() == f"Entry {five[2].pk} (number 3 of the chain) was removed."
    tamper("DELETE FROM devices_auditlink WHERE event_id = %s", five[2].pk)
    assert found() == f"Entries were removed before entry {five[3].pk}: numbers 3 to 3 of the chain."
    tamper("UPDATE devices_auditlink SET position = position - 1 WHERE position > 3")
    assert found() == f"Entry {five[3].pk} (number 3 of the chain) was changed, moved or added."


def test_first_entries_that_were_removed_are_missing(five: list[AuditEvent]) -> None:
    for table, column in (("event", "id"), ("link", "event_id")):
        tamper(f"DELETE FROM devices_audit{table} WHERE {column} <= %s", five[1].pk)
    assert found() == f"Entries were removed before entry {five[2].pk}: numbers 1 to 2 of the chain."


def test_last_entries_that_were_removed_are_found_with_a_head_that_was_noted(five: list[AuditEvent]) -> None:
    noted = chain.head()
    for table, column in (("event", "id"), ("link", "event_id")):
        tamper(f"DELETE FROM devices_audit{table} WHERE {column} >= %s", five[3].pk)
    assert verification.verify().entries == 3, "nothing in the database says that there were more"
    assert found(noted) == "The last 2 entries were removed: 3 remain of 5."
    for n in range(2):
        audit.record("export", act=AuditContext(AT), target=f"written instead {n}")
    assert verification.verify().entries == 5
    assert found(noted) == "Entry number 5 of the chain is not the one of the expected head."


def test_a_head_that_was_noted_stays_valid_while_entries_follow(five: list[AuditEvent]) -> None:
    noted = chain.head()
    audit.record("export", act=AuditContext(AT))
    assert verification.verify(expect=noted).entries == 6
    assert verification.verify(expect=Head(0, chain.START)).entries == 6


def test_exchanged_entries_are_found(five: list[AuditEvent]) -> None:
    first, second = five[1].pk, five[2].pk
    tamper("UPDATE devices_auditlink SET event_id = -1 WHERE event_id = %s", first)
    tamper("UPDATE devices_auditlink SET event_id = %s WHERE event_id = %s", first, second)
    tamper("UPDATE devices_auditlink SET event_id = %s WHERE event_id = -1", second)
    assert found() == f"Entry {second} (number 2 of the chain) was changed, moved or added."


ADDED = "INSERT INTO devices_auditevent (at, source, action, target, detail, mac) VALUES (now(), 'command line', 'export', 'x', '{}', %s)"


@pytest.mark.parametrize("mac", [b"", b"\0" * 32], ids=["unsigned", "invented signature"])
def test_an_entry_that_something_else_wrote_is_named(five: list[AuditEvent], mac: bytes) -> None:
    """The rights of the application are enough for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"{ADDED} RETURNING id", [mac])
        [added] = cursor.fetchone()
    assert found() == f"Entry {added} was not written by Rollcall."
    audit.record("export", act=AuditContext(AT))
    assert found() == f"Entry {added} (number 6 of the chain) was not written by Rollcall."


def test_a_copied_entry_is_named(five: list[AuditEvent]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO devices_auditevent (at, actor_id, source, action, target, subject_id, detail, address, mac)
            SELECT at, actor_id, source, action, target, subject_id, detail, address, mac FROM devices_auditevent WHERE id = %s
            RETURNING id""",
            [five[1].pk],
        )
        [added] = cursor.fetchone()
    assert found() == f"Entry {added} was not written by Rollcall."


def test_a_link_that_something_else_wrote_is_found(five: list[AuditEvent]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{ADDED} RETURNING id", [b""])
        [added] = cursor.fetchone()
        cursor.execute(
            "INSERT INTO devices_auditlink (position, event_id, signed, key_id, digest, mac) VALUES (6, %s, true, 'test', %s, %s)",
            [added, b"\1" * 32, b"\1" * 32],
        )
    audit.record("export", act=AuditContext(AT))
    assert found() == f"Entry {added} (number 6 of the chain) was changed, moved or added."


def test_what_a_stopped_process_left_is_chained_by_the_worker(five: list[AuditEvent], caplog: pytest.LogCaptureFixture) -> None:
    tamper("DELETE FROM devices_auditlink WHERE position > 3")
    assert verification.verify().waiting == 2
    with caplog.at_level("INFO", "rollcall.audit"):
        tasks.chain_audit_log()
        tasks.chain_audit_log()
    assert verification.verify().waiting == 0 and chain.head().count == 5
    assert [each.getMessage() for each in caplog.records] == [f"head {chain.head()}"], "once for each head"


def test_an_entry_of_a_long_transaction_is_chained_after_younger_ones(alice: User) -> None:
    """It gets its number at its beginning, and is committed at its end."""
    written, go_on = threading.Event(), threading.Event()

    def long_transaction() -> None:
        with transaction.atomic():
            audit.record("export", act=AuditContext(AT), target="long")
            written.set()
            go_on.wait(30)
        connection.close()

    thread = threading.Thread(target=long_transaction)
    thread.start()
    assert written.wait(30)
    audit.record("export", act=AuditContext(AT), target="short")
    go_on.set()
    thread.join(30)
    assert list(AuditLink.objects.order_by("pk").values_list("event__target", flat=True)) == ["short", "long"]
    assert verification.verify().entries == 2


def test_entries_that_are_written_at_the_same_time_become_one_chain(alice: User) -> None:
    def write(name: str) -> Callable[[], None]:
        def several() -> None:
            for n in range(20):
                audit.record("export", act=AuditContext.of(alice, now=timezone.now()), target=f"{name}{n}")
            connection.close()

        return several

    threads = [threading.Thread(target=write(name)) for name in "abcd"]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert verification.verify().entries == 80 and verification.verify().waiting == 0


def rotated(settings: Settings, *, keep: bool) -> None:
    old = dict(settings.SEALING_KEYS)
    settings.SEALING_KEYS = {"new": b"n" * 32} | (old if keep else {})


def test_a_new_key_signs_and_the_old_one_still_verifies(five: list[AuditEvent], settings: Settings) -> None:
    rotated(settings, keep=True)
    audit.record("export", act=AuditContext(AT))
    assert verification.verify().entries == 6
    assert list(AuditLink.objects.order_by("pk").values_list("key_id", flat=True)) == ["test"] * 5 + ["new"]


def test_without_the_old_key_later_signatures_cover_its_entries(five: list[AuditEvent], settings: Settings) -> None:
    rotated(settings, keep=False)
    assert found() == f"Entry {five[0].pk} and later ones cannot be verified: the sealing key 'test' is not loaded."
    audit.record("export", act=AuditContext(AT))
    assert verification.verify().entries == 6
    tamper(CHANGES["target"], five[1].pk)
    assert found() == f"Entry {five[1].pk} (number 2 of the chain) was changed, moved or added."


def test_rotating_secrets_signs_with_the_new_key_although_nothing_was_sealed(five: list[AuditEvent]) -> None:
    old = os.environ["ROLLCALL_SEALING_KEYS"]
    new = f"new:{base64.b64encode(b'n' * 32).decode()}"
    assert manage("rotate_secrets", ROLLCALL_SEALING_KEYS=f"{new},{old}")[0] == 0
    assert AuditEvent.objects.latest("pk").action == "secrets rotated"
    code, out, _ = manage("audit", "verify", ROLLCALL_SEALING_KEYS=new)
    assert code == 0 and out.startswith("All 6 entries are intact.")
    assert manage("rotate_secrets", ROLLCALL_SEALING_KEYS=new)[0] == 0
    assert AuditEvent.objects.count() == 6, "once is enough"


def test_a_key_id_that_is_unknown_hides_nothing(five: list[AuditEvent]) -> None:
    tamper(CHANGES["target"], five[3].pk)
    tamper("UPDATE devices_auditlink SET key_id = 'gone' WHERE position >= 4")
    assert found().startswith(f"Entry {five[3].pk} ")


def test_the_command_as_it_is_typed(five: list[AuditEvent]) -> None:
    code, head, err = manage("audit", "head")
    assert (code, head.strip(), err) == (0, str(chain.head()), "")
    code, out, err = manage("audit", "verify", "--expect", head.strip())
    assert (code, out.strip(), err) == (0, f"All 5 entries are intact. Head {head.strip()}", "")
    tamper(CHANGES["target"], five[2].pk)
    code, out, err = manage("audit", "verify")
    assert (code, out, err.strip()) == (1, "", f"Entry {five[2].pk} (number 3 of the chain) was changed, moved or added.")


@pytest.mark.parametrize("text", ["", "5", "x:00", "5:zz", "-1:" + "0" * 64, "5:" + "0" * 63, "5:" + "0" * 66])
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"int|hex|head"):
        Head.parse(text)


def test_the_command_refuses_a_head_that_is_none() -> None:
    code, out, err = manage("audit", "verify", "--expect=5")
    assert (code, out, err.strip()) == (2, "", "The head is not COUNT:DIGEST as `manage.py audit head` prints it.")
