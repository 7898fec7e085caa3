from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from devices.accounts.services import switch_account
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.models import AuditEvent, User
from installers.models import Installer, Standing
from installers.orders import services
from installers.orders.requests import InstallerRequest, RequestConflict
from sandbox.eset.groups import LOST_GROUP
from sandbox.server import Simulation
from tests.devices import records as making
from tests.devices.runs import account_at
from tests.installers.orders_followed import WISH, Hand, account, created, order
from tests.vendors.months import six_months_after

pytestmark = pytest.mark.django_db


def test_an_order_becomes_ready_with_all_that_the_vendor_said(sim: Simulation, hand: Hand, ivan: User) -> None:
    wish = replace(WISH, group=LOST_GROUP, language="ET-ee", diagnostics=True, for_helpdesk=True)
    installer = hand.follow(order(account(sim), wish, actor=ivan, ticket="INC1"))
    assert installer.standing == Standing.READY and installer.usable and installer.for_helpdesk and installer.diagnostics
    assert installer.name == f"Reception [req-{installer.nonce}]" and installer.ticket == "INC1"
    assert (installer.language_asked, installer.language, installer.group_name) == ("et-ee", "en-us", "Lost & found")
    assert installer.products == [["ESET Endpoint Security", "ESET PROTECT Complete, 250 units"]]
    assert installer.made_at and installer.expires_at == six_months_after(installer.made_at)
    assert installer.open().reveal().startswith(sim.url) and "canary" not in installer.link
    event = AuditEvent.objects.get(action="installer ordered")
    assert (event.action, event.actor, event.detail["ticket"]) == ("installer ordered", ivan, "INC1")


def test_the_same_key_orders_once_and_another_wish_is_a_conflict(sim: Simulation) -> None:
    at, key = account(sim), services.new_key()
    first = order(at, key=key)
    assert order(at, key=key).pk == first.pk and AuditEvent.objects.filter(action="installer ordered").count() == 1
    for other in (replace(WISH, family="macos"), replace(WISH, purpose="Elsewhere")):
        with pytest.raises(RequestConflict, match="already sent"):
            order(at, other, key=key)
    with pytest.raises(RequestConflict):
        order(at, key=key, ticket="INC2")
    assert Installer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_with_one_key_make_one_row(sim: Simulation) -> None:
    at, key, start = account(sim), services.new_key(), threading.Barrier(10)
    numbers: list[int] = []

    def click() -> None:
        try:
            start.wait()
            numbers.append(order(at, key=key).pk)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(10)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert len(numbers) == 10 and set(numbers) == set(Installer.objects.values_list("pk", flat=True)) and len(set(numbers)) == 1


@pytest.mark.parametrize(
    ("wish", "field", "sentence"),
    [
        (replace(WISH, family="linux"), "family", "cannot create installers for Linux"),
        (replace(WISH, family="beos"), "family", "Windows, macOS"),
        (replace(WISH, family="unknown"), "family", "Windows, macOS"),
        (replace(WISH, language="tlh"), "language", "language from the list"),
        (replace(WISH, purpose=" "), "purpose", "a name of 1 to 80"),
        (replace(WISH, purpose="x" * 10_000), "purpose", "a name of 1 to 80"),
        (replace(WISH, purpose="two\nlines"), "purpose", "a name of 1 to 80"),
        (replace(WISH, purpose="nul\0"), "purpose", "a name of 1 to 80"),
        (replace(WISH, group="dynamic-1"), "group", "static group"),
        (replace(WISH, group="no\0where"), "group", "static group"),
        (replace(WISH, group="x" * 10_000), "group", "static group"),
    ],
)
def test_what_cannot_be_is_refused_in_words_before_anything_is_written(
    sim: Simulation, wish: InstallerRequest, field: str, sentence: str
) -> None:
    with pytest.raises(ActionRefused, match=sentence) as refused:
        order(account(sim), wish)
    assert refused.value.field == field and not Installer.objects.exists()


def test_groups_that_were_never_fetched_are_not_called_gone(sim: Simulation) -> None:
    with pytest.raises(ActionRefused, match="not synced yet"):
        order(account_at(sim.url, "eset"), replace(WISH, group=LOST_GROUP))


@pytest.mark.parametrize("ticket", ["x" * 101, "nul\0"])
def test_a_ticket_is_checked(sim: Simulation, ticket: str) -> None:
    with pytest.raises(ActionRefused, match="at most 100"):
        order(account(sim), ticket=ticket)


def test_vendors_without_the_capability_and_accounts_switched_off_are_refused(sim: Simulation) -> None:
    with pytest.raises(ActionRefused, match="cannot create installers through its API"):
        order(account_at(sim.url, "opswat"))
    at = account(sim)
    at.enabled = False
    with pytest.raises(ActionRefused, match="is disabled"):
        order(at)


def test_revoking_deletes_it_at_the_vendor_once(sim: Simulation, hand: Hand, ivan: User) -> None:
    installer = hand.follow(order(account(sim)))
    for _ in range(2):
        asked = services.revoke(installer, act=AuditContext.of(ivan, now=hand.now, ticket="INC3"))
    assert asked.standing == Standing.READY and asked.active
    ended = hand.follow(installer)
    assert (ended.standing, ended.link, ended.usable, ended.revoked_by) == (Standing.REVOKED, "", False, ivan)
    assert ended.revoked_at and sim.eset.installers.tally()["uuids"] == []
    assert AuditEvent.objects.get(action="installer revocation asked").detail["ticket"] == "INC3"
    with pytest.raises(ActionRefused, match=r"Only a ready .* Revoked"):
        services.revoke(installer, act=AuditContext.of(ivan, now=hand.now))


@pytest.mark.parametrize("fault", ["after=500@1", "reset@1", "429=3@1", "202=1@1", "slow=2@1"])
def test_a_revocation_may_be_asked_again_because_it_only_ends(sim: Simulation, hand: Hand, fault: str) -> None:
    installer = hand.follow(order(account(sim)))
    sim.fault(f"eset:{fault}~/v1/installers/")
    services.revoke(installer, act=AuditContext(hand.now))
    assert hand.follow(installer).standing == Standing.REVOKED and sim.eset.installers.tally()["uuids"] == []


def test_a_refused_revocation_leaves_it_ready_and_says_why(sim: Simulation, hand: Hand) -> None:
    installer = hand.follow(order(account(sim)))
    sim.options.eset_installer_rights = "create,list,get"
    services.revoke(installer, act=AuditContext(hand.now))
    ended = hand.follow(installer)
    assert (ended.standing, bool(ended.link)) == (Standing.READY, True) and "access was denied" in ended.error
    sim.options.eset_installer_rights = "create,list,get,delete"
    services.revoke(installer, act=AuditContext(hand.now))
    assert hand.follow(installer).standing == Standing.REVOKED


def test_nothing_is_asked_of_an_account_that_was_switched_off(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    ready, doubted, waits = hand.follow(order(at)), order(at), order(at)
    sim.fault("eset:after=500@1~/v1/installers")
    doubted = hand.step(doubted)
    switch_account(at, enabled=False)
    calls = len(sim.calls())
    with pytest.raises(ActionRefused, match="is disabled"):
        services.revoke(ready, act=AuditContext(hand.now))
    ended = hand.follow(waits)
    assert (ended.standing, ended.error) == (Standing.FAILED, "The vendor account eset-demo is disabled.")
    ended = hand.follow(doubted)
    assert ended.needs_person and "is disabled" in ended.error and len(sim.calls()) == calls
    switch_account(at, enabled=True)
    services.look_again(ended, act=AuditContext(hand.now))
    assert hand.follow(ended).standing == Standing.READY


def test_only_what_was_made_can_be_revoked_and_only_doubt_be_settled(sim: Simulation, hand: Hand) -> None:
    installer = order(account(sim))
    with pytest.raises(ActionRefused, match=r"Only a ready .* Requested"):
        services.revoke(installer, act=AuditContext(hand.now))
    for act in (services.look_again, lambda *args, **more: services.confirm_creation(*args, made=False, **more)):
        with pytest.raises(ActionRefused, match="needs no decision"):
            act(installer, act=AuditContext(hand.now))


def test_marking_for_the_helpdesk_is_written_down_when_it_changes(sim: Simulation, ivan: User) -> None:
    installer = order(account(sim))
    for _ in range(2):
        services.mark_for_helpdesk(installer, may=True, act=AuditContext.of(ivan, now=timezone.now()))
    assert Installer.objects.get().for_helpdesk and AuditEvent.objects.filter(action="installer marked").count() == 1


def test_an_account_that_was_removed_or_cannot_connect_ends_in_words(hand: Hand) -> None:
    at = making.account()
    ended = hand.follow(order(at))
    assert ended.standing == Standing.FAILED and "missing: Password" in ended.error and created(hand.sim) == 0
