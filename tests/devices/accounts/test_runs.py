"""Refreshing an account: one run however many ask, and its progress."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from devices.jobs import heartbeat
from devices.models import Account, AuditEvent, Health, JobState, SyncRun, User
from devices.models.job import RATE_LIMIT
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.runs import account_at
from tests.devices.runs import sync as sync_now

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def sim(simulation: Simulation) -> Iterator[Simulation]:
    yield simulation
    simulation.clear_faults()


class TestRefreshing:
    def test_a_double_click_makes_one_run_and_the_second_says_so(self, ivan: User) -> None:
        making.account()
        heartbeat.beat()
        client = signed_in(ivan)
        first = client.post("/vendors/eset-main/refresh/", follow=True).text
        second = client.post("/vendors/eset-main/refresh/", follow=True).text
        assert "The sync starts within seconds." in first
        assert "A sync is already running." in second
        run = SyncRun.objects.get()
        assert (run.kind, run.requested_by) == ("everything", ivan)
        assert (
            list(AuditEvent.objects.filter(action="refresh asked").values_list("actor__username", "detail"))
            == [("ivan", {"run": run.pk})] * 2
        )

    @pytest.mark.django_db(transaction=True)
    def test_clicks_at_the_same_moment_make_one_run(self, ivan: User) -> None:
        making.account()
        start, codes = threading.Barrier(8), []

        def click() -> None:
            client = signed_in(ivan)
            start.wait()
            codes.append(client.post("/vendors/eset-main/refresh/", headers=HTMX).status_code)
            connection.close()

        threads = [threading.Thread(target=click) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert codes == [200] * 8
        assert SyncRun.objects.count() == 1

    def test_changes_are_offered_only_where_the_vendor_can(self, ivan: User) -> None:
        client = signed_in(ivan)
        eset, five9s = making.account(), making.account("epm", "five9s")
        Account.objects.update(complete_at=timezone.now(), changes_since=timezone.now(), health=Health.OK)
        assert "Sync changes" not in client.get(f"/vendors/{eset.name}/").text
        assert "Sync changes" in client.get(f"/vendors/{five9s.name}/").text
        client.post("/vendors/epm/refresh/", {"what": "changes"})
        assert SyncRun.objects.get(account=five9s).kind == "changed"

    def test_an_account_that_is_off_is_not_refreshed(self, ivan: User) -> None:
        Account.objects.filter(pk=making.account().pk).update(enabled=False)
        answer = signed_in(ivan).post("/vendors/eset-main/refresh/", headers=HTMX)
        assert "is disabled: enable it, then sync." in answer.text
        assert not SyncRun.objects.exists()

    def test_the_cost_is_shown_before_the_click(self, ivan: User) -> None:
        account = making.account("opswat", "opswat")
        now = timezone.now()
        run = making.run(account)
        SyncRun.objects.filter(pk=run.pk).update(state=JobState.DONE, calls=24, started_at=now - timedelta(seconds=150), finished_at=now)
        assert "A full sync takes about 2 min and 24 API calls." in signed_in(ivan).get("/vendors/opswat/").text


class TestProgress:
    def test_it_polls_while_a_run_is_under_way_and_ends_itself(self, ivan: User, sim: Simulation) -> None:
        account = account_at(sim.url, "eset")
        client = signed_in(ivan)
        begun = client.post(f"/vendors/{account.name}/refresh/", headers=HTMX)
        assert 'hx-trigger="every 2s"' in begun.text
        run = SyncRun.objects.get()
        SyncRun.objects.filter(pk=run.pk).update(
            state=JobState.RUNNING, records=20, expected=40, created=20, waiting_for="the <b>vendor</b>", started_at=timezone.now()
        )
        under_way = client.get(f"/vendors/{account.name}/progress/", headers=HTMX)
        assert 'max="40"' in under_way.text
        assert 'value="20"' in under_way.text
        assert "20 of 40 devices synced" in under_way.text
        assert "Waiting: the &lt;b&gt;vendor&lt;/b&gt;" in under_way.text
        assert "HX-Trigger" not in under_way
        SyncRun.objects.filter(pk=run.pk).update(state=JobState.REQUESTED, records=0, created=0, expected=None, waiting_for="")
        sync_now(account)
        ended = client.get(f"/vendors/{account.name}/progress/", headers=HTMX)
        assert "every 2s" not in ended.text
        assert ended["HX-Trigger"] == '{"run-ended": {}}'
        assert "All known devices are still reported." in ended.text

    def test_a_sync_that_waits_for_the_limit_says_when_it_goes_on_and_how_long_it_takes(self, ivan: User) -> None:
        run, now = making.run(making.account("opswat", "opswat")), timezone.now()
        waiting = {"waiting_for": RATE_LIMIT, "next_step_at": now + timedelta(seconds=40), "progressed_at": now, "started_at": now}
        SyncRun.objects.filter(pk=run.pk).update(
            state=JobState.RUNNING, interactive=True, records=450, expected=6129, pages=9, page_seconds=3.0, first_page_at=now, **waiting
        )
        client = signed_in(ivan)
        for address in ("/vendors/opswat/progress/", "/"):
            text = client.get(address, headers=HTMX).text
            assert "450 of 6,129 devices synced · about 12 min left" in text
            assert re.search(r"Rate limit reached, continues in (40|39|38|3\d) s", text)

    @pytest.mark.parametrize(("vendor", "words"), [("eset", "20 devices synced, total unknown"), ("opswat", "20 of 40 devices synced")])
    def test_without_a_total_nothing_is_promised(self, ivan: User, vendor: str, words: str) -> None:
        run = making.run(making.account(vendor, vendor))
        SyncRun.objects.filter(pk=run.pk).update(
            state=JobState.RUNNING, records=20, pages=1, page_seconds=1.0, expected=None if vendor == "eset" else 40
        )
        text = signed_in(ivan).get(f"/vendors/{vendor}/progress/", headers=HTMX).text
        assert words in text and ("left" in text) is (vendor == "opswat")

    def test_what_was_said_is_not_said_again(self, ivan: User) -> None:
        making.run(making.account())
        client = signed_in(ivan)
        assert "hx-swap-oob" in client.get("/vendors/eset-main/progress/", headers=HTMX).text
        again = client.get("/vendors/eset-main/progress/", {"said": "Waiting for a worker"}, headers=HTMX)
        assert "hx-swap-oob" not in again.text

    def test_a_person_who_opens_the_fragment_gets_the_page(self, ivan: User) -> None:
        making.account()
        assert signed_in(ivan).get("/vendors/eset-main/progress/").headers["Location"] == "/vendors/eset-main/"

    def test_a_failed_run_says_why_and_what_next(self, ivan: User) -> None:
        run = making.run(making.account())
        SyncRun.objects.filter(pk=run.pk).update(
            state=JobState.FAILED, error="It did not answer.", error_next_step="Look at it.", request_id="r-1"
        )
        page = signed_in(ivan).get("/vendors/eset-main/progress/", headers=HTMX).text
        assert "It did not answer." in page
        assert "Look at it." in page
        assert "r-1" in page
