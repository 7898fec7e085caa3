"""The account form refuses bad values with a sentence, and keeps secrets from another address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from devices.accounts.services import create_account, update_account
from devices.accounts.validation import InvalidAccount, moves, notes
from devices.connections.token_store import EncryptedTokenStore
from devices.db.redis_client import worker_client
from devices.jobs.engine import Engine
from devices.models import Account, AuditEvent, JobState, Sighting, SyncRun, User
from devices.sync.handler import SyncHandler
from devices.web import cache as rate_limits
from sandbox.server import Simulation, running
from tests.devices import records as making
from tests.devices.account_pages import ESET, FIVE9S, HTMX, signed_in
from tests.devices.runs import account_at
from vendors.auth import Tokens
from vendors.registry import VENDORS
from vendors.secret import Secret

pytestmark = pytest.mark.django_db


# The first is refused because nobody allowed http; the others are spellings that two programs could read differently, or no addresses.
BAD_ADDRESSES = (
    "http://epm.example.com", "127.0.0.1", "https://127.1", "https://2130706433", "https://0x7f000001", "https://0177.0.0.1",
    "https://[::1", "https://[fe80::1%25eth0]", "https://user:pw@host", "https://good#@127.0.0.1/", "https://good\\@127.0.0.1/", "https://h:0",
    "https://h:65536", "https://h:-1", "https://h:80 x", "https://h/a/../b", "https://h/?q=@x", "https://h/#\\x",
    "file:///etc/passwd", "javascript:alert(1)",
    "https://ho st", "https://h\x00", "https://" + "h" * 600, "https://münchen.example", "//epm.example.com", "epm.example.com/five9sWS",
)  # fmt: skip


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=5, frozen=True) as simulation:
        yield simulation


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)


class TestBadValues:
    def test_an_address_that_cannot_be_used(self, admin: Client) -> None:
        for url in BAD_ADDRESSES:
            answer = admin.post(reverse("devices:account_add"), {**FIVE9S, "set_url": url})
            assert (answer.status_code, "Nothing was saved." in answer.text) == (422, True), url
            rate_limits.forget()
            worker_client().flushdb()
            answer = admin.post(reverse("devices:account_test"), {**FIVE9S, "set_url": url}, headers=HTMX)
            assert (answer.status_code, "Correct the values and test again." in answer.text) == (200, True), url
        assert not Account.objects.exists()

    @pytest.mark.parametrize(("field", "value"), [
        ("set_time_zone", "Mars/Base"), ("set_time_zone", "UTC+2"), ("set_time_zone", "../../etc/passwd"), ("set_time_zone", "\x00"),
        ("secret_token", ""), ("secret_token", "a\nb"), ("secret_token", "a\x00b"), ("secret_token", "x" * 1_000_000),
        ("name", ""), ("name", "a b"), ("name", "a" * 61), ("name", "../x"), ("name", "add"), ("name", "test"), ("name", "ü"),
        ("full_minutes", "-1"), ("full_minutes", "1e9"), ("full_minutes", "x"), ("changes_minutes", "99999999"),
    ])  # fmt: skip
    def test_other_values_that_cannot_be_used(self, admin: Client, field: str, value: str) -> None:
        answer = admin.post(reverse("devices:account_add"), {**FIVE9S, field: value})
        assert answer.status_code == 422
        assert "Nothing was saved." in answer.text
        assert not Account.objects.exists()

    def test_plain_http_needs_its_opt_in(self, admin: Client) -> None:
        plain = {**FIVE9S, "set_url": "http://epm.example.com"}
        assert "use https:// or allow http" in admin.post(reverse("devices:account_add"), plain).text
        admin.post(reverse("devices:account_add"), {**plain, "set_allow_http": "on"})
        assert Account.objects.get().settings["allow_http"] == "true"

    def test_a_name_is_taken_once(self, admin: Client) -> None:
        admin.post(reverse("devices:account_add"), ESET)
        answer = admin.post(reverse("devices:account_add"), ESET)
        assert answer.status_code == 422
        assert "choose another name" in answer.text

    def test_an_unknown_vendor_is_asked_for_again(self, admin: Client) -> None:
        assert "Choose a vendor" in admin.post(reverse("devices:account_add"), {"vendor": "acme"}).text

    def test_services_refuse_what_the_database_cannot_hold(self) -> None:
        with pytest.raises(InvalidAccount, match="cannot be stored"):
            create_account(name="x", vendor="eset", settings={"username": "a\0b"}, secrets={"password": "p"})

    def test_services_tidy_what_commands_are_given(self) -> None:
        settings = {
            "url": "<https://EPM.example.com/five9sWS/api/devices/>",
            "time_zone": "W. Europe Standard Time ",
            "allow_http": "FALSE",
        }
        account = create_account(name="x", vendor="five9s", settings=settings, secrets={"token": "\ufeffABC \r\n"})
        assert account.settings == {
            "url": "https://epm.example.com",
            "time_zone": "Europe/Berlin",
            "allow_http": "false",
            "console_url": "",
        }
        assert account.secrets.get().open().reveal() == "ABC"
        (sentence,) = notes(account.about, settings, datetime(2026, 11, 29, 17, 42, tzinfo=UTC))
        assert sentence == "Local time in Europe/Berlin: 18:42 (UTC+01:00, with daylight saving time)."
        assert notes(VENDORS["eset"], {}, datetime(2026, 11, 29, tzinfo=UTC)) == []

    def test_services_tell_everything_at_once_and_whose_it_is(self) -> None:
        settings = {"url": "http://epm.example.com", "time_zone": "Etc/GMT+1", "allow_http": "perhaps", "colour": "red"}
        with pytest.raises(InvalidAccount) as caught:
            create_account(name="x", vendor="five9s", settings=settings, secrets={"token": "a\nb"})
        assert list(caught.value.fields) == ["url", "time_zone", "allow_http", "token"]
        assert caught.value.general == ("five(9)s Console has no setting “colour”: it has url, time_zone, allow_http, console_url.",)
        assert len(caught.value.sentences) == 5


class TestEditing:
    @pytest.fixture
    def account(self, admin: Client) -> Account:
        admin.post(reverse("devices:account_add"), {**FIVE9S, "set_allow_http": ""})
        return Account.objects.get()

    def edit(self, admin: Client, **values: str) -> tuple[int, str]:
        answer = admin.post("/vendors/epm/edit/", {**FIVE9S, "secret_token": "", **values})
        return answer.status_code, answer.text

    def test_an_empty_secret_keeps_what_is_stored(self, admin: Client, account: Account) -> None:
        before = account.secrets.get().sealed
        assert self.edit(admin, set_time_zone="UTC", changes_minutes="0")[0] == 302
        account.refresh_from_db()
        assert (account.settings["time_zone"], account.changes_every, account.secrets.get().sealed) == ("UTC", 0, before)
        assert AuditEvent.objects.get(action="account changed").detail == {"fields": ["changes_every", "time_zone"]}

    @pytest.mark.parametrize("moved", [
        {"set_url": "https://evil.example"}, {"set_url": "https://epm.example.com:8443"},
        {"set_url": "http://epm.example.com", "set_allow_http": "on"},
        {"set_url": "https://epm.example.com", "set_allow_http": "on"},
    ])  # fmt: skip
    def test_another_place_needs_the_secrets_again(self, admin: Client, account: Account, moved: dict[str, str]) -> None:
        status, page = self.edit(admin, **moved)
        assert status == 422
        assert "They are not sent to another server." in page
        assert account.secrets.get().open().reveal() == "C" * 40
        account.refresh_from_db()
        assert account.settings["url"] == "https://epm.example.com"
        status, _ = self.edit(admin, **moved, secret_token="D" * 40)
        assert status == 302
        assert account.secrets.get().open().reveal() == "D" * 40
        assert AuditEvent.objects.filter(action="secret replaced").count() == 1

    def test_the_service_itself_gives_a_moved_account_no_old_secret(self, account: Account) -> None:
        with pytest.raises(InvalidAccount, match="missing"):
            update_account(account, settings={**account.settings, "url": "https://evil.example"}, secrets={})

    def test_testing_another_place_does_not_send_the_stored_secrets(self, admin: Client, account: Account) -> None:
        with running(devices=1) as sim:
            values = {**FIVE9S, "account": "epm", "secret_token": "", "set_url": f"{sim.url}/five9s", "set_allow_http": "on"}
            answer = admin.post(reverse("devices:account_test"), values, headers=HTMX)
            assert "They are not sent to another server." in answer.text
            assert sim.calls() == []

    @pytest.mark.parametrize("url", ["https://[", "https://[::1", "", "  "])
    def test_an_address_that_cannot_be_read_counts_as_moved(self, account: Account, url: str) -> None:
        assert moves(account, {**account.settings, "url": url})

    def test_a_default_left_out_is_no_move(self, admin: Client) -> None:
        account = create_account(name="opswat", vendor="opswat", settings={}, secrets={"client_key": "k", "client_secret": "s"})
        assert not moves(account, {**account.settings, "url": ""})


class TestChangingWhileAFetchIsUnderWay:
    @pytest.fixture
    def account(self, admin: Client) -> Account:
        admin.post(reverse("devices:account_add"), FIVE9S)
        return Account.objects.get()

    def test_a_list_begun_with_other_settings_is_ended_and_the_new_ones_are_tried(self, admin: Client, account: Account) -> None:
        begun = SyncRun.objects.get()
        Account.objects.update(changes_since=begun.created_at)
        admin.post("/vendors/epm/edit/", {**FIVE9S, "set_url": "https://other.example", "secret_token": "D" * 40})
        begun.refresh_from_db()
        assert begun.state == JobState.CANCELLED
        assert "The sync was stopped because the account was edited." in begun.error
        assert SyncRun.objects.exclude(pk=begun.pk).get().state == JobState.REQUESTED
        account.refresh_from_db()
        assert account.changes_since is None

    def test_other_intervals_disturb_nothing(self, admin: Client, account: Account) -> None:
        admin.post("/vendors/epm/edit/", {**FIVE9S, "secret_token": "", "full_minutes": "600"})
        assert SyncRun.objects.get().state == JobState.REQUESTED

    def test_what_a_worker_did_not_finish_is_not_written_any_more(self, sim: Simulation, admin: Client) -> None:
        account = account_at(sim.url, "eset", name="eset-x")
        run = making.run(account)
        engine = Engine(SyncHandler())
        claimed = engine._claim(run.pk)
        assert claimed is not None
        update_account(account, settings={**account.settings, "calls_per_second": "5"}, secrets={})
        engine._one_step(claimed, release=True)
        run.refresh_from_db()
        assert (run.state, run.records) == (JobState.CANCELLED, 0)
        assert not Sighting.objects.exists()

    def test_a_token_of_the_old_address_is_not_shown_to_the_new_one(self, account: Account) -> None:
        old = EncryptedTokenStore(account.pk, place="old")
        old.exchange(None, lambda _: Tokens(Secret("access"), None, 1e12))
        assert old.current() is not None
        assert EncryptedTokenStore(account.pk, place="new").current() is None
