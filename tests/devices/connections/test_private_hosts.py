"""A private host is allowed for one account by an administrator: asked about, audited, bound to the address, and honoured by every call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from devices.accounts.probe import probe_account
from devices.accounts.services import create_account, update_account
from devices.accounts.validation import AccountOptions, InvalidAccount
from devices.connections.connection import own_services
from devices.management.console import CommandRefused
from devices.models import Account, AuditEvent, JobState, User
from sandbox.credentials import FIVE9S_TOKEN
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions as World
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.audited import actor
from tests.devices.management.test_account import account as command
from tests.devices.runs import sync
from tests.vendors.private_network import EPM, private_network
from vendors.registry import VENDORS

pytestmark = pytest.mark.django_db
NAME = "epm.corp.example"
ADD = "/vendors/add/"


@pytest.fixture
def sim() -> Iterator[Simulation]:
    names = {NAME: EPM, "moved.corp.example": EPM, "169.254.169.254": "169.254.169.254", "0.0.0.0": "0.0.0.0"}
    with running(devices=5, frozen=True, options=World(job_seconds=0, rate_limits=False)) as simulation, private_network(names):
        yield simulation


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)


def place(sim: Simulation, host: str = NAME) -> str:
    return f"{host}:{sim.url.rpartition(':')[2]}"


def typed(sim: Simulation, host: str = NAME, **changed: str) -> dict[str, str]:
    url = f"http://{place(sim, host)}/five9s"
    return {
        "vendor": "five9s",
        "name": "epm",
        "set_url": url,
        "set_allow_http": "on",
        "set_time_zone": "UTC",
        "secret_token": FIVE9S_TOKEN,
        **changed,
    }


@pytest.fixture
def account(sim: Simulation) -> Account:
    settings = {"url": f"http://{place(sim)}/five9s", "allow_http": "true"}
    options = AccountOptions(private_hosts=(place(sim),))
    return create_account(name="epm", vendor="five9s", settings=settings, secrets={"token": FIVE9S_TOKEN}, options=options)


def audited(action: str) -> list[tuple[str, str, str]]:
    return [(actor(event), event.target, event.detail["host"]) for event in AuditEvent.objects.filter(action=action).order_by("id")]


class TestInTheBrowser:
    def test_the_need_is_told_beside_the_address_where_a_vendor_is_usually_on_premises(self, admin: Client) -> None:
        for vendor in VENDORS:
            page = admin.get(ADD, {"vendor": vendor}).text
            assert ("ROLLCALL_PRIVATE_HOSTS" in page) is (vendor == "five9s"), vendor

    def test_it_is_asked_about_after_the_test_and_allowed_by_ticking(self, admin: Client, sim: Simulation) -> None:
        for address, headers in ((ADD, {}), (ADD, HTMX), (reverse("devices:account_test"), HTMX)):
            page = admin.post(address, typed(sim), headers=headers).text
            assert "not on the public internet" in page
            (box,) = [part for part in page.split("<") if 'name="allow_private"' in part]
            assert f'value="{place(sim)}"' in box
            assert "checked" not in box
        assert not Account.objects.exists()
        assert sim.calls() == []
        assert admin.post(ADD, typed(sim, allow_private=place(sim))).status_code == 302
        account = Account.objects.get()
        assert account.private_hosts == [place(sim)]
        assert audited("private host allowed") == [("alice", "epm", place(sim))]
        assert place(sim) in admin.get("/vendors/epm/").text
        assert f"{place(sim)}" in admin.get("/audit/").text
        (box,) = [part for part in admin.get("/vendors/epm/edit/").text.split("<") if 'name="allow_private"' in part]
        assert "checked" in box

    def test_the_test_honours_what_is_ticked(self, admin: Client, sim: Simulation) -> None:
        page = admin.post(reverse("devices:account_test"), typed(sim, allow_private=place(sim)), headers=HTMX).text
        assert "Connection successful." in page
        assert "checked" in page

    @pytest.mark.parametrize(
        "ticked", ["on", "1", "moved.corp.example:443", "{name}:1", "{name}", "10.98.76.54:{port}", "*", "{place} {place}"]
    )
    def test_a_permission_for_something_else_is_none(self, admin: Client, sim: Simulation, ticked: str) -> None:
        said = ticked.format(name=NAME, port=place(sim).rpartition(":")[2], place=place(sim))
        answer = admin.post(ADD, typed(sim, allow_private=said))
        assert answer.status_code == 422
        assert "not on the public internet" in answer.text
        admin.post(ADD, typed(sim, allow_private=said, anyway="1"))
        assert Account.objects.get().private_hosts == []
        assert sim.calls() == []

    @pytest.mark.parametrize("changed", [
        {"set_url": "http://moved.corp.example:{port}/five9s"}, {"set_url": "http://epm.corp.example:1/five9s"}, {"set_url": "http://10.98.76.54:{port}/five9s"},
    ])  # fmt: skip
    def test_it_does_not_carry_over_to_another_address(
        self, admin: Client, sim: Simulation, account: Account, changed: dict[str, str]
    ) -> None:
        moved = {name: value.format(port=place(sim).rpartition(":")[2]) for name, value in changed.items()}
        answer = admin.post("/vendors/epm/edit/", typed(sim, allow_private=place(sim), **moved))
        assert answer.status_code == 422
        assert "not on the public internet" in answer.text
        admin.post("/vendors/epm/edit/", typed(sim, allow_private=place(sim), anyway="1", **moved))
        account.refresh_from_db()
        assert account.private_hosts == []
        assert audited("private host no longer allowed") == [("alice", "epm", place(sim))]
        admin.post("/vendors/epm/edit/", typed(sim, anyway="1"))
        account.refresh_from_db()
        assert account.private_hosts == [], "back at the first address it is asked about again"

    def test_another_path_of_the_same_host_keeps_it(self, admin: Client, sim: Simulation, account: Account) -> None:
        admin.post(
            "/vendors/epm/edit/",
            typed(sim, set_url=f"http://{NAME.upper()}:{place(sim).rpartition(':')[2]}/five9s/five9sWS", allow_private=place(sim)),
        )
        account.refresh_from_db()
        assert account.private_hosts == [place(sim)]
        assert audited("private host no longer allowed") == []

    def test_taking_the_tick_away_ends_it(self, admin: Client, sim: Simulation, account: Account) -> None:
        assert admin.post("/vendors/epm/edit/", typed(sim)).status_code == 422
        assert admin.post("/vendors/epm/edit/", typed(sim, anyway="1")).status_code == 302
        account.refresh_from_db()
        assert account.private_hosts == []
        assert not probe_account(account).ok

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0"])
    def test_what_can_never_be_allowed_is_not_asked_about(self, admin: Client, sim: Simulation, settings: Settings, host: str) -> None:
        settings.PRIVATE_HOSTS = []
        values = typed(sim, host, allow_private=place(sim, host))
        answer = admin.post(ADD, values)
        assert answer.status_code == 422
        assert "not on the public internet" in answer.text
        assert sim.calls() == []
        admin.post(ADD, {**values, "anyway": "1"})
        probe = probe_account(Account.objects.get())
        assert not probe.ok
        assert "not on the public internet" in probe.sentence
        assert sim.calls() == []

    @pytest.mark.parametrize("who", ["ivan", "bob"])
    def test_only_who_may_change_accounts_allows_one(
        self, request: pytest.FixtureRequest, sim: Simulation, account: Account, who: str
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        for address in (ADD, "/vendors/epm/edit/", reverse("devices:account_test")):
            assert client.post(address, typed(sim, allow_private=place(sim))).status_code == 403


class TestInTheService:
    def test_only_the_host_that_the_address_leads_to_can_be_allowed(self, sim: Simulation) -> None:
        settings = {"url": f"http://{place(sim)}/five9s", "allow_http": "true"}
        for host in ("other.corp.example:443", NAME, "*", f"{NAME}:1", ""):
            with pytest.raises(InvalidAccount, match=f"the address leads to {place(sim)}. Allow exactly that"):
                create_account(
                    name="x", vendor="five9s", settings=settings, secrets={"token": "t"}, options=AccountOptions(private_hosts=(host,))
                )
        options = AccountOptions(private_hosts=(f" {NAME.upper()}.:{place(sim).rpartition(':')[2]} ",))
        made = create_account(name="x", vendor="five9s", settings=settings, secrets={"token": "t"}, options=options)
        assert tuple(made.private_hosts) == (place(sim),)
        assert audited("private host allowed") == [("command line", "x", place(sim))]

    def test_settings_changed_without_a_word_about_it_keep_or_end_it(self, account: Account, sim: Simulation) -> None:
        account.refresh_from_db()
        account = update_account(account, settings={**account.settings, "time_zone": "Europe/Berlin"}, secrets={})
        assert tuple(account.private_hosts) == (place(sim),)
        account = update_account(account, settings={**account.settings, "url": "https://moved.corp.example"}, secrets={"token": "t"})
        assert tuple(account.private_hosts) == ()

    def test_stored_options_given_again_for_another_address_end_it_too(self, account: Account) -> None:
        account.refresh_from_db()
        settings = {**account.settings, "url": "https://moved.corp.example"}
        account = update_account(
            account, settings=settings, secrets={"token": "t"}, options=replace(AccountOptions.of(account), full_every=60)
        )
        assert (tuple(account.private_hosts), account.full_every) == ((), 60)

    def test_every_service_of_eset_behind_one_gateway_is_one_host(self) -> None:
        eset = VENDORS["eset"]
        assert eset.places(eset.tidied({"url": "https://gw.corp.example/{region}/{service}"})) == ("gw.corp.example:443",)
        assert len(eset.places(eset.tidied({"url": "https://{service}.corp.example"}))) == 4


class TestEveryCallHonoursIt:
    def test_a_sync_reaches_the_allowed_host_and_no_other(self, account: Account) -> None:
        account.refresh_from_db()
        assert sync(account).state == JobState.DONE
        Account.objects.update(private_hosts=[])
        run = sync(Account.objects.get())
        assert run.state == JobState.FAILED
        assert "not on the public internet" in run.error
        assert "allow it for this account or add it to ROLLCALL_PRIVATE_HOSTS" in run.error_next_step

    def test_a_permission_for_another_port_is_none(self, account: Account) -> None:
        Account.objects.update(private_hosts=[f"{NAME}:1", EPM])
        assert "not on the public internet" in sync(Account.objects.get()).error

    def test_the_stored_account_is_tested_with_it(self, account: Account) -> None:
        account.refresh_from_db()
        assert probe_account(account).ok

    def test_services_of_this_installation_stay_closed(self, account: Account, sim: Simulation, settings: Settings) -> None:
        settings.REDIS_URL = f"redis://:password@{place(sim, EPM)}/0"
        assert (EPM, int(place(sim).rpartition(":")[2])) in own_services()
        account.refresh_from_db()
        assert "not on the public internet" in probe_account(account).sentence


class TestOnTheCommandLine:
    def test_it_is_allowed_while_adding_and_ended_while_editing(self, sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOKEN", FIVE9S_TOKEN)
        url = f"url=http://{place(sim)}/five9s"
        added = (
            "add",
            "epm",
            "--vendor",
            "five9s",
            "--set",
            url,
            "allow_http=true",
            "time_zone=Europe/Berlin",
            "--secret",
            "token=env:TOKEN",
        )
        with pytest.raises(CommandRefused, match=r"not on the public internet\. Use --allow-private-host HOST:PORT to allow it"):
            command(*added)
        assert not Account.objects.exists()
        text = command(*added, "--allow-private-host", place(sim))
        assert tuple(Account.objects.get().private_hosts) == (place(sim),) and "Europe/Berlin" in text
        with pytest.raises(CommandRefused, match="Allow exactly that"):
            command("edit", "epm", "--no-test", "--allow-private-host", "other.corp.example:443")
        command("edit", "epm", "--set", "time_zone=UTC")
        assert tuple(Account.objects.get().private_hosts) == (place(sim),)
        assert audited("private host allowed") == [("command line", "epm", place(sim))]
