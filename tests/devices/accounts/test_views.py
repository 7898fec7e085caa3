"""The vendor account pages: who may, and what they say about how an account stands."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices.accounts.queries import next_due
from devices.jobs import heartbeat
from devices.models import Account, AuditEvent, Health, Quarantine, SyncRun, User
from devices.sync.handler import due_kind
from tests.conftest import PASSWORD, confirm
from tests.devices import records as making
from tests.devices.account_pages import HTMX, signed_in, withheld_run

pytestmark = pytest.mark.django_db


# Address name, arguments, method, who may: the role fixtures by name.
VIEW, MANAGE, DECIDE = ("alice", "ivan"), ("alice",), ("alice",)
MATRIX = [
    ("accounts", False, "get", VIEW),
    ("account", True, "get", VIEW),
    ("account_progress", True, "get", VIEW),
    ("account_refresh", True, "post", VIEW),
    ("account_add", False, "get", MANAGE),
    ("account_add", False, "post", MANAGE),
    ("account_test", False, "post", MANAGE),
    ("account_edit", True, "get", MANAGE),
    ("account_edit", True, "post", MANAGE),
    ("account_switch", True, "post", MANAGE),
    ("account_test_stored", True, "post", MANAGE),
    ("account_apply", True, "get", DECIDE),
    ("account_apply", True, "post", DECIDE),
    ("audit", False, "get", ("alice",)),
]
MANAGES = "permission to add, edit or delete vendor accounts."
PERMISSION = {
    "accounts": "permission to view vendor accounts.",
    "account": "permission to view vendor accounts.",
    "account_progress": "permission to view vendor accounts.",
    "account_refresh": "permission to refresh vendor accounts.",
    "account_apply": "permission to review missing devices.",
    "audit": "permission to view the audit log.",
}


class TestWhoMay:
    @pytest.mark.parametrize("person", ["alice", "ivan", "bob", "charlie"])
    def test_every_address_asks_for_its_permission(self, request: pytest.FixtureRequest, person: str) -> None:
        client = signed_in(request.getfixturevalue(person))
        for number, (name, of_account, method, allowed) in enumerate(MATRIX):
            account = making.account(f"eset-{number}")
            args = [account.name, withheld_run(account).pk] if name == "account_apply" else [account.name] if of_account else []
            events, runs = AuditEvent.objects.count(), SyncRun.objects.count()
            for headers in ({}, HTMX):
                answer = getattr(client, method)(reverse(f"devices:{name}", args=args), headers=headers)
                if person in allowed:
                    assert answer.status_code in (200, 302, 422), name
                    continue
                assert answer.status_code == 403, name
                assert PERMISSION.get(name, MANAGES) in answer.text
                assert ("<html" in answer.text) is (headers == {})
                assert (AuditEvent.objects.count(), SyncRun.objects.count()) == (events, runs)

    @pytest.mark.parametrize("name", ["account_refresh", "account_switch", "account_test_stored"])
    def test_what_changes_something_is_post_only(self, alice: User, name: str) -> None:
        making.account()
        assert signed_in(alice).get(reverse(f"devices:{name}", args=["eset-main"])).status_code == 405

    def test_helpdesk_does_not_see_the_way_in(self, bob: User) -> None:
        assert reverse("devices:accounts") not in signed_in(bob).get("/").text

    def test_it_staff_sees_no_button_that_it_may_not_press(self, ivan: User) -> None:
        account = making.account()
        run = withheld_run(account)
        page = signed_in(ivan).get(reverse("devices:account", args=[account.name])).text
        for name in ("account_edit", "account_switch", "account_test_stored"):
            assert reverse(f"devices:{name}", args=[account.name]) not in page
        assert reverse("devices:account_apply", args=[account.name, run.pk]) not in page
        assert reverse("devices:account_refresh", args=[account.name]) in page

    def test_an_expired_session_sends_the_whole_page_to_sign_in_and_back(self) -> None:
        making.account()
        page = reverse("devices:account", args=["eset-main"])
        answer = Client().get(page + "progress/", headers=HTMX | {"HX-Current-URL": f"http://testserver{page}"})
        assert answer.status_code == 401
        assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fvendors%2Feset-main%2F"

    def test_a_foreign_page_cannot_be_smuggled_into_the_way_back(self) -> None:
        making.account()
        answer = Client().get("/vendors/eset-main/progress/", headers=HTMX | {"HX-Current-URL": "https://evil.example/x"})
        assert (answer.status_code, answer["HX-Redirect"]) == (401, f"{reverse('account_login')}?next=%2F")

    def test_a_form_without_its_token_is_refused(self, alice: User) -> None:
        making.account()
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)
        confirm(client)
        assert client.post("/vendors/eset-main/switch/", {"enabled": "0"}).status_code == 403
        assert Account.objects.get().enabled


class TestStandings:
    """Each status of an account but "Up to date" has a sentence of its own."""

    def page(self, alice: User, account: Account) -> str:
        return signed_in(alice).get(reverse("devices:account", args=[account.name])).text

    def test_every_standing_has_its_own_words(self, alice: User) -> None:
        now = timezone.now()
        pages = {}
        columns: dict[str, dict[str, object]] = {
            "never": {},
            "ok": {"health": Health.OK, "complete_at": now},
            "late": {"health": Health.OK, "complete_at": now - timedelta(days=3)},
            "failing": {"health": Health.FAILING, "health_sentence": "The vendor is down.", "complete_at": now},
            "person": {
                "health": Health.PERSON,
                "health_sentence": "The credentials were refused.",
                "health_next_step": "Enter them again.",
            },
            "off": {"enabled": False},
            "unknown": {"vendor": "gone-vendor"},
        }
        for name, fields in columns.items():
            account = making.account(f"a-{name}")
            Account.objects.filter(pk=account.pk).update(**fields)
            pages[name] = self.page(alice, account)
        partial = making.account("a-partial")
        Account.objects.filter(pk=partial.pk).update(health=Health.OK, complete_at=now)
        Quarantine.objects.create(account=partial, external_id="x", reason="The name is not text.", sample="{}", first_at=now, last_at=now)
        pages["partial"] = self.page(alice, partial)
        first = making.account("a-first")
        making.run(first)
        pages["first"] = self.page(alice, first)
        words = {
            "never": "No sync has completed yet.",
            "first": "The first sync is running.",
            "late": "older than two sync intervals",
            "failing": "The vendor is down.",
            "person": "The credentials were refused.",
            "off": "The account is disabled.",
            "unknown": "does not support the vendor “gone-vendor”",
            "partial": "The last full sync had 1 invalid record.",
        }
        for (name, page), (other, sentence) in itertools.product(pages.items(), words.items()):
            standing = page.split('id="standing"')[1].split("</section>")[0]  # the banner above names every account in trouble
            assert (sentence in standing) is (name == other), (name, other)
        listed = signed_in(alice).get(reverse("devices:accounts")).text
        assert all(sentence in listed for sentence in words.values())

    def test_no_account_yet(self, alice: User, ivan: User) -> None:
        assert "Add vendor account" in signed_in(alice).get(reverse("devices:accounts")).text
        page = signed_in(ivan).get(reverse("devices:accounts")).text
        assert "No vendor accounts yet" in page
        assert reverse("devices:account_add") not in page

    def test_stopped_workers_are_said(self, alice: User) -> None:
        account = making.account()
        assert "No worker has reported yet" in self.page(alice, account)
        heartbeat.beat()
        assert "No worker has reported" not in self.page(alice, account)

    def test_unencrypted_http_keeps_its_banner(self, alice: User) -> None:
        account = making.account("on-prem", "five9s")
        account.settings = {"url": "http://epm.example", "allow_http": "true", "time_zone": "UTC"}
        account.save()
        assert "Unencrypted connection" in self.page(alice, account)
        for safe in ("https://epm.example", "http://127.0.0.1:9100/five9s", "http://[::1]:9100"):
            account.settings |= {"url": safe}
            account.save()
            assert "Unencrypted connection" not in self.page(alice, account)

    def test_a_vendor_that_is_gone_can_still_be_switched_off(self, alice: User) -> None:
        account = making.account("old", "gone-vendor")
        client = signed_in(alice)
        assert client.post("/vendors/old/refresh/", follow=True).status_code == 200
        assert client.post("/vendors/old/test/", follow=True).status_code == 200
        assert client.get("/vendors/old/edit/", follow=True).status_code == 200
        client.post("/vendors/old/switch/", {"enabled": "0"})
        account.refresh_from_db()
        assert not account.enabled
        assert not SyncRun.objects.exists()

    @pytest.mark.parametrize(("hours", "try_after"), [(0, 0), (0, 90), (30, 10)])
    def test_the_next_fetch_is_when_it_will_be_planned(self, hours: int, try_after: int) -> None:
        now = timezone.now()
        account = making.account("delta", "five9s")
        account.complete_at = account.changes_at = account.changes_since = now - timedelta(hours=hours, minutes=5)
        account.try_after = now + timedelta(minutes=try_after) if try_after else None
        due = next_due(account, now)
        assert due is not None
        assert due > now
        assert due_kind(account, due) is not None
        assert due_kind(account, due - timedelta(seconds=1)) is None


def test_switching_off_and_on_is_audited_and_kept(alice: User) -> None:
    making.account()
    client = signed_in(alice)
    for enabled in ("0", "0", "1"):
        client.post("/vendors/eset-main/switch/", {"enabled": enabled})
    assert list(AuditEvent.objects.filter(action="account switched").order_by("id").values_list("detail", flat=True)) == [
        {"enabled": False},
        {"enabled": True},
    ]


def test_signing_in_with_a_password_reaches_the_pages(alice: User) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": alice.username, "password": PASSWORD})
    assert client.get(reverse("devices:accounts")).status_code == 200
