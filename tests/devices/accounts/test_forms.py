"""The account form: made for every vendor, never giving a secret back, describing certificates."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from devices.accounts import certificates
from devices.accounts.forms import AccountForm
from devices.models import Account, AccountSecret, AuditEvent, SyncRun, User
from tests.devices.account_pages import CANARY, ESET, FIVE9S, OPSWAT, signed_in
from tests.devices.certificates import certificate
from vendors.registry import VENDORS

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)


def test_every_vendor_has_a_form_made_from_its_fields(admin: Client) -> None:
    chooser = admin.get(reverse("devices:account_add")).text
    for vendor in VENDORS.values():
        assert f"?vendor={vendor.slug}" in chooser
        page = admin.get(reverse("devices:account_add"), {"vendor": vendor.slug}).text
        for field in vendor.fields:
            name = f'name="{"secret" if field.secret else "set"}_{field.name}"'
            (tag,) = [part for part in page.split("<") if name in part]
            assert field.label in page
            if field.secret:
                assert 'type="password"' in tag
                assert 'autocomplete="off"' in tag
                assert "value=" not in tag


@pytest.mark.parametrize("values", [ESET, FIVE9S, OPSWAT], ids=lambda values: values["vendor"])
def test_a_good_form_is_saved_sealed_audited_and_fetched(admin: Client, alice: User, values: dict[str, str]) -> None:
    answer = admin.post(reverse("devices:account_add"), {**values, "full_minutes": "90"})
    account = Account.objects.get()
    assert answer["Location"] == reverse("devices:account", args=[values["name"]])
    assert (account.vendor, account.full_every, account.changes_every) == (values["vendor"], 5400, None)
    assert {secret.name: secret.open().reveal() for secret in account.secrets.all()} == {
        key.removeprefix("secret_"): value for key, value in values.items() if key.startswith("secret_")
    }
    assert all(CANARY not in secret.sealed for secret in AccountSecret.objects.all())
    assert AuditEvent.objects.get(action="account added").actor == alice
    assert SyncRun.objects.get().requested_by == alice


class TestSecretsNeverComeBack:
    def test_not_on_any_page_nor_after_any_mistake(self, admin: Client) -> None:
        add = reverse("devices:account_add")
        for mistake in (
            {"name": "no blanks"},
            {"set_region": "mars"},
            {"set_url": "http://u:p@x"},
            {"full_minutes": "-3"},
            {"ca_pem": "?"},
        ):
            answer = admin.post(add, {**ESET, **mistake})
            assert answer.status_code == 422
            assert CANARY not in answer.text
            assert "Enter it again" in answer.text
        answer = admin.post(reverse("devices:account_test"), {**ESET, "set_url": "https://127.1/{service}"})
        assert CANARY not in answer.text
        admin.post(add, ESET)
        assert Account.objects.exists()
        for address in (
            "/vendors/",
            "/vendors/eset-berlin/",
            "/vendors/eset-berlin/edit/",
            "/vendors/eset-berlin/progress/",
            "/audit/",
            "/healthz",
        ):
            assert CANARY not in admin.get(address, follow=True).text
        answer = admin.post("/vendors/eset-berlin/edit/", {**ESET, "set_url": "not an address"})
        assert answer.status_code == 422
        assert CANARY not in answer.text
        assert CANARY not in str(list(AuditEvent.objects.values_list("detail", flat=True)))

    def test_the_page_says_who_set_it_and_when(self, admin: Client) -> None:
        admin.post(reverse("devices:account_add"), ESET)
        page = admin.get("/vendors/eset-berlin/").text
        assert "Password" in page
        assert "by alice" in page
        assert "Replace Password" in page

    def test_a_private_key_pasted_as_certificate_is_refused_and_forgotten(self, admin: Client) -> None:
        pem, key = certificate()
        answer = admin.post(reverse("devices:account_add"), {**ESET, "ca_pem": pem + key})
        assert answer.status_code == 422
        assert "contains a private key" in answer.text
        assert key.splitlines()[1] not in answer.text
        assert not Account.objects.exists()


class TestCertificates:
    def test_a_good_one_is_kept_and_described(self, admin: Client) -> None:
        pem, _ = certificate()
        admin.post(reverse("devices:account_add"), {**ESET, "ca_pem": pem.replace("\n", "\r\n"), "lax_ca": "on"})
        account = Account.objects.get()
        assert not account.strict_ca
        (described,) = certificates.describe(account.ca_pem)
        page = admin.get("/vendors/eset-berlin/").text
        assert "CN=Nordwind Root" in page
        assert described.sha256 in page
        assert date_format(described.expires_at) in page

    @pytest.mark.parametrize(("make", "sentence"), [
        (lambda: certificate()[1], "private key"),
        (lambda: certificate(ca=False)[0], "not that of a CA"),
        (lambda: certificate(days=-1)[0], "has expired"),
        (lambda: certificate()[0] * 101, "at most 100 certificates"),
        (lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
        (lambda: "0\x82\x03\x0f0\x82", "not in PEM format"),
        (lambda: certificate()[0] + "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
         "contains more than certificates"),
        (lambda: "x" * 300_000, "too long"),
    ])  # fmt: skip
    def test_a_bad_one_is_refused_with_a_sentence(self, make, sentence: str) -> None:  # type: ignore[no-untyped-def]
        form = AccountForm(VENDORS["eset"], {**ESET, "ca_pem": make()})
        assert not form.is_valid()
        assert sentence in str(form.errors["ca_pem"])

    def test_removing_it_goes_back_to_the_public_cas(self, admin: Client) -> None:
        admin.post(reverse("devices:account_add"), {**ESET, "ca_pem": certificate()[0]})
        kept = admin.post("/vendors/eset-berlin/edit/", {**ESET, "secret_password": "", "ca_pem": ""}).text
        assert "They are not sent to another server." in kept and Account.objects.get().ca_pem
        admin.post("/vendors/eset-berlin/edit/", {**ESET, "ca_pem": ""})
        assert Account.objects.get().ca_pem == ""
        changed = AuditEvent.objects.get(action="account changed").detail
        assert "ca_pem" in changed["fields"] and changed["ca"] == []
