"""The audit page: complete, filtered by its address, read-only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.db import DatabaseError, connection, transaction
from django.dispatch import Signal
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.audit.log import ACTIONS
from devices.checks import audit_log_is_append_only
from devices.db.roles import can_change_audit_log
from devices.models import AuditEvent, Device, User
from devices.users import services as users
from devices.web.roles import IT_STAFF
from tests.devices.audited import actor, target
from tests.owner import owner_rights

pytestmark = pytest.mark.django_db
PAGE = "/audit/"


@pytest.fixture
def admin(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def event(action: str = "export", *, day: int = 1, by: User | None = None, **detail: object) -> AuditEvent:
    act = AuditContext.of(by, now=datetime(2026, 3, day, 23, 59, tzinfo=UTC))
    return audit.record(action, act=act, target="t", **detail)


def shown(client: Client, query: str = "") -> list[AuditEvent]:
    return [line.event for line in client.get(PAGE + query).context["lines"] if line.event.action != "sign-in"]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_shown_in_words(admin: Client, action: str) -> None:
    event(action)
    assert f"<strong>{ACTIONS[action]}</strong>" in admin.get(PAGE).text


def test_an_entry_says_who_what_when_where_and_details(admin: Client, alice: User) -> None:
    act = AuditContext.of(alice, now=timezone.now())
    audit.record("disappearance applied", act=act, target="eset-main", run=7, devices=25, reason="<b>Branch</b> closed", flag=True, none=[])
    page = admin.get(PAGE).text
    for words in ("alice", "eset-main", "25", "&lt;b&gt;Branch&lt;/b&gt; closed", "yes", "none"):
        assert words in page
    assert "<b>Branch" not in page


def test_the_devices_of_an_entry_are_named_and_one_click_away(admin: Client) -> None:
    one, nameless = (Device.objects.create(name=name, created_at=timezone.now()) for name in ("nb-1", ""))
    event("issues triaged", devices=[one.pk, nameless.pk], decision="muted")
    event("issues triaged", devices=list(range(1000, 1030)))
    event("devices tagged", devices=7)
    many, few = (" ".join(each.split()) for each in admin.get(PAGE).content.decode().split("devices:</span>")[2:])
    assert f'<a href="/devices/{one.pk}/">nb-1</a>, <a href="/devices/{nameless.pk}/">Device {nameless.pk}</a></div>' in few
    assert many.count("/devices/10") == 20 and "Device 1019</a> and 10 more</div>" in many
    assert '<span class="soft">devices:</span> 7' in " ".join(admin.get(PAGE).content.decode().split())


@pytest.mark.parametrize(("typed", "shown_as"), [("BOB", "bob"), ("my-secret-Passw0rd", ""), ("x" * 150, ""), ("bob ", "bob"), ("%", "")])
def test_being_refused_is_there_without_what_was_typed(bob: User, admin: Client, typed: str, shown_as: str) -> None:
    """It may be a password. That a user has the name is no secret."""
    Client().post(reverse("account_login"), {"login": typed, "password": "wrong-password"}, REMOTE_ADDR="192.0.2.7")
    refused = AuditEvent.objects.get(action="sign-in refused")
    assert (actor(refused), target(refused), refused.detail, refused.address) == ("unknown", shown_as, {}, "192.0.2.7")
    page = admin.get(PAGE + "?action=sign-in+refused").text
    assert "Unknown user" in page and "192.0.2.7" in page
    assert "wrong-password" not in page and "Passw0rd" not in page and "xxxx" not in page and "BOB" not in page


def test_the_name_of_a_user_is_in_no_entry(admin: Client, alice: User, bob: User) -> None:
    users.set_role(bob, role=IT_STAFF)
    users.set_password(bob)
    users.switch_user(bob, enabled=False)
    audit.record("settlement ended", act=AuditContext.of(alice, now=timezone.now()), target="7", settled_by=bob.pk, field="os")
    stored = str(list(AuditEvent.objects.values()))
    assert "alice" not in stored and "bob" not in stored
    page = " ".join(admin.get(PAGE).text.split())
    assert page.count('data-label="Target">bob</td>') == 3
    assert '<span class="soft">resolved by:</span> bob' in page


@pytest.mark.parametrize(("signal", "change"), [(authenticator_added, "added"), (authenticator_removed, "removed")])
def test_a_second_factor_is_in_the_log(alice: User, signal: Signal, change: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    factor = Authenticator(user=alice, type=Authenticator.Type.TOTP, data={"secret": "canary"})
    signal.send(sender=Authenticator, request=request, user=alice, authenticator=factor)
    event = AuditEvent.objects.get(action="second factor changed")
    assert (actor(event), event.detail, event.address) == ("alice", {"kind": "totp", "change": change}, "192.0.2.7")


def test_filters_come_from_the_address(admin: Client, alice: User) -> None:
    first, second, third = event(day=1), event("account added", day=2, by=alice), event(day=3)
    assert shown(admin) == [third, second, first]
    assert shown(admin, "?person=alice") == [second]
    assert shown(admin, "?person=cli") == [third, first]
    assert shown(admin, "?action=export") == [third, first]
    assert shown(admin, "?since=2026-03-02") == [third, second]
    assert shown(admin, "?until=2026-03-02") == [second, first]
    assert shown(admin, "?since=2026-03-02&until=2026-03-02&action=account+added&person=ALICE") == [second]
    assert "No matching entries" in admin.get(PAGE + "?person=nobody").text


@pytest.mark.parametrize("query", [
    "person=%00", "person=" + "x" * 5000, "person=%25", "action=no+such", "since=2026-02-30", "until=9999-12-31", "since=0001-01-01",
    "since=%D9%A3",
    "before=x", "before=-1", "before=99999999999999999999999", "after=9223372036854775807", "before=0", "action[]=export", "page=1;drop",
])  # fmt: skip
def test_an_address_made_by_hand_is_never_an_error(admin: Client, query: str) -> None:
    event()
    assert admin.get(f"{PAGE}?{query}").status_code == 200


def test_fifty_a_page_and_back_with_the_filters_kept(admin: Client, bob: User) -> None:
    made = [event(day=1 + n % 28, by=bob) for n in range(120)][::-1]
    first = admin.get(PAGE + "?person=bob")
    assert [line.event for line in first.context["lines"]] == made[:50]
    second = admin.get(PAGE + first.context["older"])
    assert [line.event for line in second.context["lines"]] == made[50:100]
    third = admin.get(PAGE + second.context["older"])
    assert [line.event for line in third.context["lines"]] == made[100:]
    assert third.context["older"] == ""
    assert [line.event for line in admin.get(PAGE + third.context["newer"]).context["lines"]] == made[50:100]
    assert first.context["newer"] == ""


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_page_only_reads(admin: Client, method: str) -> None:
    assert getattr(admin, method)(PAGE).status_code == 405


FORBIDDEN = [
    "UPDATE {} SET {} = {}",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_append_only ON {}",
    "CREATE TRIGGER other BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION rollcall_append_only()",
    "ALTER TABLE {} ADD COLUMN other int",
    "DROP TABLE {}",
    "SELECT FROM {} FOR UPDATE",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION rollcall_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize(("table", "column"), [("devices_auditevent", "id"), ("devices_auditlink", "position")])
def test_the_application_can_only_read_and_add(statement: str, table: str, column: str) -> None:
    made = event()
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be (owner|superuser)")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))
    assert AuditEvent.objects.get().target == made.target


def test_the_application_cannot_give_itself_a_right() -> None:
    """PostgreSQL only warns about it."""
    with connection.cursor() as cursor:
        cursor.execute("GRANT ALL ON devices_auditevent, devices_auditlink TO current_user")
    assert not can_change_audit_log()


@pytest.mark.parametrize("statement", FORBIDDEN[:3])
def test_the_owner_is_refused_too_unless_it_prunes(statement: str) -> None:
    event()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), owner_rights() as cursor:
        cursor.execute(statement.format("devices_auditevent", "id", "id"))
    assert AuditEvent.objects.count() == 1


def test_the_setting_of_a_pruning_gives_the_application_no_right() -> None:
    event()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL rollcall.prune = 'on'")
        cursor.execute("DELETE FROM devices_auditevent")


def test_a_role_that_could_change_the_log_is_named_by_the_check() -> None:
    assert audit_log_is_append_only(databases=["default"]) == []
    with owner_rights():
        assert [each.id for each in audit_log_is_append_only(databases=["default"])] == ["devices.W001"]


def test_an_action_without_words_cannot_be_written(alice: User) -> None:
    with pytest.raises(ValueError, match=r"audit\.ACTIONS"):
        audit.record("did something", act=AuditContext.of(alice, now=timezone.now()))
