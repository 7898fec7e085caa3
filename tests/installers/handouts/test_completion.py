"""From a gap in coverage to an installer, and to the device that appears: the hand-out closes by itself."""

from __future__ import annotations

import csv
import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.models import Account, AuditEvent, Device, JobState, Pulse, Sighting, User
from installers.models import Handout, Installer, Standing
from tests.conftest import confirm
from tests.devices import rows as shown
from tests.installers.handout_rows import page_of, ready, short_link, signed_in
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SERIAL = [(IdKind.SERIAL, "PF3XK2")]


def complete(at: Account) -> Account:
    shown.fetch(at, state=JobState.DONE, lane="list", finished_at=timezone.now())
    return at


@pytest.fixture
def eset(db: None) -> Account:
    return complete(shown.account("eset-main", "eset"))


@pytest.fixture
def device(eset: Account) -> Device:
    """OPSWAT knows it, ESET's complete list does not have it."""
    of = complete(shown.account("opswat-main", "opswat"))
    return shown.sighting(of, "nb-berlin-01", ids=SERIAL, os_family="windows", os_name="Windows 11").device


def given_for(device: Device, giver: User, way: str = "shown") -> Handout:
    installer = Installer.objects.first() or ready(Account.objects.get(name="eset-main"))
    if way == "short":
        short_link(giver, installer, device=str(device.pk), recipient="Anna")
    else:
        key = {"way": "shown", "key": f"key-{Handout.objects.count()}", "device": str(device.pk), "recipient": "Anna", "ticket": "INC7"}
        assert signed_in(giver).post(page_of(installer), key).status_code == 200
    return Handout.objects.order_by("-pk")[0]


def appears(device: Device, at: Account, **columns: Any) -> Sighting:
    return shown.sighting(at, device.name, device=device, ids=SERIAL, **columns)


def outcome(reader: User) -> str:
    page = signed_in(reader).get("/installers/hand-outs/").content.decode()
    words = ("Enrolled", "Not enrolled", "Not downloaded", "Downloaded, not enrolled", "Expired unused", "Disabled", "Closed", "Shown")
    [found] = [word for word in words if f"<span>{word}</span>" in page] or [page]
    return found


def waiting(reader: User) -> int:
    page = signed_in(reader).get("/installers/hand-outs/?show=open").content.decode()
    return page.count('data-label="Status"')


def test_a_gap_leads_to_a_fitting_installer_and_its_form_remembers_the_device(
    client: Client, bob: User, device: Device, eset: Account
) -> None:
    fits = ready(eset, purpose="Berlin laptops")
    for other in ({"family": "macos"}, {"standing": Standing.REVOKED}, {"expires_at": timezone.now()}, {"for_helpdesk": False}):
        ready(eset, purpose="Wrong one", **other)
    ready(complete(shown.account("eset-other", "eset")), purpose="Wrong one")
    client.force_login(bob)
    confirm(client)
    address = f"/installers/for/{device.pk}/?account=eset-main&amp;ticket=INC7"
    assert address in client.get(f"/devices/{device.pk}/?ticket=INC7").content.decode()
    page = client.get(address.replace("&amp;", "&")).content.decode()
    assert f"/installers/{fits.pk}/hand-out/?device={device.pk}&amp;ticket=INC7" in page
    assert "Berlin laptops" in page and "Wrong one" not in page and "/installers/new/" not in page
    form = client.get(f"/installers/{fits.pk}/hand-out/?device={device.pk}&ticket=INC7").content.decode()
    assert f'name="device" value="{device.pk}"' in form and 'value="INC7"' in form


def test_it_staff_may_have_one_made_with_what_is_known(client: Client, ivan: User, device: Device) -> None:
    client.force_login(ivan)
    confirm(client)
    page = client.get(f"/installers/for/{device.pk}/?account=eset-main&ticket=INC7").content.decode()
    assert (
        f"/installers/new/?account=eset-main&amp;os=windows&amp;device={device.pk}&amp;ticket=INC7" in page
        and "No installer for Windows is available." in page
    )


def test_an_order_that_began_at_a_gap_keeps_its_device_until_it_is_handed_out(
    client: Client, ivan: User, device: Device, eset: Account
) -> None:
    client.force_login(ivan)
    confirm(client)
    page = client.get(f"/installers/for/{device.pk}/?account=eset-main&ticket=INC7").content.decode()
    [address] = re.findall(r'href="(/installers/new/[^"]+)"', page)
    form = client.get(html.unescape(address), follow=True)
    order_address = f"{form.wsgi_request.path}?{form.wsgi_request.META['QUERY_STRING']}"
    assert f'href="/devices/{device.pk}/?ticket=INC7"' in form.content.decode()
    sent = dict(re.findall(r'name="([a-z_]+)"[^>]*value="([^"]*)"', form.content.decode())) | {"language": "de-de", "family": "windows"}
    made = client.post(order_address, sent | {"purpose": "Reception"})
    assert made.status_code == 302 and f"device={device.pk}" in made["Location"]
    Installer.objects.update(standing=Standing.READY, state=JobState.DONE)
    ready_page = client.get(made["Location"]).content.decode()
    [hand_out] = re.findall(r'href="(/installers/[0-9]+/hand-out/[^"]*)"', ready_page)
    assert hand_out.endswith(f"?device={device.pk}&amp;ticket=INC7")
    assert f'name="device" value="{device.pk}"' in client.get(html.unescape(hand_out)).content.decode()
    assert f"device={device.pk}" in client.get(order_address).content.decode()  # the page of a form that was sent before


@pytest.mark.parametrize(
    ("family", "offered"), [("windows", True), ("macos", True), ("unknown", True), ("android", False), ("ios", False), ("linux", False)]
)
def test_an_installer_is_offered_only_where_one_exists(client: Client, bob: User, device: Device, family: str, offered: bool) -> None:
    Device.objects.update(os_family=family)
    client.force_login(bob)
    confirm(client)
    assert (f"/installers/for/{device.pk}/?account=eset-main" in client.get(f"/devices/{device.pk}/").content.decode()) is offered
    bulk = f"/installers/send/?gap={device.pk}-{Account.objects.get(name='eset-main').pk}"
    assert (bulk in client.get("/coverage/?account=eset-main&cover=missing").content.decode()) is offered


def test_helpdesk_is_told_whom_to_ask_when_nothing_is_marked(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    confirm(client)
    page = client.get(f"/installers/for/{device.pk}/").content.decode()
    assert "Ask IT staff to create one or make one available to the helpdesk." in page


def test_a_system_without_installers_is_explained(client: Client, ivan: User, device: Device) -> None:
    Device.objects.update(os_family="linux")
    client.force_login(ivan)
    confirm(client)
    page = client.get(f"/installers/for/{device.pk}/").content.decode()
    assert "Linux" in page and "/installers/new/" not in page


def test_the_coverage_list_offers_installers_only_where_they_help(client: Client, bob: User, device: Device, eset: Account) -> None:
    client.force_login(bob)
    confirm(client)
    link = f'href="/installers/send/?gap={device.pk}-{eset.pk}"'
    assert link in client.get("/coverage/?account=eset-main&cover=missing").content.decode()
    assert "/installers/send/?gap" not in client.get("/coverage/?account=opswat-main").content.decode()
    assert "/installers/for/" not in client.get("/devices/").content.decode()


def test_without_the_right_there_is_no_way_to_an_installer(client: Client, charlie: User, device: Device) -> None:
    client.force_login(charlie)
    confirm(client)
    for answer in (client.get(f"/installers/for/{device.pk}/"), client.get(f"/installers/for/{device.pk}/", headers=HTMX)):
        assert answer.status_code == 403 and "permission to share installers." in answer.text and b"berlin" not in answer.content
    assert client.post(f"/installers/for/{device.pk}/").status_code in (403, 405)


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_unknown_devices_are_not_found(client: Client, ivan: User, number: int) -> None:
    client.force_login(ivan)
    confirm(client)
    assert client.get(f"/installers/for/{number}/").status_code == 404


@pytest.mark.parametrize("way", ["shown", "short"])
def test_a_hand_out_closes_by_itself_when_its_account_sees_the_device(
    ivan: User, bob: User, device: Device, eset: Account, way: str
) -> None:
    given_for(device, bob, way)
    assert (outcome(bob), waiting(ivan)) == ("Not downloaded" if way == "short" else "Not enrolled", 1)
    assert "shared" in signed_in(bob).get(f"/installers/for/{device.pk}/", headers=HTMX).content.decode()
    appears(device, eset)
    assert (outcome(bob), waiting(ivan)) == ("Enrolled", 0)
    assert not signed_in(bob).get(f"/installers/for/{device.pk}/", headers=HTMX).content.strip()
    page = signed_in(bob).get(f"/installers/for/{device.pk}/?account=eset-main").content.decode()
    assert "Coverage gap closed" in page and "/installers/for/" not in signed_in(bob).get(f"/devices/{device.pk}/").content.decode()


def test_only_the_account_that_it_was_for_and_only_a_managed_device_closes_it(ivan: User, device: Device, eset: Account) -> None:
    given_for(device, ivan)
    appears(device, complete(shown.account("eset-other", "eset")))
    assert outcome(ivan) == "Not enrolled"
    appears(device, eset, enrolment="pending")
    assert outcome(ivan) == "Not enrolled"
    Sighting.objects.update(enrolment="managed")
    assert outcome(ivan) == "Enrolled"


def test_a_device_that_was_there_long_ago_arrives_when_it_reports_again(ivan: User, device: Device, eset: Account) -> None:
    seen = appears(device, eset, life="missing", missing_since=timezone.now())
    given_for(device, ivan)
    assert outcome(ivan) == "Not enrolled"
    Pulse.objects.filter(sighting=seen).update(seen_at=timezone.now() + timedelta(days=400))
    assert outcome(ivan) == "Not enrolled"  # its clock is wrong: nobody can tell
    Pulse.objects.filter(sighting=seen).update(seen_at=timezone.now())
    assert outcome(ivan) == "Enrolled"


def test_an_arrival_stays_one_when_the_device_is_lost_later(ivan: User, device: Device, eset: Account) -> None:
    given_for(device, ivan)
    appears(device, eset, life="gone", missing_since=timezone.now())
    assert (outcome(ivan), waiting(ivan)) == ("Enrolled", 0)


def test_what_was_used_but_did_not_arrive_is_listed_until_a_person_closes_it(
    client: Client, bob: User, device: Device, eset: Account
) -> None:
    path = short_link(bob, ready(eset), device=str(device.pk))
    assert client.post(path).status_code == 200
    assert (outcome(bob), waiting(bob)) == ("Downloaded, not enrolled", 1)
    signed_in(bob).post(f"/installers/hand-outs/{Handout.objects.get().pk}/end/", {"back": "list"})
    assert (outcome(bob), waiting(bob)) == ("Disabled", 0)


def test_a_short_link_that_ended_unused_is_listed(bob: User, eset: Account) -> None:
    short_link(bob, ready(eset))
    Handout.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert (outcome(bob), waiting(bob)) == ("Expired unused", 1)


def test_a_shown_link_without_a_device_is_nothing_to_wait_for(ivan: User, bob: User, eset: Account) -> None:
    signed_in(bob).post(page_of(ready(eset)), {"way": "shown", "key": "k"})
    assert (outcome(bob), waiting(ivan)) == ("Shown", 0)


def test_helpdesk_sees_its_own_hand_outs_and_it_staff_all(ivan: User, bob: User, device: Device) -> None:
    given_for(device, ivan)
    assert (waiting(bob), waiting(ivan)) == (0, 1)
    assert "by ivan" in signed_in(bob).get(f"/installers/for/{device.pk}/", headers=HTMX).content.decode()


def test_the_log_leaves_as_csv_without_formulas_or_links_and_is_audited(client: Client, ivan: User, device: Device, eset: Account) -> None:
    installer = ready(eset, purpose="=HYPERLINK(1)")
    token = short_link(ivan, installer, recipient="@SUM(1)", device=str(device.pk), ticket="+1").removeprefix("/i/")
    Installer.objects.update(name="=HYPERLINK(1)")
    client.force_login(ivan)
    confirm(client)
    answer = client.get("/installers/hand-outs.csv?q=SUM")
    text = answer.getvalue().decode("utf-8-sig")
    [row] = csv.DictReader(text.splitlines())
    assert (row["Recipient"], row["Installer"], row["Device"], row["Status"]) == (
        "'@SUM(1)",
        "'=HYPERLINK(1)",
        "nb-berlin-01",
        "Not downloaded",
    )
    assert "canary" not in text and token not in text and Handout.objects.get().mark not in text
    [event] = AuditEvent.objects.filter(action="export")
    assert event.target.startswith("rollcall-deliveries-") and event.detail["q"] == "SUM"


@pytest.mark.parametrize("query", ["?q=%00", "?q=" + "x" * 10_000, "?before=x", "?after=-1", "?before=99999999999999999999", "?show=%00"])
def test_bad_addresses_of_the_log_are_harmless(client: Client, ivan: User, query: str) -> None:
    client.force_login(ivan)
    confirm(client)
    assert client.get("/installers/hand-outs/" + query).status_code == 200


def test_the_log_costs_the_same_however_long_it_is(ivan: User, device: Device) -> None:
    client, counts = signed_in(ivan), []
    given_for(device, ivan)
    client.get("/installers/hand-outs/")
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/installers/hand-outs/")
        counts.append(len(queries))
        for _ in range(4):
            given_for(device, ivan)
    assert counts[0] == counts[1]
