"""What each of the ten states of an account looks like in every place that shows it: a table of states and places."""

from __future__ import annotations

import io
import itertools
import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.account_status.alerts import troubles
from devices.account_status.data_sources import DataSources
from devices.account_status.stale_sources import aged
from devices.account_status.status import AccountStatus, statuses
from devices.account_status.text import Code
from devices.coverage.queries import all_gaps, matrix
from devices.jobs import heartbeat
from devices.lookup.account_answers import account_reasons
from devices.models import Account, Health, JobState, Sighting, SyncRun, User
from devices.search.parser import parse
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.states import DOWN, REFUSED, STATES, account_in

pytestmark = pytest.mark.django_db
STATUS = re.compile(r'data-account-status="(\w*)" data-account="([\w-]*)"')


@dataclass(frozen=True)
class Row:
    """`all_lists`: what the dashboard says of all lists together; `banner`, `stale`: whether these name it; `lookup`: what a miss is worth;
    `health`: the key that `account list --json` had before `status`.
    """

    label: str
    sentence: str
    all_lists: str
    doubt: str
    lookup: str
    health: str
    banner: bool = False
    stale: bool = False


NEVER, OLD = "no full sync has completed yet", "its last full sync is older than two sync intervals"
GONE = "25 devices missing from its last full sync must be reviewed"
BROKEN = "its last full sync had 1 invalid record"
TABLE = {
    "never_synced": Row("Never synced", "No sync has completed yet.", "never", NEVER, "never", "new", banner=True),
    "first_sync": Row("First sync running", "The first sync is running.", "loading", NEVER, "never", "new", banner=True),
    "partial": Row("Partial", "The last full sync had 1 invalid record.", "partial", BROKEN, "searched", "ok"),
    "withheld": Row("Review required", "25 devices are missing from the last full sync", "partial", GONE, "searched", "ok"),
    "overdue": Row("Overdue", "The last full sync is older than two sync intervals.", "partial", OLD, "stale", "late", banner=True),
    "failing": Row("Failing", DOWN, "partial", "", "stale", "failing", banner=True),
    "credentials_refused": Row("Credentials refused", REFUSED, "partial", "", "stale", "person", banner=True),
    "disabled": Row(
        "Disabled", "The account has been disabled since", "disabled", "it has been disabled since", "stale", "off", stale=True
    ),
    "being_deleted": Row(
        "Being deleted", "The account's data is being deleted.", "disabled", "it is being deleted", "stale", "off", stale=True
    ),
    "healthy": Row("Up to date", "Up to date.", "complete", "", "searched", "ok"),
}


def status_of_the_only_one() -> AccountStatus:
    (found,) = statuses(timezone.now())
    return found


@pytest.mark.parametrize("state", STATES)
def test_one_status_and_what_every_place_concludes_from_it(state: str) -> None:
    account_in(state)
    found, wanted = status_of_the_only_one(), TABLE[state]
    assert (found.code, found.label) == (state, wanted.label)
    assert wanted.sentence in found.sentence and found.since is not None
    assert bool(found.next_step) is (state not in ("healthy", "being_deleted"))
    assert DataSources([found]).coverage == wanted.all_lists
    assert [each.name for each in troubles([found]).accounts] == ([found.name] if wanted.banner else [])
    assert found.doubt.startswith(wanted.doubt) and bool(found.doubt) is bool(wanted.doubt) and found.proves_absence is (not wanted.doubt)
    assert account_reasons(parse("nb-1"), [found])[0].code == wanted.lookup
    assert [each.code for each in aged([found])] == ([state] if wanted.stale else [])


@pytest.mark.parametrize("state", STATES)
def test_every_page_shows_that_status_and_no_other(client: Client, alice: User, bob: User, state: str) -> None:
    heartbeat.beat()
    account = account_in(state)
    pages = {
        "dashboard": "/",
        "coverage": "/coverage/",
        "lookup": "/d/?q=no-such-device",
        "list": "/devices/?q=no-such-device",
        "accounts": reverse("devices:accounts"),
        "account": reverse("devices:account", args=[account.name]),
    }
    device = Sighting.objects.values_list("device_id", flat=True).first()
    pages |= {"device": reverse("devices:detail", args=[device]), "devices": "/devices/", "issues": "/issues/"} if device else {}
    for user in (alice, bob):
        client.force_login(user)
        shown_by = {
            name: set(STATUS.findall(client.get(address).text)) for name, address in pages.items() if user is alice or "account" not in name
        }
        assert set.union(*shown_by.values()) == {(state, account.name)}, shown_by
        always = {"dashboard", "lookup", "accounts", "account"} & set(shown_by)
        always |= {"coverage"} if device else set()
        always |= {"list"} if TABLE[state].all_lists != "disabled" else set()
        always |= {"device"} if device and state != "healthy" else set()
        always |= set(shown_by) if TABLE[state].banner else set()
        assert {name for name, found in shown_by.items() if found} >= always


@pytest.mark.parametrize("state", STATES)
def test_commands_and_healthz_say_the_same(client: Client, state: str) -> None:
    account = account_in(state)
    out = io.StringIO()
    call_command("account", "list", "--json", stdout=out)
    (document,) = json.loads(out.getvalue())
    assert (document["status"], document["label"], document["health"]) == (state, TABLE[state].label, TABLE[state].health)
    assert TABLE[state].sentence in document["sentence"]
    out = io.StringIO()
    call_command("account", "list", stdout=out)
    assert f"{account.name}  eset  {TABLE[state].label}  " in out.getvalue()
    assert (TABLE[state].sentence in out.getvalue()) is (state != "healthy"), "nothing is to be done about a healthy one"
    assert client.get("/healthz").json()["accounts"] == {account.name: state}
    out = io.StringIO()
    call_command("lookup", "no-such-device", "--json", stdout=out)
    assert json.loads(out.getvalue())["accounts"][0]["status"] == state


def test_every_code_has_words_of_its_own(settings: Settings) -> None:
    found = {account_in(state).name: state for state in STATES}
    making.account("old-one", "gone-vendor")
    told = {each.code.value: each for each in statuses(timezone.now())}
    settings.DATA_FOLDERS, settings.MIN_FREE_PERCENT = ["/"], 101
    told |= {each.code.value: each for each in statuses(timezone.now()) if each.code == Code.PAUSED}
    assert set(told) == {code.value for code in Code} and len(found) == 10
    for one, other in itertools.combinations(told.values(), 2):
        assert one.sentence != other.sentence and one.label != other.label


PAUSED = "Syncs are paused because the server&#x27;s disk is almost full."
RESUMES = "Free space on the server; syncs resume automatically."


def test_a_full_disk_pauses_every_account_that_is_synced_and_is_one_sentence(client: Client, alice: User, settings: Settings) -> None:
    heartbeat.beat()
    account_in("healthy")
    account_in("failing", vendor="opswat")
    account_in("credentials_refused", name="refused")
    account_in("disabled", name="off")
    settings.DATA_FOLDERS, settings.MIN_FREE_PERCENT = ["/"], 101
    codes = {each.name: each.code.value for each in statuses(timezone.now())}
    assert codes == {"healthy": "paused", "failing": "paused", "refused": "credentials_refused", "off": "disabled"}
    client.force_login(alice)
    page = client.get("/devices/").text
    assert page.count(PAUSED) == 1 and "is-critical" in page
    assert RESUMES in client.get("/vendors/healthy/").text
    asked = client.post("/vendors/healthy/refresh/", {"what": "everything"}, follow=True).text
    assert "The request is stored" in asked and "starts within seconds" not in asked
    settings.MIN_FREE_PERCENT = 0
    assert {each.name: each.code.value for each in statuses(timezone.now())}["healthy"] == "healthy"
    assert PAUSED not in client.get("/devices/").text


def test_two_queries_however_many_accounts(django_assert_num_queries: object) -> None:
    for state in STATES:
        account_in(state)
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(statuses(timezone.now())) == 10


class TestContradictions:
    """What earlier versions said side by side on one screen."""

    def page(self, client: Client, user: User, address: str = "/") -> str:
        client.force_login(user)
        return " ".join(client.get(address).text.split())

    @pytest.mark.parametrize("state", [each for each in STATES if each != "healthy"])
    def test_only_up_to_date_accounts_make_all_data_up_to_date(self, client: Client, bob: User, state: str) -> None:
        account_in("healthy", vendor="opswat")
        name = account_in(state).name
        text = self.page(client, bob)
        whole = "All enabled vendor accounts are up to date." in text
        assert whole is (state in ("disabled", "being_deleted"))
        partial, running = f"Partial data. Not up to date: {name}." in text, "First sync running. 1 of 2 accounts synced." in text
        assert (partial or running) is not whole
        found = self.page(client, bob, "/devices/?q=no-such-device")
        assert ("Some vendor data is incomplete or out of date; more devices may exist." in found) is not whole

    def test_a_success_takes_the_banner_away_in_the_same_answer(self, client: Client, alice: User) -> None:
        account = account_in("failing")
        assert "is-critical" in self.page(client, alice, "/troubles/") and DOWN in self.page(client, alice)
        Account.objects.filter(pk=account.pk).update(
            health=Health.OK, health_sentence="", failures=0, try_after=None, complete_at=timezone.now()
        )
        text = self.page(client, alice)
        assert DOWN not in text and set(STATUS.findall(text)) == {("healthy", account.name)}

    def test_what_is_withheld_and_being_marked_is_partial_until_it_is_marked(self, client: Client, alice: User) -> None:
        account = account_in("withheld")
        run = SyncRun.objects.latest("pk")
        SyncRun.objects.filter(pk=run.pk).update(decided_at=timezone.now(), decided_reason="Branch closed", applied_by=alice)
        found = status_of_the_only_one()
        assert (found.code, found.withheld) == (Code.PARTIAL, 0) and "are being marked" in found.doubt
        assert set(STATUS.findall(self.page(client, alice))) == {("partial", account.name)}
        SyncRun.objects.filter(pk=run.pk).update(applied_at=timezone.now())
        assert status_of_the_only_one().healthy

    def test_the_tiles_have_the_numbers_of_the_pages_they_open(self, client: Client, bob: User) -> None:
        accounts = shown.small_fleet()
        Account.objects.update(full_every=86_400)
        for account in accounts.values():
            shown.fetch(account, state=JobState.DONE)
        text = self.page(client, bob)
        gaps = all_gaps(matrix(statuses(timezone.now())))
        missing = re.search(r'href="/devices/\?life=missing".*?Not reported by any vendor.*?tile-number">(\d+)', text)
        counted = re.search(r'href="/coverage/".*?Coverage gaps.*?tile-number">(\d+)', text)
        assert missing and counted and int(missing[1]) == 1 and int(counted[1]) == gaps > 1
        assert f"<strong>{gaps} coverage gaps in all vendor accounts.</strong>" in self.page(client, bob, "/coverage/")
        assert "of 1 device" in self.page(client, bob, "/devices/?life=missing")
        Account.objects.filter(pk=accounts["eset"].pk).update(enabled=False)
        assert all_gaps(matrix(statuses(timezone.now()))) < gaps
        assert f'tile-number">{all_gaps(matrix(statuses(timezone.now())))}<' in self.page(client, bob)

    def test_a_large_fleet_gets_the_number_after_the_page(self, client: Client, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
        from devices.dashboard import views as dashboard

        for account in shown.small_fleet().values():
            shown.fetch(account, state=JobState.DONE)
        monkeypatch.setattr(dashboard, "COUNTED_AT_ONCE", 0)
        assert 'hx-get="/coverage/gaps/"' in self.page(client, bob)
        client.force_login(bob)
        tile = client.get("/coverage/gaps/", headers={"HX-Request": "true"}).text
        assert f'tile-number">{all_gaps(matrix(statuses(timezone.now())))}<' in tile
        assert client.get("/coverage/gaps/").headers["Location"] == "/coverage/"


class TestRules:
    def test_an_account_that_is_synced_only_on_request_grows_overdue_by_the_vendors_interval(self) -> None:
        account = account_in("healthy")
        Account.objects.update(full_every=0)
        assert status_of_the_only_one().healthy
        Account.objects.update(complete_at=timezone.now() - timedelta(seconds=2 * account.about.full_every + 60))
        found = status_of_the_only_one()
        assert (found.code, found.frozen) == (Code.OVERDUE, "is synced only manually") and found.outdated
        assert not troubles([found]).accounts and aged([found])[0].code == "overdue"

    def test_what_a_user_did_outranks_what_a_vendor_answers(self) -> None:
        account = account_in("failing")
        Account.objects.filter(pk=account.pk).update(enabled=False)
        assert status_of_the_only_one().code == Code.DISABLED
        Account.objects.filter(pk=account.pk).update(deletion_requested_at=timezone.now())
        assert status_of_the_only_one().code == Code.BEING_DELETED

    def test_withheld_disappearances_are_counted_also_while_the_account_fails(self) -> None:
        account = account_in("withheld")
        Account.objects.filter(pk=account.pk).update(health=Health.FAILING)
        found = status_of_the_only_one()
        assert (found.code, found.withheld) == (Code.FAILING, 25) and not found.proves_absence

    def test_a_failing_account_still_proves_what_its_recent_list_proves(self) -> None:
        account_in("failing")
        assert status_of_the_only_one().proves_absence

    def test_records_without_an_id_count_too(self) -> None:
        account_in("healthy")
        SyncRun.objects.update(rejected=3)
        found = status_of_the_only_one()
        assert (found.code, found.unusable) == (Code.PARTIAL, 3)

    def test_a_sync_of_changes_is_not_a_full_one(self) -> None:
        account = account_in("withheld")
        shown.fetch(account, state=JobState.DONE, kind="changed")
        shown.fetch(account, state=JobState.DONE, kind="named", lane="named:x")
        assert status_of_the_only_one().withheld == 25
