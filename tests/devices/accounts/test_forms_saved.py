"""Saving an account in the browser: the connection is tested first, and stored secrets are not sent to another server."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from devices.accounts.certificates import fingerprints
from devices.db.redis_client import worker_client
from devices.models import Account, AuditEvent, Health, SyncRun
from devices.web import cache as rate_limits
from sandbox.credentials import FIVE9S_TOKEN
from sandbox.server import Simulation, running
from tests.devices.account_pages import ADD, HTMX, filled
from tests.devices.certificates import certificate
from tests.devices.runs import account_at
from vendors.registry import VENDORS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]


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
        assert "Nothing was saved: the connection test failed." in answer.text
        assert "credentials" in answer.text or "password" in answer.text or "client key" in answer.text
        assert 'name="anyway"' in answer.text
        assert f'value="{vendor}-x"' in answer.text, "what was typed is kept"
        assert not Account.objects.exists()
        assert not AuditEvent.objects.filter(action="account added").exists()

    def test_saved_anyway_it_says_what_failed_and_does_not_sign_in_again_by_itself(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "eset", secret_password="wrong", anyway="1"), follow=True)
        assert "eset-x is saved." in answer.text
        assert "The connection test failed: Could not sign in to ESET Connect: username or password were refused." in answer.text
        account = Account.objects.get()
        assert (account.health, account.health_code) == (Health.PERSON, "auth")
        assert "refused" in account.health_sentence
        assert not SyncRun.objects.exists()
        page = admin.get("/vendors/eset-x/").text
        assert page.count("None is scheduled until the account is corrected.") == 1
        assert "The first sync starts within a minute." not in page

    def test_saved_anyway_while_the_vendor_is_down_it_is_tried_by_a_sync(self, admin: Client, sim: Simulation) -> None:
        sim.fault("five9s:503")
        assert "Save anyway" in admin.post(ADD, filled(sim, "five9s")).text
        answer = admin.post(ADD, filled(sim, "five9s", anyway="1"), follow=True)
        assert "The first sync starts. The connection test failed:" in answer.text
        assert SyncRun.objects.count() == 1

    def test_saved_anyway_although_the_connection_works_it_says_nothing_else(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "five9s", anyway="1"), follow=True)
        assert "five9s-x is saved. The first sync starts." in answer.text
        assert "test failed" not in answer.text and len(answer.context["messages"]) == 1

    def test_the_button_saves_nothing_that_cannot_be_used(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "five9s", set_time_zone="localtime", anyway="1"))
        assert (answer.status_code, Account.objects.exists()) == (422, False)

    def test_a_plain_page_says_that_secrets_must_be_typed_again(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(ADD, filled(sim, "five9s", secret_token="wrong-0123456789"))
        assert "Enter the secrets again before you save" in answer.text
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
        assert ["10 tests within a minute are allowed" in page for page in pages] == [False] * 10 + [True] * 2
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
        assert "They are not sent to another server." in page
        assert "Enter it again for the new address" in page
        assert account.secrets.get().open().reveal() == FIVE9S_TOKEN

    @pytest.mark.parametrize("trust", ["another CA", "one more CA", "the public CAs", "weaker checks", "stricter checks"])
    def test_the_stored_secret_is_not_sent_to_whoever_another_ca_vouches_for(
        self, admin: Client, sim: Simulation, account: Account, trust: str
    ) -> None:
        Account.objects.update(ca_pem=certificate()[0], strict_ca=trust != "stricter checks")
        account.refresh_from_db()
        same = {"ca_pem": account.ca_pem.replace("\n", "\r\n")} | ({} if account.strict_ca else {"lax_ca": "on"})
        changed = {
            "another CA": {"ca_pem": certificate()[0]},
            "one more CA": {"ca_pem": account.ca_pem + certificate()[0]},
            "the public CAs": {"ca_pem": " "},
            "weaker checks": {**same, "lax_ca": "on"},
            "stricter checks": {"ca_pem": same["ca_pem"]},
        }[trust]
        before = len(sim.calls())
        for address in (f"/vendors/{account.name}/edit/", reverse("devices:account_test")):
            typed = {f"set_{name}": value for name, value in account.settings.items()}
            answer = admin.post(address, {"account": account.name, **typed, "secret_token": "", **changed, "anyway": "1"})
            assert "They are not sent to another server." in answer.text
        assert len(sim.calls()) == before
        tried = {"accepted": False, "ca": fingerprints(changed["ca_pem"]), "strict_ca": "lax_ca" not in changed}
        assert list(AuditEvent.objects.filter(action="connection tested").values_list("detail", flat=True)) == [tried, tried]
        assert self.edit(admin, account, **same)[0] == 302
        assert "ca" not in AuditEvent.objects.filter(action="connection tested").latest("pk").detail
