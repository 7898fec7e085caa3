"""Errors of the account form: all at once, each at its field, without a secret."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from devices.models import Account
from sandbox.server import Simulation
from tests.devices.account_pages import ADD, HTMX, filled
from tests.devices.runs import account_at

pytestmark = pytest.mark.django_db


class TestErrors:
    def test_everything_wrong_is_told_at_once(self, admin: Client) -> None:
        answer = admin.post(ADD, {
            "vendor": "five9s", "name": "a b", "set_url": "http://epm.example.com", "set_time_zone": "Mars/Base", "secret_token": "",
            "set_console_url": "http://x", "full_minutes": "-1", "changes_minutes": "x", "ca_pem": "?",
        })  # fmt: skip
        assert answer.status_code == 422
        for sentence in (
            "The name must be 1 to 60 letters, digits, hyphens or underscores.", "does not protect the token", "“Mars/Base” is not a time zone", "Enter a value.", "The console address must start with",
            "not in PEM format",
        ):  # fmt: skip
            assert answer.text.count(sentence) == 1, f"{sentence}: once, at its field"
        assert answer.text.count("Enter a whole number of minutes from 0 to 44,640.") == 2
        assert all(f'<a href="#id_{name}">' in answer.text for name in ("name", "set_url", "secret_token", "ca_pem")), "above the form"

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "x" * 61, "The name must be 1 to 60 letters, digits, hyphens or underscores."),
            ("name", "ä b", "The name must be 1 to 60 letters, digits, hyphens or underscores."),
            ("set_region", "mars", "Region must be one of "),
            ("set_username", "x" * 501, "Enter at most 500 characters."),
            ("secret_password", "x" * 9000, "Enter at most 8192 characters."),
            ("full_minutes", "99999999", "Enter a whole number of minutes from 0 to 44,640."),
            ("full_minutes", "1.5", "Enter a whole number of minutes from 0 to 44,640."),
        ],
    )
    def test_no_sentence_is_of_the_framework(self, admin: Client, field: str, value: str, sentence: str) -> None:
        values = {"vendor": "eset", "name": "a", "set_region": "eu", "set_username": "u", "secret_password": "p", field: value}
        answer = admin.post(ADD, values)
        assert answer.status_code == 422
        assert answer.text.count(sentence) == 1
        assert "Ensure this value" not in answer.text and "Select a valid choice" not in answer.text and "slug" not in answer.text

    def test_the_test_tells_everything_too(self, admin: Client) -> None:
        values = {"vendor": "five9s", "set_url": "http://epm.example.com", "set_time_zone": "Mars/Base", "secret_token": ""}
        page = admin.post(reverse("devices:account_test"), values, headers=HTMX).text
        for sentence in (
            "Address: The address starts with http://",
            "“Mars/Base” is not",
            "Personal access token: Enter a value.",
            "Correct the values and test again.",
        ):
            assert sentence in page

    def test_a_name_that_is_taken_is_told_together_with_the_rest(self, admin: Client, sim: Simulation) -> None:
        account_at(sim.url, "five9s", name="epm")
        page = admin.post(ADD, filled(sim, "five9s", name="epm", set_time_zone="CET")).text
        assert "choose another name" in page
        assert "is an ambiguous abbreviation" in page

    def test_every_secret_that_is_missing_is_named(self, admin: Client) -> None:
        page = admin.post(ADD, {"vendor": "opswat", "name": "o"}).text
        assert page.count("Enter a value.") == 2

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
