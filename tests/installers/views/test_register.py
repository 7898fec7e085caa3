"""The register: what stands in it, what narrows it, what it reminds of, and what the helpdesk sees of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, AuditEvent, User
from installers.models import Installer, Standing, Stocktake
from tests.devices.rows import HOSTILE
from tests.installers.rows import SECRET_LINK, accounts, booked, doubtful, foreign, read

pytestmark = pytest.mark.django_db
REGISTER = "/installers/"


@pytest.fixture
def eset(db: None) -> Account:
    return accounts()


@pytest.fixture
def fleet(eset: Account, ivan: User) -> dict[str, Installer]:
    return {
        "reception": booked(eset, "Reception", actor=ivan, ticket="INC1", for_helpdesk=True, group_id="g-1", group_name="Berlin"),
        "studio": booked(eset, "Studio", family="macos", language="fr-fr"),
        "warehouse": booked(eset, "Warehouse", days=12.5, actor=ivan),
        "unknown": doubtful(eset, "Unknown"),
        "old": booked(eset, "Old", days=-3, standing=Standing.EXPIRED),
        "theirs": foreign(eset, "Theirs"),
        "gone": booked(eset, "Gone", standing=Standing.REVOKED),
    }


@pytest.fixture
def desk(client: Client, ivan: User, fleet: dict[str, Installer]) -> Client:
    client.force_login(ivan)
    return client


def names(page: str) -> list[str]:
    """In the table, in its order."""
    table = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0] if "<tbody>" in page else ""
    return [part.split(">")[1].split("<")[0] for part in table.split('<a href="/installers/')[1:]]


def row(page: str, name: str) -> str:
    return next(part for part in page.split("<tbody>")[1].split("<tr>") if f">{name}<" in part)


def test_all_are_listed_the_newest_first_with_what_people_ask_about(desk: Client) -> None:
    page = read(desk, REGISTER)
    assert names(page) == ["Gone", "Theirs", "Old", "Unknown", "Warehouse", "Studio", "Reception"]
    for words in ("ivan · INC1", "Ready", "eset-main", "Berlin", "Windows", "en-us", "Endpoint Security", "in 169 days", "usable"):
        assert words in row(page, "Reception"), words
    assert "Created at the vendor" in row(page, "Theirs") and "macOS" in row(page, "Studio") and "3 days ago" in row(page, "Old")
    assert "in 169 days" not in row(page, "Gone") and "Revoked" in row(page, "Gone")
    assert "Action required" in row(page, "Unknown") and "Lost &amp; found" in row(page, "Studio")
    assert SECRET_LINK not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=recep", ["Reception"]),
        ("?q=inc1", ["Reception"]),
        ("?q=berlin", ["Reception"]),
        ("?state=ambiguous", ["Unknown"]),
        ("?state=expired", ["Old"]),
        ("?os=macos", ["Studio"]),
        ("?owner=ivan", ["Warehouse", "Reception"]),
        ("?group=g-1", ["Reception"]),
        ("?expiring=1", ["Warehouse"]),
        ("?made=vendor", ["Theirs"]),
        ("?made=here&state=ready&os=windows", ["Warehouse", "Reception"]),
        ("?account=five-main", []),
        ("?account=eset-main&q=studio", ["Studio"]),
    ],
)
def test_filters_stand_in_the_address(desk: Client, query: str, expected: list[str]) -> None:
    page = read(desk, REGISTER + query)
    assert names(page) == expected
    assert ("No installers match the filters" in page) is (not expected)


def test_nonsense_narrows_nothing_or_finds_nothing_and_never_fails(desk: Client) -> None:
    long = "9" * 10_000
    for query in (f"?before={long}", "?before=%00", "?after=-1", "?state=%00", "?os=vms", "?made=%00", "?expiring=yes"):
        assert len(names(read(desk, REGISTER + query))) == 7
    for query in (f"?q={long}", "?q=%25", f"?account={long}", "?group=%27"):
        assert names(read(desk, REGISTER + query)) == []


def test_pages_follow_each_other_and_keep_the_filters(client: Client, ivan: User, eset: Account) -> None:
    for number in range(120):
        booked(eset, f"Row {number:03}")
    client.force_login(ivan)
    seen, address = [], REGISTER + "?state=ready"
    for _ in range(3):
        page = read(client, address)
        seen += names(page)
        older = page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else ""
        address = older.replace("&amp;", "&")
    assert address == "" and seen == [f"Row {number:03}" for number in reversed(range(120))]
    assert 'rel="prev" href="/installers/?state=ready&amp;after=' in page


def test_what_ends_soon_stands_on_top_until_it_has_a_successor(desk: Client, fleet: dict[str, Installer]) -> None:
    page = read(desk, REGISTER)
    reminder = page.split("Expiring within 30 days</h2>")[1].split("</section>")[0]
    assert "Warehouse" in reminder and "in 12 days" in reminder and "Reception" not in reminder and "Old" not in reminder
    assert f'href="/installers/new/?from={fleet["warehouse"].pk}"' in reminder
    booked(fleet["warehouse"].account, "Warehouse")
    assert "Expiring within 30 days</h2>" not in read(desk, REGISTER)


def test_the_dashboard_asks_for_a_line_about_what_ends_soon(desk: Client, fleet: dict[str, Installer]) -> None:
    assert 'hx-get="/installers/expiring/" hx-trigger="load"' in read(desk, "/")
    line = read(desk, "/installers/expiring/")
    assert "1 installer expires within 30 days." in line and "Warehouse" in line and 'href="/installers/?expiring=1"' in line
    booked(fleet["warehouse"].account, "Gate", days=2)
    assert "2 installers expire within 30 days." in read(desk, "/installers/expiring/")
    Installer.objects.update(expires_at=timezone.now() + timedelta(days=99))
    assert read(desk, "/installers/expiring/") == ""


def test_a_comparison_with_the_vendors_list_is_in_the_audit_log(desk: Client, eset: Account, ivan: User) -> None:
    desk.post("/installers/compare/")
    assert list(AuditEvent.objects.filter(action="installers compared").values_list("actor", "target")) == [(ivan.pk, eset.name)]


def test_doubt_is_said_on_top(desk: Client) -> None:
    assert "<strong>1 installer is unconfirmed.</strong> Do not create it again." in read(desk, REGISTER)


def test_helpdesk_sees_what_is_marked_for_it_and_nothing_else(client: Client, bob: User, fleet: dict[str, Installer]) -> None:
    client.force_login(bob)
    page = read(client, REGISTER)
    assert names(page) == ["Reception"]
    for name in ("Studio", "Warehouse", "Unknown", "Old", "Theirs"):
        assert name not in page
    assert "/installers/new/" not in page and "Ready (1)" in page and "Unconfirmed (0)" in page
    assert names(read(client, REGISTER + "?q=studio")) == [] and read(client, "/installers/expiring/") == ""
    assert 'hx-get="/installers/expiring/"' not in read(client, "/")


def test_the_page_says_how_far_the_vendors_list_is_known(desk: Client, client: Client, eset: Account, bob: User) -> None:
    now = timezone.now()
    took = Stocktake.objects.create(account=eset, state="done", created_at=now, next_step_at=now, finished_at=now, complete_at=now, found=6)
    assert "Last full sync <time" in read(desk, REGISTER) and "6 installers." in read(desk, REGISTER)
    took.complete_at, took.error = None, "The account may not list installers."
    took.save()
    page = read(desk, REGISTER)
    assert "The account may not list installers." in page and "Installers created at the vendor may be missing." in page
    client.force_login(bob)
    assert "may not list installers" not in read(client, REGISTER)


def test_asking_twice_compares_once(desk: Client) -> None:
    for _ in range(2):
        page = read(desk, desk.post("/installers/compare/")["Location"])
    assert "Sync started: eset-main." in page and "Syncing" in page
    assert Stocktake.objects.get().active
    Account.objects.update(enabled=False)
    assert "No enabled vendor account supports installers." in read(desk, desk.post("/installers/compare/")["Location"])


def test_empty_registers_say_why_and_what_to_do(client: Client, ivan: User, bob: User) -> None:
    client.force_login(ivan)
    assert "No vendor account supports installers" in read(client, REGISTER)
    accounts()
    page = read(client, REGISTER)
    assert "No installers" in page and 'href="/installers/new/"' in page
    client.force_login(bob)
    assert "IT staff can make installers available to the helpdesk." in read(client, REGISTER)


def test_hostile_names_are_shown_as_text(client: Client, ivan: User, eset: Account) -> None:
    for text in HOSTILE:
        foreign(eset, text, ticket=text[:100], group_name=text, products=[[text, text]])
    client.force_login(ivan)
    page = read(client, REGISTER)
    assert "<script>alert" not in page and "<img src=x" not in page and '<div hx-get="/devices/">' not in page


def test_the_number_of_queries_does_not_grow(client: Client, ivan: User, eset: Account, django_assert_num_queries: object) -> None:
    client.force_login(ivan)
    read(client, REGISTER)
    for number in range(60):
        booked(eset, f"Row {number}", actor=ivan, days=number)
    with django_assert_num_queries(9):  # type: ignore[operator]
        read(client, REGISTER)
