"""Test connection, over real sockets, before anything is saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from devices.db import redis_client
from devices.models import Account, AuditEvent, User
from sandbox.credentials import account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.account_pages import FIVE9S, HTMX, OPSWAT, signed_in
from tests.devices.runs import account_at
from vendors.registry import VENDORS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with running(devices=5, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def sim(simulation: Simulation) -> Iterator[Simulation]:
    yield simulation
    simulation.clear_faults()


@pytest.fixture
def no_broker(settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.client.cache_clear()
    yield
    redis_client.client.cache_clear()


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)


class TestConnectionTest:
    """Before anything is saved, over real sockets."""

    def ask(self, admin: Client, sim: Simulation, vendor: str, **changed: str) -> str:
        settings, secrets = account_settings(sim.url)[vendor]
        values = {
            "vendor": vendor,
            **{f"set_{k}": v for k, v in settings.items()},
            **{f"secret_{k}": v for k, v in secrets.items()},
            **changed,
        }
        answer = admin.post(reverse("devices:account_test"), values, headers=HTMX)
        assert answer.status_code == 200
        assert "<html" not in answer.text
        for secret in secrets.values():
            assert secret not in answer.text
        assert not Account.objects.filter(name="epm").exists()
        return answer.text

    @pytest.mark.parametrize("vendor", list(VENDORS))
    def test_every_outcome_has_a_sentence_and_a_next_step_of_its_own(self, admin: Client, sim: Simulation, vendor: str) -> None:
        secret = dict.fromkeys((f"secret_{s}" for s in VENDORS[vendor].secret_names), "wrong-0123456789")
        found = {"right": self.ask(admin, sim, vendor), "wrong": self.ask(admin, sim, vendor, **secret)}
        tail = "/{region}/{service}" if vendor == "eset" else ""
        found["unreachable"] = self.ask(admin, sim, vendor, set_url="http://127.0.0.1:1" + tail)
        found["wrong path"] = self.ask(admin, sim, vendor, set_url=sim.url + "/elsewhere" + tail)
        for fault in ("503", "redirect", "html200"):
            sim.fault(f"{vendor}:{fault}")
            found[fault] = self.ask(admin, sim, vendor)
            sim.clear_faults()
        assert "Connection successful." in found.pop("right")
        next_steps = {}
        for name, page in found.items():
            assert "Connection test failed." in page, name
            words = page.split("</strong>")[1].split("</div>")[0]
            assert "<span>" in words, (name, words)
            next_steps[name] = words
        assert len(set(next_steps.values())) == len(next_steps), next_steps

    def test_a_stored_account_is_tested_with_what_is_stored(self, admin: Client, sim: Simulation) -> None:
        account = account_at(sim.url, "eset")
        assert "Connection successful." in admin.post(f"/vendors/{account.name}/test/", headers=HTMX).text
        assert "Signed in" in admin.post(f"/vendors/{account.name}/test/", follow=True).text
        sim.fault("eset:401")
        assert "Connection test failed." in admin.post(f"/vendors/{account.name}/test/", headers=HTMX).text
        assert list(AuditEvent.objects.filter(action="connection tested").values_list("detail__accepted", flat=True).order_by("id")) == [
            True,
            True,
            False,
        ]

    def test_an_edited_form_uses_the_stored_secret(self, admin: Client, sim: Simulation) -> None:
        account = account_at(sim.url, "eset")
        values = {"account": account.name, **{f"set_{k}": v for k, v in account.settings.items()}, "secret_password": ""}
        assert "Connection successful." in admin.post(reverse("devices:account_test"), values, headers=HTMX).text

    def test_without_scripts_the_form_comes_back_with_the_finding(self, admin: Client, sim: Simulation) -> None:
        answer = admin.post(reverse("devices:account_test"), {**FIVE9S, "set_url": f"{sim.url}/five9s", "set_allow_http": "on"})
        assert answer.status_code == 200
        assert "Connection test failed." in answer.text
        assert 'value="epm"' in answer.text
        assert "Enter the secrets again before you save" in answer.text
        assert FIVE9S["secret_token"] not in answer.text

    def test_the_vendors_request_id_is_shown(self, admin: Client, sim: Simulation) -> None:
        sim.fault("eset:raw", value={"status": 503, "headers": [["request-id", "11112222-aaaa"]], "body": "<b>secret body</b>"})
        page = self.ask(admin, sim, "eset")
        assert "11112222-aaaa" in page
        assert "secret body" not in page

    def test_without_the_broker_calls_cannot_be_counted_and_none_is_made(self, admin: Client, sim: Simulation, no_broker: None) -> None:
        account_at(sim.url, "eset")
        before = len(sim.calls(path="/v1/"))
        page = admin.post("/vendors/eset-demo/test/", headers=HTMX).text
        assert "The connection was not tested." in page and "failed" not in page
        assert "The message broker is not available, so API calls cannot be counted." in page
        assert len(sim.calls(path="/v1/")) == before
        assert "Connection successful." in self.ask(admin, sim, "eset"), "new values are counted nowhere"
        pages = [self.ask(admin, sim, "opswat", set_url="http://127.0.0.1:1") for _ in range(2)]
        assert ["fewer tests are allowed" in page for page in pages] == [False, True]

    def test_it_is_no_port_scanner(self, admin: Client, sim: Simulation) -> None:
        pages = [self.ask(admin, sim, "opswat", set_url=f"http://127.0.0.1:{port}") for port in range(1, 13)]
        assert ["10 tests within a minute are allowed" in page for page in pages] == [False] * 10 + [True] * 2
        assert "10 tests within a minute are allowed" in admin.post(reverse("devices:account_test"), OPSWAT).text
