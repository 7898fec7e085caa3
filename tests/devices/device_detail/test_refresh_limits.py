"""Sixty clicks of one helpdesk user make at most ten vendor calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from devices.models import Account, AuditEvent, Device, SyncRun, User
from devices.web.roles import HELPDESK
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.rows import account, sighting
from tests.devices.runs import Follower, account_at, sync

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
LIMIT = "The limit of vendor requests per user is reached."
CLICKS = 60


@pytest.fixture
def sandbox() -> Iterator[Simulation]:
    with running(devices=70, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def click(desk: Client, device: int) -> str:
    return " ".join(desk.post(f"/devices/{device}/ask/", headers=HTMX).text.split())


def devices_of(accounts: list[Account]) -> list[int]:
    """Of all accounts, those that the most accounts report first."""
    found = dict.fromkeys(Device.objects.order_by("pk").values_list("pk", flat=True), 0)
    for pk in Device.objects.filter(sightings__account__in=accounts).values_list("pk", flat=True):
        found[pk] += 1
    return sorted(found, key=lambda pk: -found[pk])


def vendor_calls(sandbox: Simulation, since: int) -> list[str]:
    """All that the vendors received, without signing in."""
    return [call.path for call in sandbox.calls()[since:] if "token" not in call.path]


def finish(run: SyncRun, sandbox: Simulation) -> None:
    """Each step when it is due, with the vendor's jobs that much older."""
    follower = Follower()
    while run.active:
        before = follower.now
        follower.steps(run, 1)
        sandbox.clock.forward((follower.now - before).total_seconds())
        run.refresh_from_db()
    assert run.state == "done"


@pytest.mark.parametrize("vendors", [["eset"], ["five9s"], ["eset", "five9s"]], ids="+".join)
@pytest.mark.parametrize("same", [False, True], ids=["sixty devices", "one device"])
@pytest.mark.parametrize("job_seconds", [0, 5, 20])
def test_sixty_clicks_make_at_most_ten_calls(desk: Client, sandbox: Simulation, vendors: list[str], same: bool, job_seconds: float) -> None:
    accounts = [account_at(sandbox.url, vendor) for vendor in vendors]
    for each in accounts:
        sync(each)
    sandbox.options.job_seconds = job_seconds
    known, before = SyncRun.objects.latest("pk").pk, len(sandbox.calls())
    devices = devices_of(accounts)[:CLICKS]
    with time_machine.travel(timezone.now(), tick=False):  # within a minute also on a slow machine
        answers = [click(desk, devices[0 if same else number % len(devices)]) for number in range(CLICKS)]
    runs = SyncRun.objects.filter(pk__gt=known).order_by("pk")
    for run in runs:
        finish(run, sandbox)
    calls = vendor_calls(sandbox, before)
    assert 1 <= len(calls) <= 10, Counter(call.partition("?")[0] for call in calls)
    assert LIMIT not in answers[0] and all(LIMIT in answer for answer in answers[10:])


def test_requests_of_ten_users_to_a_vendor_with_jobs_are_three_jobs(desk: Client) -> None:
    epm = account("epm", "five9s")
    devices = [sighting(epm, f"pc-{number}").device_id for number in range(10)]
    for number, device in enumerate(devices):
        user = User.objects.create_user(f"user-{number}")
        user.groups.add(Group.objects.get(name=HELPDESK))
        desk.force_login(user)
        assert LIMIT not in click(desk, device)
    assert [len(run.walk_scope.ids) for run in SyncRun.objects.filter(kind="named").order_by("pk")] == [1, 1, 8]
    page = " ".join(desk.get(f"/devices/{devices[9]}/").text.split())
    assert "A worker takes it within seconds" in page, "the page of each device shows the job that it joined"


def test_there_is_room_again_after_a_minute_and_for_other_users(bob: User, ivan: User) -> None:
    eset = account("eset-main", "eset")
    devices = [sighting(eset, f"pc-{number}").device_id for number in range(13)]
    desk, other = Client(), Client()
    with time_machine.travel(NOW, tick=False) as clock:
        desk.force_login(bob)
        other.force_login(ivan)
        refused = [click(desk, device) for device in devices[:11]][10]
        assert f"{LIMIT} Try again in 60 s." in refused
        assert LIMIT not in click(other, devices[10])
        clock.shift(timedelta(seconds=59))
        assert f"{LIMIT} Try again in 1 s." in click(desk, devices[11])
        clock.shift(timedelta(seconds=1))
        assert LIMIT not in click(desk, devices[11])
    assert SyncRun.objects.filter(kind="named").count() == AuditEvent.objects.filter(action="refresh asked").count() == 12


def test_live_lookups_count_as_requests(client: Client, ivan: User) -> None:
    account("epm", "five9s")
    client.force_login(ivan)
    answers = [client.post("/d/ask/", {"account": "epm", "q": f"pc-{number}"}, headers=HTMX).text for number in range(11)]
    assert [LIMIT in answer for answer in answers] == [False] * 10 + [True]
    assert SyncRun.objects.filter(kind="named", created_at__lte=timezone.now()).count() == 10


def test_without_scripts_the_refusal_is_a_message(desk: Client) -> None:
    eset = account("eset-main", "eset")
    devices = [sighting(eset, f"pc-{number}").device_id for number in range(11)]
    for device in devices[:10]:
        click(desk, device)
    assert LIMIT in desk.post(f"/devices/{devices[10]}/ask/", follow=True).text
