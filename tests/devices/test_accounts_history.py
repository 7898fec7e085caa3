"""What is left of earlier runs: their history, unusable records, and disappearances that wait for a person."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from devices.models import AuditEvent, JobState, Life, Quarantine, Sighting, SyncRun, User
from tests.devices import making
from tests.devices.administering import signed_in, withheld_run

pytestmark = pytest.mark.django_db


class TestHistory:
    def test_twenty_five_a_page_and_back_again(self, ivan: User) -> None:
        account = making.account()
        now = timezone.now()
        SyncRun.objects.bulk_create(
            SyncRun(account=account, kind="everything", state=JobState.DONE, created_at=now, next_step_at=now, calls=1000 + n)
            for n in range(60)
        )
        client = signed_in(ivan)

        def calls(query: str) -> list[int]:
            return [run.calls for run in client.get(f"/vendors/eset-main/{query}").context["history"].rows]

        def page(query: str) -> object:
            return client.get(f"/vendors/eset-main/{query}").context["history"]

        top = client.get("/vendors/eset-main/").context["history"]
        assert calls("") == list(range(1059, 1034, -1))
        second = client.get(f"/vendors/eset-main/?before={top.older}").context["history"]
        assert calls(f"?before={top.older}") == list(range(1034, 1009, -1))
        assert calls(f"?before={second.older}") == list(range(1009, 999, -1))
        assert calls(f"?after={second.newer}") == calls("")

    @pytest.mark.parametrize(
        "query", ["before=-1", "before=x", "before=99999999999999999999", "after=٣", "before=0", "after=9223372036854775807"]
    )
    def test_an_address_made_by_hand_is_never_an_error(self, ivan: User, query: str) -> None:
        making.run(making.account())
        assert signed_in(ivan).get(f"/vendors/eset-main/?{query}").status_code == 200

    def test_the_number_of_queries_does_not_grow(self, alice: User, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
        for n in range(12):
            account = making.account(f"eset-{n}")
            for _ in range(3):
                SyncRun.objects.filter(pk=making.run(account).pk).update(state=JobState.DONE, requested_by=alice)
        client = signed_in(alice)
        with django_assert_max_num_queries(18):
            client.get("/vendors/")
        with django_assert_max_num_queries(20):
            client.get("/vendors/eset-3/")

    def test_quarantined_records_are_for_administrators(self, alice: User, ivan: User) -> None:
        account = making.account()
        now = timezone.now()
        Quarantine.objects.create(
            account=account, external_id="u-1", reason="The name is <not> text.", sample='{"n": "<script>"}', first_at=now, last_at=now
        )
        page = signed_in(alice).get("/vendors/eset-main/").text
        assert "The name is &lt;not&gt; text." in page
        assert "<script>&quot;" not in page
        assert "&quot;&lt;script&gt;&quot;" in page
        page = signed_in(ivan).get("/vendors/eset-main/").text
        assert "&lt;script&gt;" not in page
        assert "view_quarantine" in page


class TestDisappearances:
    def test_a_person_decides_says_why_and_it_is_audited(self, alice: User) -> None:
        account = making.account()
        run = withheld_run(account)
        client = signed_in(alice)
        address = reverse("devices:account_apply", args=[account.name, run.pk])
        assert address in client.get("/vendors/eset-main/").text
        asked = client.get(address).text
        assert "Mark 25 devices of eset-main as missing?" in asked
        assert "D17" in asked
        assert Sighting.objects.filter(life=Life.SEEN).count() == 30
        assert client.post(address, {"reason": "  "}).status_code == 422
        assert Sighting.objects.filter(life=Life.SEEN).count() == 30
        client.post(address, {"reason": "Branch closed"})
        assert Sighting.objects.filter(life=Life.SEEN).count() == 5
        run.refresh_from_db()
        assert (run.applied_by, run.missing) == (alice, 25)
        event = AuditEvent.objects.get(action="disappearance applied")
        assert (event.actor, event.target, event.detail) == (alice, "eset-main", {"run": run.pk, "devices": 25, "reason": "Branch closed"})
        again = client.post(address, {"reason": "once more"}, follow=True)
        assert "nothing to decide any more" in again.text
        assert AuditEvent.objects.filter(action="disappearance applied").count() == 1

    def test_who_may_not_decide_still_sees_which(self, ivan: User) -> None:
        run = withheld_run(making.account(), seen=90)
        page = signed_in(ivan).get("/vendors/eset-main/").text
        assert len(re.findall(r'href="/devices/\d+/"', page)) == 50
        assert "(the first 50)" in page
        assert f"/apply/{run.pk}/" not in page
        assert "An Administrator can look and decide" in page

    def test_a_list_that_was_overtaken_decides_nothing(self, alice: User) -> None:
        account = making.account()
        run = withheld_run(account)
        newer = making.run(account)
        SyncRun.objects.filter(pk=newer.pk).update(state=JobState.DONE)
        signed_in(alice).post(reverse("devices:account_apply", args=[account.name, run.pk]), {"reason": "why"})
        assert Sighting.objects.filter(life=Life.SEEN).count() == 30

    def test_a_run_of_another_account_is_not_found(self, alice: User) -> None:
        run = withheld_run(making.account())
        making.account("other")
        assert signed_in(alice).get(reverse("devices:account_apply", args=["other", run.pk])).status_code == 404
        assert signed_in(alice).get(reverse("devices:account_apply", args=["other", 2**70])).status_code == 404
