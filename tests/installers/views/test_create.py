"""Ordering on the page: one order however often the form is sent, presets, and mistakes that keep what was typed."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from devices.models import Account, AuditEvent, DeviceGroup, User
from installers.models import Installer, Standing
from tests.devices import rows as shown
from tests.installers.rows import accounts, booked, foreign, read

pytestmark = pytest.mark.django_db
NEW = "/installers/new/"


@pytest.fixture
def eset(db: None) -> Account:
    account = accounts()
    DeviceGroup.objects.create(account=account, external_id="g-all", name="All", static=True)
    DeviceGroup.objects.create(account=account, external_id="g-berlin", name="Berlin", parent_id="g-all", static=True)
    DeviceGroup.objects.create(account=account, external_id="g-dynamic", name="Without updates", static=False)
    return account


@pytest.fixture
def desk(client: Client, ivan: User, eset: Account) -> Client:
    client.force_login(ivan)
    return client


def opened(desk: Client, query: str = "") -> str:
    """The address of a fresh form, with the key of its order."""
    answer = desk.get(NEW + query)
    assert answer.status_code == 302
    return str(answer["Location"])


def key_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["key"][0]


def filled(address: str, **more: str) -> dict[str, str]:
    usual = {"purpose": "Reception", "family": "windows", "language": "de-de", "group": "", "detect_unwanted": "on", "cloud_feedback": "on"}
    return {"request_key": key_of(address), "account": "eset-main", **usual, **more}


def send(desk: Client, **more: str) -> HttpResponse:
    address = opened(desk)
    answer: HttpResponse = desk.post(address, filled(address, **more))  # type: ignore[assignment]
    return answer


def test_a_sent_form_is_an_order_with_everything_that_was_chosen(desk: Client, ivan: User) -> None:
    answer = send(desk, family="macos", group="g-berlin", diagnostics="on", for_helpdesk="on", ticket="INC7")
    made = Installer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/installers/{made.pk}/?ticket=INC7")
    assert (made.standing, made.purpose, made.family, made.language_asked) == (Standing.REQUESTED, "Reception", "macos", "de-de")
    assert (made.group_id, made.group_name, made.ticket, made.requested_by) == ("g-berlin", "Berlin", "INC7", ivan)
    assert (made.detect_unwanted, made.cloud_feedback, made.diagnostics, made.for_helpdesk) == (True, True, True, True)
    event = AuditEvent.objects.get(action="installer ordered")
    assert (event.actor, event.target, event.detail["ticket"]) == (ivan, "eset-main", "INC7")


def test_unticked_settings_are_off(desk: Client) -> None:
    address = opened(desk)
    wanted = {name: value for name, value in filled(address).items() if name not in ("detect_unwanted", "cloud_feedback")}
    desk.post(address, wanted)
    made = Installer.objects.get()
    assert (made.detect_unwanted, made.cloud_feedback, made.diagnostics, made.for_helpdesk) == (False, False, False, False)


def test_a_double_click_and_a_second_tab_order_once(desk: Client) -> None:
    address = opened(desk)
    places = {desk.post(address, filled(address))["Location"] for _ in range(3)}
    assert places == {f"/installers/{Installer.objects.get().pk}/"}
    assert AuditEvent.objects.filter(action="installer ordered").count() == 1


def test_the_back_button_finds_the_order_instead_of_a_form(desk: Client) -> None:
    address = opened(desk)
    desk.post(address, filled(address))
    made = Installer.objects.get()
    page = read(desk, address)
    assert (
        "Form already sent" in page
        and f'href="/installers/{made.pk}/"' in page
        and "<form" not in page.split("<main")[1].split("</main>")[0]
    )
    assert key_of(address) not in page  # "another one" begins with a key of its own


def test_the_same_form_with_another_wish_is_refused_in_words(desk: Client) -> None:
    address = opened(desk)
    desk.post(address, filled(address))
    answer = desk.post(address, filled(address, purpose="Warehouse"))
    assert answer.status_code == 422 and "already sent with other options" in answer.content.decode()
    assert Installer.objects.get().purpose == "Reception"


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ({"purpose": ""}, "Enter a name, e.g."),
        ({"purpose": "x" * 10_000}, "Enter a name of 1 to 80 characters"),
        ({"purpose": "a\0b"}, "Null characters"),
        ({"purpose": "a\u2028b"}, "on one line"),
        ({"family": ""}, "Choose an operating system: Windows, macOS"),
        ({"family": "linux"}, "cannot create installers for Linux"),
        ({"family": "x\0"}, "Null characters"),
        ({"language": "tlh"}, "Choose a language from the list"),
        ({"language": ""}, "Choose a language from the list"),
        ({"group": "g-dynamic"}, "Choose an existing static group"),
        ({"group": "y" * 10_000}, "Choose an existing static group"),
        ({"ticket": "9" * 10_000}, "a ticket of at most 100 characters"),
        ({"request_key": "again"}, "This form is incomplete"),
        ({"request_key": ""}, "This form is incomplete"),
    ],
)
def test_a_mistake_orders_nothing_and_keeps_what_was_typed(desk: Client, mistake: dict[str, str], words: str) -> None:
    answer = send(desk, **({"ticket": "INC8", "purpose": "Foyer", "diagnostics": "on"} | mistake))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and "Installer not created." in page
    assert not Installer.objects.exists()
    assert "purpose" in mistake or 'value="Foyer"' in page
    assert "ticket" in mistake or 'value="INC8"' in page
    assert page.count(" checked") == (3 if mistake.keys() & {"family"} else 4)  # the system and three settings


def test_a_corrected_form_orders_under_its_first_key(desk: Client) -> None:
    address = opened(desk)
    assert desk.post(address, filled(address, purpose="")).status_code == 422
    assert desk.post(address, filled(address)).status_code == 302
    assert str(Installer.objects.get().request_key) == key_of(address)


def test_the_form_says_what_there_is_and_what_there_is_not(desk: Client) -> None:
    page = read(desk, opened(desk))
    assert "German (de-de)" in page and "Falls back to English." in page
    assert "None (Lost &amp; found)" in page and "All / Berlin" in page and "Without updates" not in page
    assert "6 months" in page and "cannot create installers for Linux" in page
    assert "five-main</strong>: five(9)s Console cannot create installers through its API" in page


def test_presets_come_from_the_address(desk: Client) -> None:
    query = "?account=eset-main&os=macos&group=g-berlin&language=fr-fr&purpose=Studio&ticket=INC9"
    page = read(desk, opened(desk, query))
    assert 'value="macos" id="family-macos" checked' in page and '<option value="g-berlin" selected>' in page
    assert '<option value="fr-fr" selected>' in page and 'value="Studio"' in page and 'value="INC9"' in page


@pytest.mark.parametrize(("told", "chosen"), [("DE-de", "de-de"), ("tlh", "en-us"), ("", "en-us")])
def test_a_language_that_the_vendor_lacks_does_not_become_the_first_of_the_list(
    desk: Client, eset: Account, told: str, chosen: str
) -> None:
    old = foreign(eset, "Theirs", language=told, language_asked="")
    for query in (f"?from={old.pk}", f"?language={told}"):
        assert f'<option value="{chosen}" selected>' in read(desk, opened(desk, query))


def test_nonsense_in_the_address_presets_nothing(desk: Client) -> None:
    long = "9" * 5000
    for query in (f"?from={long}", "?from=%00", f"?os={long}", "?group=%00&language=%00&purpose=%00", "?from=9223372036854775808"):
        assert "Create installer in eset-main" in read(desk, opened(desk, query))
    assert opened(desk, "?key=no-uuid").count("key=") == 1


def test_a_successor_takes_two_clicks(desk: Client, eset: Account) -> None:
    old = booked(eset, "Reception", language_asked="de-de", group_id="g-berlin", for_helpdesk=True, diagnostics=True)
    assert f'href="/installers/new/?from={old.pk}"' in read(desk, f"/installers/{old.pk}/")
    address = opened(desk, f"?from={old.pk}")
    page = read(desk, address)
    assert 'value="Reception"' in page and '<option value="de-de" selected>' in page and '<option value="g-berlin" selected>' in page
    assert page.count(" checked") == 5  # Windows, and all four settings
    desk.post(address, filled(address, group="g-berlin"))
    assert Installer.objects.filter(purpose="Reception", group_id="g-berlin").count() == 2


def test_several_accounts_are_chosen_from_and_the_choice_keeps_the_presets(desk: Client, eset: Account) -> None:
    shown.account("eset-second", "eset")
    page = read(desk, NEW + "?os=macos")
    assert "Choose a vendor account" in page and 'href="?os=macos&amp;account=eset-second"' in page
    assert "five-main</strong>: five(9)s Console cannot create installers" in page
    assert "Create installer in eset-second" in read(desk, opened(desk, "?os=macos&account=eset-second"))
    assert "Choose a vendor account" in read(desk, NEW + "?account=five-main")


def test_an_account_that_was_switched_off_meanwhile_takes_no_order(desk: Client, eset: Account) -> None:
    address = opened(desk)
    Account.objects.filter(pk=eset.pk).update(enabled=False)
    page = desk.post(address, filled(address)).content.decode()
    assert "No vendor account supports installers" in page and "Disabled." in page
    assert not Installer.objects.exists()


def test_showing_the_form_orders_nothing_and_costs_few_queries(desk: Client, django_assert_num_queries: object) -> None:
    address = opened(desk)
    desk.get(address)
    for number in range(20):
        shown.account(f"five-{number}", "five9s")
    with django_assert_num_queries(7):  # type: ignore[operator]
        desk.get(address)
    assert not Installer.objects.exists() and uuid.UUID(key_of(address))
