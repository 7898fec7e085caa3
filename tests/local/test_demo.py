from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from devices.accounts.deletion.services import request_deletion
from devices.audit.context import AuditContext
from devices.models import Account, AuditEvent, User
from devices.users.services import random_password, set_password, user_named
from local.demo import prepare
from local.supervisor import demo_lines

HERE, THERE = "http://127.0.0.1:41001", "http://127.0.0.1:41002"

pytestmark = pytest.mark.django_db


def addresses() -> dict[str, str]:
    return {account.vendor: account.settings["url"] for account in Account.objects.all()}


def test_the_first_start_makes_users_who_can_sign_in_and_one_account_per_vendor() -> None:
    passwords = prepare(sandbox=HERE)["passwords"]
    assert {name: authenticate(username=name, password=word) for name, word in passwords.items()} == {
        "admin": User.objects.get(username="admin"),
        "helpdesk": User.objects.get(username="helpdesk"),
    }
    assert addresses().keys() == {"eset", "opswat", "five9s"}
    assert AuditEvent.objects.filter(action="account added").count() == 3


def test_a_later_start_changes_nothing() -> None:
    prepare(sandbox=HERE)
    before = list(User.objects.values("pk", "password")), addresses(), AuditEvent.objects.count()
    assert prepare(sandbox=HERE) == {"passwords": {}, "demo_accounts": []}
    assert (list(User.objects.values("pk", "password")), addresses(), AuditEvent.objects.count()) == before


def test_without_simulators_there_is_only_the_administrator() -> None:
    assert prepare(sandbox=None)["passwords"].keys() == {"admin"}
    assert not Account.objects.exists()


def test_accounts_move_with_their_simulators_and_keep_what_a_person_changed() -> None:
    prepare(sandbox=HERE)
    slower = Account.objects.get(vendor="opswat")
    slower.settings |= {"calls_per_minute": "5"}
    slower.save()
    prepare(sandbox=THERE)
    assert all(url.startswith(THERE) for url in addresses().values())
    slower.refresh_from_db()
    assert slower.settings["calls_per_minute"] == "5"
    assert set(slower.secrets.values_list("name", flat=True)) == {"client_key", "client_secret"}


def test_an_account_that_a_person_pointed_at_the_real_vendor_stays_there() -> None:
    prepare(sandbox=HERE)
    real = Account.objects.get(vendor="opswat")
    real.settings |= {"url": "https://gears.opswat.example"}
    real.save()
    prepare(sandbox=THERE)
    assert addresses()["opswat"] == "https://gears.opswat.example"


def test_an_account_that_a_person_removed_does_not_come_back() -> None:
    prepare(sandbox=HERE)
    Account.objects.get(vendor="eset").delete()
    prepare(sandbox=HERE)
    assert addresses().keys() == {"opswat", "five9s"}


def test_without_simulators_the_demo_accounts_that_are_left_are_named() -> None:
    prepare(sandbox=HERE)
    assert prepare(sandbox=HERE)["demo_accounts"] == []
    real = Account.objects.get(vendor="opswat")
    real.settings |= {"url": "https://gears.opswat.example"}
    real.save()
    assert prepare(sandbox=None)["demo_accounts"] == ["demo-eset", "demo-five9s"]
    request_deletion(Account.objects.get(name="demo-eset"), act=AuditContext(timezone.now()))
    left = prepare(sandbox=None)["demo_accounts"]
    assert left == ["demo-five9s"]
    assert demo_lines(left)[-1].endswith("manage.py account delete demo-five9s") and demo_lines([]) == []


def test_a_new_password_replaces_the_old_one() -> None:
    old = prepare(sandbox=None)["passwords"]["admin"]
    new = set_password(user_named("admin"))
    assert authenticate(username="admin", password=old) is None
    assert authenticate(username="admin", password=new) is not None


def test_passwords_are_long_and_never_the_same() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 23 for password in made)
