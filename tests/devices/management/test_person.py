from __future__ import annotations

import io
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from devices.management.console import CommandRefused
from devices.models import AuditEvent, User
from devices.web.roles import ADMINISTRATOR, HELPDESK, IT_STAFF
from tests.conftest import PASSWORD
from tests.devices.audited import actor, target

pytestmark = pytest.mark.django_db
GOOD = "seven lamps of architecture"


def person(*arguments: str) -> str:
    out = io.StringIO()
    call_command("person", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandRefused) as told:
        person(*arguments)
    return str(told.value)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(GOOD + "\n"))


def roles(name: str) -> list[str]:
    return list(User.objects.get(username=name).groups.values_list("name", flat=True))


@pytest.mark.parametrize(("short", "role"), [("helpdesk", HELPDESK), ("it", IT_STAFF), ("admin", ADMINISTRATOR)])
def test_a_person_is_added_with_a_role_and_a_password_shown_once(short: str, role: str) -> None:
    found = re.search(r"Password (\S+) \(shown only once\)", person("add", "nina", "--role", short))
    assert found
    assert authenticate(username="nina", password=found[1]) is not None
    assert roles("nina") == [role]
    event = AuditEvent.objects.get(action="person added")
    assert (actor(event), target(event), event.detail) == ("command line", "nina", {"role": role})


def test_who_was_added_can_sign_in_in_the_browser(typed: None) -> None:
    person("add", "nina", "--role", "helpdesk", "--password-stdin")
    client = Client()
    client.post(reverse("account_login"), {"login": "nina", "password": GOOD})
    assert client.get("/devices/").status_code == 200
    assert client.get("/audit/").status_code == 403


def test_a_given_password_is_taken_and_never_shown_or_kept_readable(typed: None) -> None:
    assert GOOD not in person("add", "nina", "--role", "it", "--password-stdin")
    assert authenticate(username="nina", password=GOOD) is not None
    assert GOOD not in User.objects.get().password
    assert GOOD not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("weak", ["short", "password1234", "\n", "", "nina-nina-nina"])
def test_a_weak_or_missing_password_adds_nobody(weak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(weak))
    sentence = refused("add", "nina-nina-nina", "--role", "it", "--password-stdin")
    assert "assword" in sentence
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["", "a b", "a\0b", "x" * 151, "<script>"])
def test_a_bad_name_is_one_sentence(name: str) -> None:
    assert refused("add", name, "--role", "it") == "The name must be 1 to 150 letters, digits or @ . + - _ without blanks."


def test_a_name_is_taken_in_any_case() -> None:
    person("add", "nina", "--role", "it")
    assert refused("add", "Nina", "--role", "it") == "User 'Nina' already exists: choose another name."


def test_an_unknown_role_or_person_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        person("add", "nina", "--role", "root")
    person("add", "nina", "--role", "it")
    for action in (["role", "--role", "it"], ["password"], ["off"], ["on"]):
        assert refused(action[0], "mallory", *action[1:]) == "There is no user 'mallory'. Users: nina."


def test_a_role_replaces_the_one_before_and_counts_at_once(alice: User, bob: User) -> None:
    client = Client()
    client.force_login(bob)
    assert client.get("/vendors/").status_code == 403
    person("role", "bob", "--role", "it")
    assert roles("bob") == [IT_STAFF]
    assert client.get("/vendors/").status_code == 200
    event = AuditEvent.objects.get(action="role changed")
    assert (target(event), event.detail) == ("bob", {"before": HELPDESK, "role": IT_STAFF})


def test_the_only_administrator_stays_one(alice: User, bob: User) -> None:
    for arguments in (("role", "alice", "--role", "it"), ("off", "alice")):
        assert refused(*arguments) == "alice is the only administrator: give another user that role first."
    person("role", "bob", "--role", "admin")
    person("role", "alice", "--role", "it")
    assert roles("alice") == [IT_STAFF]


def test_a_new_password_and_switching_off_end_sessions(alice: User, bob: User) -> None:
    client = Client()
    client.force_login(bob)
    assert client.get("/devices/").status_code == 200
    found = re.search(r"Password (\S+)", person("password", "bob"))
    assert found
    assert client.get("/devices/").status_code == 302
    assert client.login(username="bob", password=found[1])
    person("off", "bob")
    assert client.get("/devices/").status_code == 302
    assert not client.login(username="bob", password=found[1])
    person("on", "bob")
    assert client.login(username="bob", password=found[1])
    assert AuditEvent.objects.filter(action__in=["password replaced", "person switched"]).count() == 3


def test_the_list_says_who_there_is(alice: User, charlie: User) -> None:
    assert "alice  admin  last signed in never" in person("list")
    assert "charlie  no role" in person("list")
    alice_now = {"name": "alice", "role": "admin", "enabled": True, "last_sign_in": None, "second_factor": False}
    assert json.loads(person("list", "--json"))[0] == alice_now
    User.objects.all().delete()
    assert "There are no users yet" in person("list")


def test_changing_the_own_password_in_the_browser_is_audited(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.post(
        reverse("account_change_password"), {"oldpassword": "correct horse battery staple", "password1": GOOD, "password2": GOOD}
    )
    assert answer.status_code == 302
    assert actor(AuditEvent.objects.get(action="password replaced")) == "alice"


def test_a_lost_second_factor_is_shown_and_removed_with_its_recovery_codes(alice: User, bob: User) -> None:
    for user in (alice, bob):
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    client = Client()
    assert "bob  helpdesk  last signed in never  second factor\n" in person("list")
    assert [each["second_factor"] for each in json.loads(person("list", "--json"))] == [True, True]
    sign_in = {"login": "bob", "password": PASSWORD}
    assert "/2fa/" in client.post("/accounts/login/", sign_in)["Location"]
    assert person("remove-factor", "bob") == "bob has no second factor any more: the password alone signs in.\n"
    assert person("remove-factor", "bob") == "bob has no second factor.\n"
    events = [each for each in AuditEvent.objects.filter(action="second factor changed").order_by("pk") if target(each) == "bob"][-2:]
    assert [event.detail for event in events] == [{"kind": kind, "change": "removed"} for kind in ("recovery_codes", "totp")]
    assert "bob  helpdesk  last signed in never\n" in person("list")
    assert set(Authenticator.objects.values_list("user__username", flat=True)) == {"alice"}
    client = Client()
    client.post("/accounts/login/", sign_in)
    assert client.get("/devices/").status_code == 200
