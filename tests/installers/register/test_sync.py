"""The register compared with what the vendor lists: what others made, what is gone, what ends."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from devices.models import Health, User
from installers.models import Installer, Standing, Stocktake
from installers.register import scheduling
from installers.register.sync import expire
from sandbox.server import Simulation
from tests.installers.orders_followed import Hand, account, order
from tests.vendors.scripted_server import Reply, scripted

pytestmark = pytest.mark.django_db


def host(sim: Simulation) -> str:
    return sim.url.removeprefix("http://")


def test_installers_that_others_made_are_entered_once(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    ours = hand.follow(order(at))
    sim.eset.installers.make("Made by hand", host=host(sim))
    for _ in range(2):
        assert hand.take_stock(at).found == 2
    foreign = Installer.objects.exclude(pk=ours.pk).get()
    assert (foreign.ours, foreign.standing, foreign.name, foreign.requested_by) == (False, Standing.READY, "Made by hand", None)
    assert foreign.open().reveal().startswith(sim.url) and foreign.expires_at


def test_what_another_account_of_the_same_tenant_ordered_is_named_as_that_accounts(
    sim: Simulation, hand: Hand, client: Client, ivan: User
) -> None:
    first, second = account(sim), account(sim, name="eset-second")
    ours = hand.follow(order(first, actor=ivan))
    copied = sim.eset.installers.make(ours.name, host=host(sim))
    hand.take_stock(second)
    twin = Installer.objects.get(account=second, external_id=ours.external_id)
    client.force_login(ivan)
    assert "Created through eset-demo" in client.get(f"/installers/{twin.pk}/").content.decode()
    page = client.get("/installers/?account=eset-second").content.decode()
    assert (page.count("Created through eset-demo"), page.count("Created at the vendor")) == (1, 1), "a copied name proves nothing"
    out = io.StringIO()
    call_command("installer", "list", "--json", stdout=out)
    told = {each["id"]: each["ordered_through"] for each in json.loads(out.getvalue())}
    assert (told.pop(twin.pk), set(told.values())) == ("eset-demo", {None}) and copied


def test_what_is_no_longer_listed_was_revoked_elsewhere_and_may_come_back(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    installer = hand.follow(order(at))
    kept = sim.eset.installers._made.pop(installer.external_id)
    hand.go(5)
    hand.take_stock(at)
    gone = Installer.objects.get()
    assert (gone.standing, gone.usable, bool(gone.link)) == (Standing.REVOKED, False, True) and "Deleted at the vendor" in gone.remark
    sim.eset.installers._made[installer.external_id] = kept
    hand.take_stock(at)
    assert Installer.objects.get().standing == Standing.READY


@pytest.mark.parametrize("fault", ["503", "object", "cut-json", "html200", "202-expired"])
def test_a_list_that_is_not_complete_concludes_nothing(sim: Simulation, hand: Hand, fault: str) -> None:
    at = account(sim)
    installer = hand.follow(order(at))
    del sim.eset.installers._made[installer.external_id]
    sim.fault(f"eset:{fault}~/v1/installers")
    hand.go(5)
    hand.take_stock(at)
    assert Installer.objects.get().standing == Standing.READY and Stocktake.objects.get().error


def test_an_unreadable_record_may_be_the_one_that_is_missed(hand: Hand, sim: Simulation) -> None:
    installer = hand.follow(order(account(sim)))
    listing = {"installers": [{"displayName": "nameless"}], "totalSize": 1}
    token = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
    with scripted(Reply(body=token), Reply(body=listing)) as script:
        at = installer.account
        at.settings = {**at.settings, "url": script.url + "/{region}/{service}"}
        at.save(update_fields=["settings"])
        hand.go(5)
        assert hand.take_stock(at).unreadable == 1
    assert Installer.objects.get().standing == Standing.READY


def test_one_that_was_given_up_is_adopted_when_it_appears(sim: Simulation, hand: Hand) -> None:
    sim.fault("eset:late=2000@1~/v1/installers")
    at = account(sim)
    installer = hand.follow(order(at))
    assert installer.standing == Standing.FAILED
    hand.go(2000)
    hand.take_stock(at)
    found = Installer.objects.get()
    assert (found.standing, found.error, bool(found.link)) == (
        Standing.READY,
        "",
        True,
    ) and "a later sync found the installer" in found.remark


def test_doubt_that_waited_for_a_person_ends_when_the_list_may_be_read(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    sim.options.eset_installer_rights = "create"
    for fault in ("after=500@1", "500@1"):
        sim.fault(f"eset:{fault}~/v1/installers")
        assert hand.follow(order(at)).needs_person
        sim.clear_faults()
    sim.options.eset_installer_rights = "create,list"
    hand.go(800)
    hand.take_stock(at)
    made, never = Installer.objects.order_by("pk")
    assert (made.standing, never.standing, never.error_code) == (Standing.READY, Standing.FAILED, "not_made")


def test_one_that_is_being_made_is_left_to_its_own_job(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    sim.fault("eset:after=500@1~/v1/installers")
    installer = hand.step(order(at))
    hand.take_stock(at)
    assert Installer.objects.get().standing == Standing.AMBIGUOUS
    assert hand.follow(installer).standing == Standing.READY and Installer.objects.count() == 1


def test_a_stocktake_is_planned_every_hour_one_at_a_time(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    (first,) = scheduling.schedule_installer_syncs(scheduling.offering(), hand.now)
    assert scheduling.schedule_installer_syncs(scheduling.offering(), hand.now + timedelta(hours=2)) == []
    assert scheduling.request_stocktake(at, now=hand.now).pk == first.pk
    hand.take_stock(at)
    assert scheduling.schedule_installer_syncs(scheduling.offering(), hand.now) == []
    assert len(scheduling.schedule_installer_syncs(scheduling.offering(), hand.now + timedelta(hours=1, seconds=1))) == 1
    Stocktake.objects.update(state="done", finished_at=hand.now)
    at.health = Health.PERSON
    assert scheduling.schedule_installer_syncs([at], hand.now + timedelta(days=1)) == []


def test_an_end_that_has_come_is_marked(sim: Simulation, hand: Hand) -> None:
    installer = hand.follow(order(account(sim)))
    assert installer.expires_at and expire(installer.expires_at - timedelta(seconds=1)) == 0
    assert expire(installer.expires_at) == 1
    ended = Installer.objects.get()
    assert (ended.standing, ended.usable) == (Standing.EXPIRED, False)


def test_a_bad_field_costs_no_installer(sim: Simulation, hand: Hand, client: Client, ivan: User) -> None:
    at = account(sim)
    for number in range(30):
        sim.eset.installers.make(f"Installer {number}", host=host(sim))
    sim.fault("eset:corrupt~/v1/installers")
    stocktake = hand.take_stock(at)
    assert stocktake.found + stocktake.unreadable == 30 and stocktake.found > 20
    assert {record for record, *_ in stocktake.repairs} == {"installer"}
    assert Installer.objects.filter(account=at).count() == stocktake.found
    client.force_login(ivan)
    assert "Repaired field" in client.get("/installers/").content.decode()
    sim.clear_faults()
    assert (hand.take_stock(at).unreadable, Stocktake.objects.get().repairs) == (0, [])
    assert Installer.objects.filter(account=at, standing=Standing.READY).count() == 30


def test_an_installer_in_another_letter_case_is_the_same(sim: Simulation, hand: Hand) -> None:
    at = account(sim)
    ours = hand.follow(order(at))
    sim.fault("eset:capitals")
    assert hand.take_stock(at).found == 1
    assert (Installer.objects.count(), Installer.objects.get().pk, Installer.objects.get().standing) == (1, ours.pk, Standing.READY)
