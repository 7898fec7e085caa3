"""Refreshing one device: the API usage is shown first, repeated clicks make one sync, and its progress is shown until it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from devices.connections.connection import budget_of
from devices.models import Account, AuditEvent, Device, Health, JobState, Life, Sighting, SyncRun, User
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import rows as shown
from tests.devices.runs import Follower, account_at, sync

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def device(db: None) -> Device:
    """Seen by all three."""
    shown.small_fleet()
    device = Device.objects.get(name="nb-berlin-01")
    shown.sighting(Account.objects.get(name="five-main"), "nb-berlin-01", device=device)
    return device


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_the_cost_stands_on_the_page_before_it_staff_ask(client: Client, ivan: User, device: Device) -> None:
    client.force_login(ivan)
    page = text(client.get(f"/devices/{device.pk}/"))
    panel = page.split("API usage by account:")[1].split("</form>")[0]
    assert "<strong>eset-main</strong> 1 API call, more only for removed devices" in panel
    assert "<strong>five-main</strong> one vendor job with several API calls" in panel
    assert "opswat-main" in panel and "OPSWAT cannot list single devices or changes" in panel
    assert not SyncRun.objects.exists()


def test_helpdesk_refreshes_with_one_button_and_without_costs(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    page = text(client.get(f"/devices/{device.pk}/"))
    form = page.split(f'action="/devices/{device.pk}/ask/"')[1].split("</form>")[0]
    assert "</svg>Refresh</button>" in form
    assert "API" not in page


def test_a_double_click_makes_one_job_per_account_and_calls_nobody(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    for _ in range(2):
        fragment = text(client.post(f"/devices/{device.pk}/ask/", {"ticket": "INC7"}, headers=HTMX))
    runs = SyncRun.objects.order_by("account__name")
    assert [(run.account.name, run.state, run.calls, run.interactive, run.requested_by) for run in runs] == [
        ("eset-main", "requested", 0, True, bob),
        ("five-main", "requested", 0, True, bob),
    ]
    assert "every 2s" in fragment and f"asked={runs[0].pk}%2C{runs[1].pk}&amp;ticket=INC7" in fragment
    assert "opswat-main: Single devices cannot be refreshed." in fragment
    event = AuditEvent.objects.filter(action="refresh asked").earliest("id")
    assert (event.actor, event.target) == (bob, "eset-main")
    assert event.detail == {"run": runs[0].pk, "device": device.pk, "ticket": "INC7"}


def test_without_scripts_the_page_shows_how_far_it_is(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    answer = client.post(f"/devices/{device.pk}/ask/", {"ticket": "INC7"}, follow=True)
    numbers = ",".join(str(pk) for pk in SyncRun.objects.order_by("account__name").values_list("pk", flat=True))
    assert answer.redirect_chain == [(f"/devices/{device.pk}/?ticket=INC7&asked={numbers.replace(',', '%2C')}", 302)]
    assert "A worker takes it within seconds" in text(answer)
    assert "A worker takes it within seconds" in text(client.get(f"/devices/{device.pk}/")), "whoever opens the page sees that it is asked"


def test_the_end_fetches_what_is_new_into_the_page_and_stops_polling(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    client.post(f"/devices/{device.pk}/ask/", headers=HTMX)
    now = timezone.now()
    SyncRun.objects.filter(account__name="eset-main").update(state=JobState.DONE, finished_at=now, records=1, changed=1)
    SyncRun.objects.filter(account__name="five-main").update(
        state=JobState.FAILED, finished_at=now, error="It is down.", error_next_step="Wait."
    )
    numbers = ",".join(str(pk) for pk in SyncRun.objects.values_list("pk", flat=True))
    end = text(client.get(f"/devices/{device.pk}/asked/?asked={numbers}", headers=HTMX))
    assert "every 2s" not in end and 'hx-select-oob="#answer,' in end
    assert ": updated" in end and "It is down. Wait." in end


def test_runs_of_other_devices_and_nonsense_are_not_shown(client: Client, bob: User, device: Device) -> None:
    other = Device.objects.get(name="nb-munich-02")
    client.force_login(bob)
    client.post(f"/devices/{other.pk}/ask/", headers=HTMX)
    for told in (str(SyncRun.objects.latest("id").pk), "x", "", "-1", "9" * 30, "\0", "1," * 5000):
        answer = client.get(f"/devices/{device.pk}/asked/", {"asked": told}, headers=HTMX)
        assert answer.status_code == 200 and "worker takes it" not in text(answer)
        assert client.get(f"/devices/{device.pk}/", {"asked": told}).status_code == 200


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"enabled": False}, "The vendor account is disabled."),
        ({"health": Health.PERSON}, "The credentials were refused"),
        ({"vendor": "gone"}, "does not support the vendor"),
    ],
)
def test_an_account_that_cannot_be_asked_says_why(
    client: Client, ivan: User, device: Device, columns: dict[str, object], words: str
) -> None:
    Account.objects.filter(name="five-main").update(**columns)
    client.force_login(ivan)
    assert words in text(client.get(f"/devices/{device.pk}/"))
    assert words in text(client.post(f"/devices/{device.pk}/ask/", headers=HTMX))
    assert [run.account.name for run in SyncRun.objects.all()] == ["eset-main"]


def test_a_spent_budget_is_refused_with_the_time_to_come_back(client: Client, bob: User, device: Device) -> None:
    budget_of(Account.objects.get(name="eset-main")).block(600)
    client.force_login(bob)
    assert "eset-main: The rate limit is reached: try again in 10 min." in text(client.post(f"/devices/{device.pk}/ask/", headers=HTMX))
    assert [run.account.name for run in SyncRun.objects.all()] == ["five-main"]


def test_who_may_not_ask_is_refused(client: Client, charlie: User, device: Device) -> None:
    client.force_login(charlie)
    answer = client.post(f"/devices/{device.pk}/ask/", headers=HTMX)
    assert answer.status_code == 403 and "permission to refresh a device from its vendors." in answer.text
    assert client.get(f"/devices/{device.pk}/asked/", headers=HTMX).status_code == 403
    assert client.get(f"/devices/{device.pk}/ask/").status_code == 405
    assert not SyncRun.objects.exists()


def test_nobody_who_lost_the_device_is_asked(client: Client, bob: User, device: Device) -> None:
    Sighting.objects.update(life=Life.GONE)
    client.force_login(bob)
    assert f"/devices/{device.pk}/ask/" not in text(client.get(f"/devices/{device.pk}/"))
    assert "No account could be refreshed." in text(client.post(f"/devices/{device.pk}/ask/", follow=True))


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_an_unknown_device_is_not_found(client: Client, bob: User, number: int) -> None:
    client.force_login(bob)
    assert client.post(f"/devices/{number}/ask/").status_code == 404
    assert client.get(f"/devices/{number}/asked/", headers=HTMX).status_code == 404


class TestAgainstSimulatedVendors:
    @pytest.fixture
    def sandbox(self) -> Iterator[Simulation]:
        with running(devices=20, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
            yield simulation

    @pytest.mark.parametrize("vendor", ["eset", "five9s"])
    def test_one_device_is_fetched_and_nothing_else(self, client: Client, bob: User, sandbox: Simulation, vendor: str) -> None:
        account = account_at(sandbox.url, vendor)
        sync(account)
        seen = Sighting.objects.filter(account=account).earliest("id")
        Sighting.objects.filter(pk=seen.pk).update(digest=bytes(16), state_raw="OLD")
        client.force_login(bob)
        client.post(f"/devices/{seen.device_id}/ask/", headers=HTMX)
        run = Follower().follow(SyncRun.objects.latest("id"))
        assert (run.kind, run.state, run.records, run.changed) == ("named", JobState.DONE, 1, 1)
        assert "OLD" not in text(client.get(f"/devices/{seen.device_id}/"))
