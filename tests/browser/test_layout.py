"""Every page at every width: nothing scrolls sideways, lies over its neighbour, or breaks inside a word that has room."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from devices.models import Device, Sighting, User
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.pages import MAC, NAME, SERIAL, USER, UUID, main_pages, unfold
from tests.browser.seen import hidden_columns, lines, overflow, truncated

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (320, 360, 480, 600, 768, 900, 1000, 1001, 1024, 1100, 1200, 1250, 1251, 1366, 1600, 1920)


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 768})


@pytest.mark.parametrize(("language", "widths"), [("en-US", WIDTHS), ("de-DE", (320, 360, 768, 1001, 1024, 1366))])
def test_no_page_scrolls_sideways_and_no_table_hides_a_column(
    desk: Desk, laptop: Device, alice: User, language: str, widths: tuple[int, ...]
) -> None:
    page = desk.open("/", user=alice, language=language)
    wide = []
    for name, address in main_pages(laptop).items():
        page.goto(address)
        unfold(page)
        for width in widths:
            resize(page, width)
            wide += [f"{name} at {width}: {overflow(page)} px"] if overflow(page) else []
            wide += [f"{name} at {width}: {table}" for table in hidden_columns(page)]
    assert not wide, wide


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_nothing_is_cut_off_on_a_phone(desk: Desk, laptop: Device, alice: User, language: str) -> None:
    page = desk.open("/", user=alice, language=language, size=PHONE)
    cut: dict[str, list[str]] = {}
    for name, address in main_pages(laptop).items():
        page.goto(address)
        unfold(page)
        cut |= {name: texts} if (texts := truncated(page)) else {}
    assert not cut


def test_what_is_cut_off_is_found(desk: Desk, laptop: Device, alice: User) -> None:
    page = desk.open("/vendors/", user=alice, size=PHONE)
    assert truncated(page) == []
    page.evaluate("document.querySelector('h1').style.cssText = 'width: 20px; overflow: hidden; white-space: nowrap'")
    assert truncated(page) == [page.locator("h1").inner_text()]


@pytest.mark.parametrize("columns", ["", "?cols=accounts,groups,seen_by,issues,last_seen,user,os,serial,model,tags,presence,known_since"])
def test_no_chip_leaves_its_cell(desk: Desk, laptop: Device, alice: User, columns: str) -> None:
    page = desk.open(f"/devices/{columns}", user=alice)
    chips = "[...document.querySelectorAll('td .tag')]"
    outside = (
        f"{chips}.filter(e => {{ const chip = e.getBoundingClientRect(), cell = e.closest('td').getBoundingClientRect();"
        " return chip.left < cell.left || chip.right > cell.right || chip.bottom > cell.bottom }).length"
    )
    for width in WIDTHS:
        resize(page, width)
        assert page.evaluate(f"{chips}.length") > 7
        assert page.evaluate(outside) == 0, width
        assert overflow(page) == 0, width  # columns that do not fit are scrolled to inside the table


@pytest.mark.parametrize("width", [1024, 1366, 1920])
def test_no_identifier_breaks_inside(desk: Desk, laptop: Device, alice: User, width: int) -> None:
    page = desk.open("/devices/?q=ham", user=alice, size=(width, 768))
    assert SERIAL in lines(page.locator("tbody tr").first.locator("td[data-label=Serial]"))
    page.goto(f"/devices/{laptop.pk}/?tab=identifiers")
    told = page.locator("#identifiers-panel .mono")
    assert {SERIAL, MAC, UUID, NAME} <= {each.inner_text() for each in told.all()}
    assert [lines(each) for each in told.all() if len(lines(each)) > 1] == []
    page.goto("/coverage/keys/")
    for cell in page.locator("td:is([data-label=Kind], [data-label=Value])").all():
        assert cell.inner_text().split() == " ".join(lines(cell)).split()


def test_accounts_that_tell_an_identifier_are_counted_and_named_on_demand(desk: Desk, laptop: Device, alice: User) -> None:
    page = desk.open(f"/devices/{laptop.pk}/?tab=identifiers", user=alice)
    row = page.locator("#identifiers-panel tr").filter(has_text=MAC)
    assert lines(row.locator("summary")) == ["ESET (eset-office-munich) and 4 more"]
    assert row.get_by_text("eset-office-vienna").is_hidden()
    row.locator("summary").click()
    assert row.get_by_text("eset-office-vienna").is_visible()


@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1366, 1920])
def test_a_vendors_word_breaks_only_after_an_underscore_or_a_blank(desk: Desk, laptop: Device, alice: User, width: int) -> None:
    page = desk.open(f"/devices/{laptop.pk}/?tab=matching", user=alice, size=(width, 768))
    words = page.locator(".clocks dd.mono")
    assert words.count() == 7
    for word in words.all():
        shown_lines, pieces = lines(word), word.inner_text().replace("_", "_ ").split()
        assert " ".join(shown_lines).replace("_", "_ ").split() == pieces
        assert not any(line.startswith(",") for line in shown_lines)


@pytest.mark.parametrize("told_by", [1, 3])
def test_the_records_of_vendors_fill_the_width(desk: Desk, laptop: Device, alice: User, told_by: int) -> None:
    keep = Sighting.objects.filter(device=laptop).order_by("pk").values_list("pk", flat=True)[:told_by]
    Sighting.objects.filter(device=laptop).exclude(pk__in=list(keep)).delete()
    page = desk.open(f"/devices/{laptop.pk}/?tab=matching", user=alice, size=(1920, 900))
    right = "e => e.getBoundingClientRect().right"
    assert page.locator(".view-card").last.evaluate(right) == pytest.approx(page.locator(".views").evaluate(right), abs=1)


def test_a_user_breaks_after_the_domain_first(desk: Desk, laptop: Device, alice: User) -> None:
    page = desk.open(f"/devices/{laptop.pk}/", user=alice, size=PHONE)
    assert lines(page.locator("#facts .copyable").first) in ([USER], ["NORDWIND\\", "f.lang"])
    page.goto("/devices/?q=ham")
    assert lines(page.locator("td[data-label=User] .clamp").first) == ["f.lang"]


def test_a_date_never_breaks(desk: Desk, laptop: Device, alice: User) -> None:
    page = desk.open("/patching/", user=alice, size=PHONE)
    unfold(page)
    for width in (320, 360, 480):
        resize(page, width)
        dates = page.locator(".days tbody th").all()[:5]
        assert [len(lines(each)) for each in dates] == [1] * 5


@pytest.mark.parametrize("width", [1024, 1366, 1920])
def test_a_setting_in_the_documentation_never_breaks(desk: Desk, laptop: Device, alice: User, width: int) -> None:
    page = desk.open("/docs/operating/", user=alice, size=(width, 768))
    names = page.locator("td code").filter(has_text="ROLLCALL_").all()
    assert len(names) > 5
    assert [each.inner_text() for each in names if len(lines(each)) > 1 and " " not in each.inner_text()] == []


def test_the_rows_of_a_card_stand_in_one_column_and_look_alike(desk: Desk, laptop: Device, alice: User) -> None:
    page = desk.open("/", user=alice, size=PHONE)
    unlike: dict[str, set[str]] = {}
    for name, address in main_pages(laptop).items():
        page.goto(address)
        looks = page.evaluate(
            "[...document.querySelectorAll('main .cards tbody td[data-label]:not(.tick)')].filter(e => e.getClientRects().length)"
            ".map(e => [e, getComputedStyle(e), getComputedStyle(e, '::before')]).filter(([e, own, label]) => label.content != 'none')"
            ".map(([e, own, label]) => [e.getBoundingClientRect().left - e.closest('tr').getBoundingClientRect().left,"
            " own.paddingLeft, label.fontFamily, label.fontSize, label.fontWeight].join(' '))"
        )
        unlike |= {name: set(looks)} if len(set(looks)) > 1 else {}
    assert not unlike


@pytest.mark.parametrize("size", [DESK, PHONE, (1920, 900)])
def test_statuses_of_accounts_stand_in_one_column(desk: Desk, laptop: Device, alice: User, size: tuple[int, int]) -> None:
    page = desk.open("/", user=alice, size=size)
    pills = page.locator(".source [data-account-status]")
    assert len({each.inner_text() for each in pills.all()}) > 1
    assert len({each.evaluate("e => e.getBoundingClientRect().left") for each in pills.all()}) == 1
