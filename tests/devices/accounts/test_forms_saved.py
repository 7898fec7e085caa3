"""Saving an account in the browser: everything wrong is told at once, the connection is tested first, and no secret comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from devices.db.redis_client import worker_client
from devices.jobs import heartbeat
from devices.models import Account, AuditEvent, Health, SyncRun, User
from devices.web import cache as rate_limits
from sandbox.credentials import ESET_PASSWORD, FIVE9S_TOKEN, account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.certificates import certificate
from tests.devices.runs import account_at
from vendors.registry import VENDORS

pytestmark = pytest.mark.django_db
ADD = "/vendors/add/"


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with running(devices=5, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def sim(simulation: Simulation) -> Iterator[Simulation]:
    yield simulation
    simulation.clear_faults()


@pytest.fixture(autouse=True)
def _a_worker_reports() -> None:
    heartbeat.beat()


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)


def filled(sim: Simulation, vendor: str, **changed: str) -> dict[str, str]:
    settings, secrets = account_settings(sim.url)[vendor]
    typed = {f"set_{name}": value for name, value in settings.items()} | {f"secret_{name}": value for name, value in secrets.items()}
    return {"vendor": vendor, "name": f"{vendor}-x", **typed, **changed}


class TestTested:
    @pytest.mark.parametrize("vendor", list(VENDORS))
    def test_what_works_is_saved_and_synced(self, admin: Client, sim: Simulation, vendor: str) -> None:
        answer = admin.post(ADD, filled(sim, vendor))
        assert answer["Location"] == f"/vendors/{vendor}-x/"
        assert AuditEvent.objects.get(action="connection tested").detail["accepted"] is True
        assert SyncRun.objects.get().account == Account.objects.get()

    @pytest.mark.parametrize("vendor", list(VENDORS))
    def test_what_does_not_work_is_not_saved_and_says_why(self, admin: Client, sim: Simulation, vendor: str) -> None:
        wrong = {f"secret_{name}": "wrong-0123456789" for name in VENDORS[vendor].secret_names}
        answer = admin.post(ADD, filled(sim, vendor, **wrong))
        assert answer.status_code == 422
        assert "Nothing was saved: the connection does not work." in answer.text
        assert "credentials" in answer.text or "password" in answer.text or "client key" in answer.text
        assert 'name="anyway"' in answer.text
        assert f'value="{vendor}-x"' in answer.text, "what was typed is kept"
        assert not Account.objects.exists()
        assert not AuditEvent.objects.filter(action="account added").exists()

    def test_saved_anyway_it_says_what_failed_and_does_not_sign_in_again_by_itself(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "eset", secret_password="wrong", anyway="1"), follow=True)
        assert "eset-x is saved." in answer.text
        assert "Its connection does not work: Could not sign in to ESET Connect: username or password were refused." in answer.text
        account = Account.objects.get()
        assert (account.health, account.health_code) == (Health.PERSON, "auth")
        assert "refused" in account.health_sentence
        assert not SyncRun.objects.exists()
        page = admin.get("/vendors/eset-x/").text
        assert (
            page.count("none is planned until the account is corrected") + page.count("None is planned until the account is corrected") == 2
        )
        assert "starts by itself" not in page

    def test_saved_anyway_while_the_vendor_is_down_it_is_tried_by_a_sync(self, admin: Client, sim: Simulation) -> None:
        sim.fault("five9s:503")
        assert "Save anyway" in admin.post(ADD, filled(sim, "five9s")).text
        answer = admin.post(ADD, filled(sim, "five9s", anyway="1"), follow=True)
        assert "A first sync begins. Its connection does not work" in answer.text
        assert SyncRun.objects.count() == 1

    def test_saved_anyway_although_the_connection_works_it_says_nothing_else(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "five9s", anyway="1"), follow=True)
        assert "five9s-x is saved. A first sync begins." in answer.text
        assert "does not work" not in answer.text

    def test_the_button_saves_nothing_that_cannot_be_used(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "five9s", set_time_zone="localtime", anyway="1"))
        assert (answer.status_code, Account.objects.exists()) == (422, False)

    def test_a_plain_page_says_that_secrets_must_be_typed_again(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "five9s", secret_token="wrong-0123456789"))
        assert "enter them again before you save" in answer.text
        fragment = admin.post(ADD, filled(sim, "five9s", secret_token="wrong-0123456789"), headers=HTMX)
        assert fragment.status_code == 200
        assert "<html" not in fragment.text
        assert "again before you save" not in fragment.text
        assert "wrong-0123456789" not in answer.text + fragment.text

    def test_after_saving_from_a_fragment_the_browser_goes_to_the_account(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "five9s"), headers=HTMX)
        assert answer["HX-Redirect"] == "/vendors/five9s-x/"

    def test_saving_is_no_port_scanner_either(self, admin: Client, sim: Simulation) -> None:
        rate_limits.forget()
        worker_client().flushdb()
        pages = [admin.post(ADD, filled(sim, "opswat", set_url=f"http://127.0.0.1:{port}")).text for port in range(1, 13)]
        assert ["tested 10 times within a minute" in page for page in pages] == [False] * 10 + [True] * 2
        admin.post(ADD, filled(sim, "opswat", anyway="1"))
        assert Account.objects.count() == 1, "it can be saved without a test"


class TestEditing:
    @pytest.fixture
    def account(self, sim: Simulation) -> Account:
        return account_at(sim.url, "five9s", name="epm")

    def edit(self, admin: Client, account: Account, **changed: str) -> tuple[int, str]:
        typed = {f"set_{name}": value for name, value in account.settings.items()}
        answer = admin.post(f"/vendors/{account.name}/edit/", {**typed, "secret_token": "", **changed})
        return answer.status_code, answer.text

    def test_a_wrong_new_secret_leaves_the_old_one(self, admin: Client, sim: Simulation, account: Account) -> None:
        status, page = self.edit(admin, account, secret_token="wrong0123456789")
        assert status == 422
        assert "credentials were refused" in page
        assert account.secrets.get().open().reveal() == FIVE9S_TOKEN

    def test_the_stored_secret_is_tested_where_nothing_moved(self, admin: Client, sim: Simulation, account: Account) -> None:
        before = len(sim.calls())
        assert self.edit(admin, account, set_time_zone="UTC")[0] == 302
        assert len(sim.calls()) == before + 1

    def test_only_another_interval_needs_no_test(self, admin: Client, sim: Simulation, account: Account) -> None:
        sim.fault("five9s:503")
        before = len(sim.calls())
        assert self.edit(admin, account, full_minutes="600")[0] == 302
        assert len(sim.calls()) == before
        assert not SyncRun.objects.exists()

    @pytest.mark.parametrize("extra", [{}, {"anyway": "1"}])
    def test_the_stored_secret_is_not_sent_to_another_host(self, admin: Client, account: Account, extra: dict[str, str]) -> None:
        with running(devices=1) as other:
            status, page = self.edit(admin, account, set_url=f"{other.url}/five9s", **extra)
            assert (status, other.calls()) == (422, [])
        assert "not sent there" in page
        assert "Enter it again for the new address" in page
        assert account.secrets.get().open().reveal() == FIVE9S_TOKEN

    @pytest.mark.parametrize("trust", ["another CA", "weaker checks"])
    def test_the_stored_secret_is_not_sent_to_whoever_another_ca_vouches_for(
        self, admin: Client, sim: Simulation, account: Account, trust: str
    ) -> None:
        Account.objects.update(ca_pem=certificate()[0])
        account.refresh_from_db()
        same = {"ca_pem": account.ca_pem.replace("\n", "\r\n")}
        changed = {"ca_pem": certificate()[0]} if trust == "another CA" else {**same, "lax_ca": "on"}
        before = len(sim.calls())
        for address in (f"/vendors/{account.name}/edit/", reverse("devices:account_test")):
            typed = {f"set_{name}": value for name, value in account.settings.items()}
            answer = admin.post(address, {"account": account.name, **typed, "secret_token": "", **changed, "anyway": "1"})
            assert "not sent there" in answer.text
        assert len(sim.calls()) == before
        assert self.edit(admin, account, **same)[0] == 302


class TestErrors:
    def test_everything_wrong_is_told_at_once(self, admin: Client) -> None:
        answer = admin.post(ADD, {
            "vendor": "five9s", "name": "a b", "set_url": "http://epm.example.com", "set_time_zone": "Mars/Base", "secret_token": "",
            "set_console_url": "http://x", "full_minutes": "-1", "changes_minutes": "x", "ca_pem": "?",
        })  # fmt: skip
        assert answer.status_code == 422
        for sentence in (
            "The name must be 1 to 60 letters, digits, hyphens or underscores.", "travel unprotected", "“Mars/Base” is not a time zone", "This is missing: enter it.", "The console address must be",
            "not in PEM format",
        ):  # fmt: skip
            assert answer.text.count(sentence) == 2, f"{sentence}: above the form, and at its field"
        assert answer.text.count("This must be a whole number of minutes from 0 to 44,640.") == 4

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "x" * 61, "The name must be 1 to 60 letters, digits, hyphens or underscores."),
            ("name", "ä b", "The name must be 1 to 60 letters, digits, hyphens or underscores."),
            ("set_region", "mars", "Region must be one of "),
            ("set_username", "x" * 501, "This is too long: at most 500 characters can be stored."),
            ("secret_password", "x" * 9000, "This is too long: at most 8192 characters can be stored."),
            ("full_minutes", "99999999", "This must be a whole number of minutes from 0 to 44,640."),
            ("full_minutes", "1.5", "This must be a whole number of minutes from 0 to 44,640."),
        ],
    )
    def test_no_sentence_is_of_the_framework(self, admin: Client, field: str, value: str, sentence: str) -> None:
        values = {"vendor": "eset", "name": "a", "set_region": "eu", "set_username": "u", "secret_password": "p", field: value}
        answer = admin.post(ADD, values)
        assert answer.status_code == 422
        assert answer.text.count(sentence) == 2
        assert "Ensure this value" not in answer.text and "Select a valid choice" not in answer.text and "slug" not in answer.text

    def test_the_test_tells_everything_too(self, admin: Client) -> None:
        values = {"vendor": "five9s", "set_url": "http://epm.example.com", "set_time_zone": "Mars/Base", "secret_token": ""}
        page = admin.post(reverse("devices:account_test"), values, headers=HTMX).text
        for sentence in (
            "Address: The address begins with http://",
            "“Mars/Base” is not",
            "Personal access token: This is missing",
            "Nothing was sent.",
        ):
            assert sentence in page

    def test_a_name_that_is_taken_is_told_together_with_the_rest(self, admin: Client, sim: Simulation) -> None:
        account_at(sim.url, "five9s", name="epm")
        page = admin.post(ADD, filled(sim, "five9s", name="epm", set_time_zone="CET")).text
        assert "choose another name" in page
        assert "is an abbreviation" in page

    def test_every_secret_that_is_missing_is_named(self, admin: Client) -> None:
        page = admin.post(ADD, {"vendor": "opswat", "name": "o"}).text
        assert page.count("This is missing: enter it.") == 4

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_a_password_in_an_address_is_refused_and_not_shown_again(self, admin: Client, headers: dict[str, str]) -> None:
        values = {
            "vendor": "five9s",
            "name": "e",
            "set_url": "https://joe:hunter2@epm.example.com/five9sWS",
            "secret_token": "typed-0123456789",
        }
        for address in (ADD, reverse("devices:account_test")):
            page = admin.post(address, values, headers=headers).text
            assert "username or password" in page
            assert "hunter2" not in page
            assert "typed-0123456789" not in page
        assert not Account.objects.exists()

    def test_the_form_that_comes_back_shows_what_would_be_stored(self, admin: Client) -> None:
        values = {
            "vendor": "five9s",
            "name": " epm ",
            "set_url": "<https://epm.example.com/five9sWS/>",
            "set_time_zone": "W. Europe Standard Time",
        }
        page = admin.post(ADD, values).text
        for value in ("epm", "https://epm.example.com", "Europe/Berlin"):
            assert f'value="{value}"' in page
        assert "Local time in Europe/Berlin" in page


class TestPastedValues:
    def test_every_field_loses_what_surrounds_it_secrets_too(self, admin: Client, sim: Simulation) -> None:
        around = {
            name: f"\ufeff\u00a0 {value}\u200b \r\n" for name, value in filled(sim, "eset").items() if name not in ("vendor", "set_region")
        }
        admin.post(ADD, {**around, "vendor": "eset", "set_region": "eu", "full_minutes": "\u00a090 ", "changes_minutes": ""})
        account = Account.objects.get()
        assert (account.name, account.full_every) == ("eset-x", 5400)
        assert account.settings["url"] == sim.url + "/eset/{region}/{service}"
        assert account.secrets.get().open().reveal() == ESET_PASSWORD

    def test_a_five9s_address_is_taken_with_its_endpoint(self, admin: Client, sim: Simulation) -> None:
        admin.post(ADD, filled(sim, "five9s", set_url=f"{sim.url}/five9s/five9sWS/api/devices/", set_time_zone="W. Europe Standard Time"))
        assert Account.objects.get().settings | {"console_url": ""} == {
            "url": f"{sim.url}/five9s", "time_zone": "Europe/Berlin", "allow_http": "true", "console_url": "",
        }  # fmt: skip


class TestTheTimeThere:
    def ask(self, admin: Client, value: str) -> str:
        return admin.get("/vendors/note/five9s/time_zone/", {"set_time_zone": value}, headers=HTMX).text

    def test_it_is_told_while_a_zone_is_typed(self, admin: Client) -> None:
        assert "Local time in Europe/Berlin" in self.ask(admin, " W. Europe Standard Time")
        assert "means UTC-01:00" in self.ask(admin, "Etc/GMT+1")
        assert "Local time in UTC" in self.ask(admin, "")

    def test_what_was_typed_is_escaped(self, admin: Client) -> None:
        assert "<b>" not in self.ask(admin, "<b>x</b>")

    def test_the_form_tells_it_from_the_beginning(self, admin: Client) -> None:
        assert "Local time in UTC" in admin.get(ADD, {"vendor": "five9s"}).text

    def test_only_fields_that_have_a_note_are_asked_about(self, admin: Client) -> None:
        for address in ("five9s/url", "five9s/token", "eset/time_zone", "acme/time_zone"):
            assert admin.get(f"/vendors/note/{address}/").status_code == 404

    def test_it_needs_the_right_to_change_accounts(self, ivan: User) -> None:
        assert signed_in(ivan).get("/vendors/note/five9s/time_zone/").status_code == 403
