"""Installers for several gaps: one form, a link and a delivery for each device, and a reason for every device without one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, AuditEvent, Device, JobState, User
from installers.models import Handout, Installer, Standing, Way
from installers.register.selected_gaps import MOST, read_gaps
from tests.devices import rows as shown
from tests.installers.handout_rows import SHORT, ready, signed_in
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def complete(at: Account) -> Account:
    shown.fetch(at, state=JobState.DONE, lane="list", finished_at=timezone.now())
    return at


@pytest.fixture
def eset(db: None) -> Account:
    return complete(shown.account("eset-main", "eset"))


@pytest.fixture
def opswat(db: None) -> Account:
    return complete(shown.account("opswat-main", "opswat"))


def machine(of: Account, name: str, family: str = "windows", **columns: Any) -> Device:
    return shown.sighting(of, name, ids=[(IdKind.SERIAL, f"SN{name}")], os_family=family, **columns).device


@pytest.fixture
def laptops(opswat: Account, eset: Account) -> list[Device]:
    """Three that ESET's full sync does not have."""
    return [machine(opswat, f"nb-{number}", user=f"user{number}") for number in range(3)]


def address(at: Account, devices: list[Device]) -> str:
    return "/installers/send/?" + "&".join(f"gap={device.pk}-{at.pk}" for device in devices)


def filled(client: Client, at: str, **more: str) -> dict[str, str]:
    form = client.get(at).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', form)
    assert key, form
    return {"key": key[1], "links": "each", "days": "7", "uses": "3", "recipient": "", "ticket": ""} | more


def sent(client: Client, at: str, **more: str) -> str:
    answer = client.post(at, filled(client, at, **more))
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def reasons(page: str) -> dict[str, str]:
    """Name of a device without a link → why."""
    found = re.findall(r'<li><strong class="wrap">(.*?)</strong>.*?<div class="panel-note wrap">(.*?)</div></li>', page, re.DOTALL)
    return {name: " ".join(text.split()) for name, text in found}


@pytest.mark.parametrize("name", ["ivan", "bob"])
def test_every_device_gets_a_link_and_a_delivery_of_its_own(
    laptops: list[Device], eset: Account, name: str, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(name)
    fits = ready(eset, purpose="Laptops")
    page = sent(signed_in(user), address(eset, laptops), ticket="INC7")
    links = list(dict.fromkeys(SHORT.findall(page)))
    made = list(Handout.objects.order_by("pk"))
    assert len(links) == 3 and "3 links created" in page and not reasons(page)
    assert [(each.device, each.recipient, each.installer, each.ticket, each.way) for each in made] == [
        (device, device.user, fits, "INC7", Way.SHORT) for device in laptops
    ]
    assert {(each.most_uses, (each.expires_at - each.given_at).days) for each in made if each.expires_at} == {(3, 7)}
    events = AuditEvent.objects.filter(action="short link made").order_by("pk")
    assert [(each.actor, each.detail["device"], each.detail["ticket"]) for each in events] == [(user, each.pk, "INC7") for each in laptops]
    for link in links:
        assert "Installer for Windows" in Client().get(link).content.decode()


def test_the_links_are_in_the_answer_alone_with_their_e_mails(laptops: list[Device], eset: Account, ivan: User) -> None:
    ready(eset)
    client = signed_in(ivan)
    at = address(eset, laptops)
    answer = client.post(at, filled(client, at))
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
    copied = re.findall(r'data-copy="([^"]*)"', answer.content.decode())
    everything = copied[0].splitlines()
    assert [line.partition("\t")[0] for line in everything] == ["nb-0", "nb-1", "nb-2"]
    letters = [text for text in copied[1:] if "Please install" in text]
    assert len(letters) == 3 and all(line.partition("\t")[2] in letter for line, letter in zip(everything, letters, strict=True))
    assert not SHORT.search(client.get(at).content.decode())


def test_the_same_form_again_makes_no_more_links(laptops: list[Device], eset: Account, ivan: User) -> None:
    ready(eset)
    client, at = signed_in(ivan), address(eset, laptops)
    form = filled(client, at)
    pages = [SHORT.findall(client.post(at, form).content.decode()) for _ in range(2)]
    assert pages[0] == pages[1] and Handout.objects.count() == AuditEvent.objects.filter(action="short link made").count() == 3


def test_one_link_for_all_closes_device_by_device(laptops: list[Device], eset: Account, ivan: User) -> None:
    ready(eset)
    client, at = signed_in(ivan), address(eset, laptops)
    page = sent(client, at, links="all", recipient="Rollout Berlin")
    [link] = set(SHORT.findall(page))
    parent = Handout.objects.get(way=Way.SHORT)
    members = list(Handout.objects.filter(way=Way.GROUP).order_by("pk"))
    assert (parent.device, parent.most_uses, parent.recipient) == (None, 9, "Rollout Berlin")
    assert [(each.device, each.through, each.expires_at) for each in members] == [(each, parent, parent.expires_at) for each in laptops]
    shown.sighting(eset, "nb-0", device=laptops[0])
    listed = " ".join(re.sub(r"<[^>]+>", " ", client.get("/installers/hand-outs/").content.decode()).split())
    assert (listed.count("Not enrolled"), listed.count("Enrolled")) == (2, 1)
    assert Client().post(link).status_code == 200
    parent.refresh_from_db()
    assert parent.uses == 1
    client.post(f"/installers/hand-outs/{parent.pk}/end/")
    assert not Handout.objects.filter(ended_at=None).exists()
    assert Client().get(link).status_code == 410


def test_one_link_for_all_keeps_the_limit_of_the_helpdesk(laptops: list[Device], eset: Account, bob: User) -> None:
    ready(eset)
    client, at = signed_in(bob), address(eset, laptops)
    answer = client.post(at, filled(client, at, links="all", uses="7"))
    assert answer.status_code == 422 and "One link for all allows at most 20 downloads." in answer.content.decode()
    assert not Handout.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("days", "400"), ("days", "x"), ("uses", "0"), ("uses", "5000"), ("links", "some")])
def test_a_mistake_is_named_and_makes_nothing(laptops: list[Device], eset: Account, ivan: User, field: str, value: str) -> None:
    ready(eset)
    client, at = signed_in(ivan), address(eset, laptops)
    answer = client.post(at, filled(client, at, **{field: value}))
    assert answer.status_code == 422 and not Handout.objects.exists()


def test_each_system_and_account_has_its_installer(opswat: Account, eset: Account, ivan: User) -> None:
    other = complete(shown.account("eset-other", "eset"))
    devices = [machine(opswat, "nb-win"), machine(opswat, "mac-1", "macos")]
    wanted = {(at.name, family): ready(at, family=family) for at in (eset, other) for family in ("windows", "macos")}
    gaps = "&".join(f"gap={device.pk}-{at.pk}" for device in devices for at in (eset, other))
    sent(signed_in(ivan), f"/installers/send/?{gaps}")
    found = {(each.installer.account.name, each.device.os_family): each.installer for each in Handout.objects.all() if each.device}
    assert found == wanted


def test_a_device_without_an_installer_is_named_with_the_reason(opswat: Account, eset: Account, laptops: list[Device], ivan: User) -> None:
    ready(eset)
    doubted = complete(shown.account("eset-doubted", "eset"))
    shown.fetch(doubted, state=JobState.DONE, finished_at=timezone.now(), rejected=1)
    phone, unknown, there = machine(opswat, "phone", "android"), machine(opswat, "thing", "unknown"), machine(eset, "there")
    gone = machine(opswat, "retired")
    Device.objects.filter(pk=gone.pk).update(life="retired")
    gaps = [(laptops[0], eset), (phone, eset), (unknown, eset), (there, eset), (there, opswat), (laptops[1], doubted), (gone, eset)]
    at = "/installers/send/?" + "&".join(f"gap={device.pk}-{account.pk}" for device, account in gaps) + "&gap=99999-1&gap=x"
    client = signed_in(ivan)
    for page in (client.get(at).content.decode(), sent(client, at)):
        found = re.findall(r'<li><strong class="wrap">(.*?)</strong>.*?<div class="panel-note wrap">(.*?)</div></li>', page, re.DOTALL)
        assert [(name, " ".join(reason.split())) for name, reason in found] == [
            ("phone", "ESET Connect cannot create installers for phones: enroll them in the ESET PROTECT console."),
            ("thing", "Its operating system is unknown. Choose an installer on its page."),
            ("there", "eset-main now reports this device."),
            ("there", "OPSWAT MetaDefender IT Access has no installers. Enroll this device in the vendor&#x27;s console."),
            ("nb-1", "Can&#x27;t confirm that it is missing there."),
            ("retired", "The device is removed or retired."),
            ("Device 99999", "The device or vendor account no longer exists."),
        ]
    assert [each.device for each in Handout.objects.all()] == [laptops[0]]


def test_without_an_installer_one_is_created_and_the_devices_are_kept(laptops: list[Device], eset: Account, ivan: User) -> None:
    client, at = signed_in(ivan), address(eset, laptops)
    form = filled(client, at, name="Rollout", ticket="INC7")
    assert "None available: it is created first." in client.get(at).content.decode()
    waiting = client.post(at, form).content.decode()
    made = Installer.objects.get()
    assert (made.standing, made.purpose, made.family, made.ticket) == (Standing.REQUESTED, "Rollout", "windows", "INC7")
    assert "The links for 3 devices are created as soon as the installer is ready." in waiting and not Handout.objects.exists()
    polled = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', waiting))
    assert polled.pop("csrfmiddlewaretoken") and polled == {name: value for name, value in form.items() if value} | polled
    assert "Creating installer" in client.post(at, polled, headers=HTMX).content.decode()
    Installer.objects.update(standing=Standing.READY, state=JobState.DONE, expires_at=timezone.now() + timedelta(days=90))
    sealed = Installer.objects.get()
    sealed.seal(ready(eset, purpose="Other", family="macos").open())
    sealed.save()
    answer = client.post(at, polled, headers=HTMX)
    assert (answer["Cache-Control"], "<html" in answer.content.decode()) == ("no-store", False)
    assert len(set(SHORT.findall(answer.content.decode()))) == 3
    assert [(each.device, each.installer) for each in Handout.objects.order_by("pk")] == [(device, sealed) for device in laptops]
    assert Installer.objects.filter(family="windows").count() == 1


def test_an_installer_that_failed_is_named_and_stops_no_other(laptops: list[Device], eset: Account, opswat: Account, ivan: User) -> None:
    mac = machine(opswat, "mac-1", "macos")
    ready(eset, family="macos")
    client, at = signed_in(ivan), address(eset, [*laptops, mac])
    form = filled(client, at, name="Rollout")
    client.post(at, form)
    Installer.objects.filter(family="windows").update(standing=Standing.FAILED, state=JobState.FAILED, error="ESET refused the request.")
    page = client.post(at, form).content.decode()
    assert "1 link created" in page
    assert reasons(page) == dict.fromkeys(("nb-0", "nb-1", "nb-2"), "ESET refused the request.")
    assert [each.device for each in Handout.objects.all()] == [mac]


def test_what_is_ready_can_be_sent_without_waiting(laptops: list[Device], eset: Account, opswat: Account, ivan: User) -> None:
    mac = machine(opswat, "mac-1", "macos")
    ready(eset, family="macos")
    client, at = signed_in(ivan), address(eset, [*laptops, mac])
    form = filled(client, at, name="Rollout")
    client.post(at, form)
    page = client.post(at, form | {"ready": "1"}).content.decode()
    assert "1 link created" in page and set(reasons(page).values()) == {"Its installer is not ready yet."}


def test_the_helpdesk_creates_no_installer(laptops: list[Device], eset: Account, bob: User) -> None:
    ready(eset, for_helpdesk=False)
    client, at = signed_in(bob), address(eset, laptops)
    page = client.get(at).content.decode()
    assert set(reasons(page).values()) == {"No installer for Windows is available. Ask IT staff to create one."}
    assert '<button class="btn btn-primary" type="submit">' not in page
    client.post(at, {"key": "", "links": "each", "days": "7", "uses": "3", "name": "Rollout"})
    assert Installer.objects.count() == 1 and not Handout.objects.exists()


def test_without_the_right_nothing_is_shown(laptops: list[Device], eset: Account, charlie: User) -> None:
    client = signed_in(charlie)
    for answer in (client.get(address(eset, laptops)), client.post(address(eset, laptops))):
        assert answer.status_code == 403 and b"nb-0" not in answer.content


def test_identity_is_confirmed_first_and_keeps_the_selection(laptops: list[Device], eset: Account, ivan: User, client: Client) -> None:
    client.force_login(ivan)
    answer = client.get(address(eset, laptops))
    assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    assert all(f"gap%3D{device.pk}-{eset.pk}" in answer["Location"] for device in laptops)


@pytest.mark.parametrize("query", ["", "?gap=", "?gap=1", "?gap=-1-2", "?gap=1-x", "?gap=9999999999999999999999-1"])
def test_no_selection_leads_back(ivan: User, query: str) -> None:
    answer = signed_in(ivan).get(f"/installers/send/{query}")
    assert (answer.status_code, answer["Location"]) == (302, "/coverage/")


def test_too_many_are_refused(ivan: User) -> None:
    answer = signed_in(ivan).get("/installers/send/?" + "&".join(f"gap={number}-1" for number in range(1, MOST + 2)), follow=True)
    assert "More than 100 gaps selected. Select fewer." in answer.content.decode()


def test_gaps_are_read_once_each() -> None:
    assert read_gaps(["12-3", "12-3", "7-3", "x", "1-2-3", ""]) == [(12, 3), (7, 3)]


@pytest.mark.parametrize("number", [1, 20])
def test_the_number_of_queries_does_not_grow(
    opswat: Account, eset: Account, ivan: User, django_assert_num_queries: Any, number: int
) -> None:
    ready(eset)
    devices = [machine(opswat, f"nb-{each}") for each in range(number)]
    client, at = signed_in(ivan), address(eset, devices)
    client.get(at)
    with django_assert_num_queries(12):
        client.get(at)
