"""Values of the account form: pasted ones without what surrounds them, and notes on a time zone."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Account, User
from sandbox.credentials import ESET_PASSWORD
from sandbox.server import Simulation
from tests.devices.account_pages import ADD, HTMX, filled, signed_in

pytestmark = pytest.mark.django_db


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
