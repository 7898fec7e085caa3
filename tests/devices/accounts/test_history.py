"""What is left of earlier runs: their history, unusable records, and disappearances that wait for a person."""

from __future__ import annotations

import pytest
from django.utils import timezone

from devices.models import JobState, Quarantine, SyncRun, User
from tests.devices import records as making
from tests.devices.account_pages import signed_in

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
        assert "Requires the Administrator role." in page
