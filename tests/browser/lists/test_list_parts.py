"""Lists as a user sees them: how many rows fit, which are selected, in which columns, and filters as chips in one line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from devices.models import Account, Device, Pulse, Sighting, User
from devices.reconciliation.summary import summarise
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db(transaction=True)

BOXES = "rows => rows.map(row => { const box = row.getBoundingClientRect(); return [box.top, box.bottom, box.left, box.right] })"


@pytest.fixture
def fleet(transactional_db: None) -> dict[str, Account]:
    accounts = {vendor: shown.account(f"{vendor}-main", vendor) for vendor in ("eset", "opswat", "five9s")}
    about: dict[str, Any] = {
        "user": "NORDWIND\\margarethe.oberhauser-lindenthal",
        "os_name": "Microsoft Windows 11 Enterprise Edition, 64-bit",
        "os_release": "Windows 11",
        "os_family": "windows",
        "model": "HP EliteBook 840 14 inch G9 Notebook PC",
    }
    now = timezone.now()
    devices = Device.objects.bulk_create(Device(name=f"BER-NB-{number:05}", created_at=now) for number in range(61))
    records = Sighting.objects.bulk_create(
        Sighting(
            account=account, vendor=vendor, device=device, external_id=device.name, name=device.name, serial=f"C0KVGN3RL{number:03}",
            state="critical" if number % 7 == 0 else "ok", digest=bytes(16), created_at=now, changed_at=now, raw={}, **about,
        )
        for number, device in enumerate(devices)
        for vendor, account in accounts.items()
        if vendor != "five9s" or number % 3
    )  # fmt: skip
    Pulse.objects.bulk_create(
        Pulse(sighting=each, seen_at=now - timedelta(hours=each.device_id % 40), fetched_at=now, run_id=0) for each in records
    )
    summarise([device.pk for device in devices], now)
    return accounts


def boxes(page: Page) -> list[list[float]]:
    """Top, bottom, left and right of each row."""
    found: list[list[float]] = page.locator("tbody tr").evaluate_all(BOXES)
    return found


@pytest.mark.parametrize(("size", "rows"), [((1366, 768), 20), ((1920, 1080), 30)])
def test_a_screen_shows_many_devices_in_one_line_each(
    desk: Desk, fleet: dict[str, Account], ivan: User, size: tuple[int, int], rows: int
) -> None:
    page = desk.open("/devices/", user=ivan, size=size)
    found = boxes(page)
    assert sum(bottom <= size[1] for _, bottom, _, _ in found) >= rows
    assert {round(bottom - top) for top, bottom, _, _ in found} <= {24, 25, 26, 27}
    assert all(right > size[0] - 40 for *_, right in found)
    assert overflow(page) == 0 and page.locator(".table-wrap").evaluate("e => e.scrollWidth - e.clientWidth") == 0
    user = page.locator("td[data-label=User] .clamp").first
    assert (user.inner_text(), user.get_attribute("title")) == (
        "margarethe.oberhauser-lindenthal",
        "NORDWIND\\margarethe.oberhauser-lindenthal",
    )
    assert not violations(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chosen_row_height_is_kept(desk: Desk, fleet: dict[str, Account], ivan: User, theme: str) -> None:
    page = desk.open("/devices/", user=ivan, theme=theme)
    top, bottom, *_ = boxes(page)[0]
    page.get_by_role("button", name="Comfortable").click()
    expect(page.get_by_role("button", name="Comfortable")).to_have_attribute("aria-pressed", "true")
    higher = boxes(page)[0]
    assert higher[1] - higher[0] > bottom - top + 8
    answer = page.reload()
    assert answer and 'data-density="comfortable"' in answer.text()  # the first byte has it: nothing jumps
    assert boxes(page)[0] == higher and not violations(page)
    page.locator("thead").get_by_role("link", name="Serial").click()
    expect(page.locator("th[aria-sort]")).to_have_text("Serial")
    expect(page.get_by_role("button", name="Comfortable")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Compact").click()
    page.reload()
    assert boxes(page)[0] == [top, bottom, *higher[2:]]


def test_the_bar_of_actions_is_there_while_devices_are_selected(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/", user=ivan)
    bar, words = page.locator("#bulk"), page.locator("#ticked")
    expect(bar).to_be_hidden()
    before = boxes(page)
    page.get_by_label("Select BER-NB-00003").check()
    page.get_by_label("Select BER-NB-00001").press("Space")
    expect(words).to_have_text("2 selected")
    expect(page.locator("#spoken")).to_have_text("2 selected")
    assert boxes(page) == before
    box = bar.bounding_box()
    assert box and box["y"] > 0 and box["y"] + box["height"] <= 768
    assert not violations(page)
    page.get_by_role("button", name="Select all 61").click()
    expect(words).to_have_text("All 61 selected")
    expect(page.get_by_role("button", name="Select all 61")).to_be_hidden()
    page.get_by_label("Select BER-NB-00003").uncheck()
    expect(words).to_have_text("49 selected")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(bar).to_be_hidden()
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 61").click()
    page.get_by_role("button", name="Tag …").click()
    expect(page.get_by_role("heading", name="Tag 61 devices")).to_be_visible()


def lines(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".chooser-line").all_inner_texts()]


def heads(page: Page) -> list[str]:
    return page.locator("thead th:not(.tick)").all_inner_texts()


def grip(page: Page, column: str) -> Locator:
    return page.get_by_role("button", name=f"Move {column}", exact=True)


def test_columns_are_moved_with_the_keyboard(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/", user=ivan)
    page.get_by_text("Columns", exact=True).click()
    assert lines(page)[:3] == ["Status", "User", "Serial"]
    columns = len(lines(page))
    grip(page, "Serial").press("ArrowUp")
    expect(page.locator("#spoken")).to_have_text(f"Serial: position 2 of {columns}")
    expect(grip(page, "Serial")).to_be_focused()
    grip(page, "Status").press("End")
    expect(page.locator("#spoken")).to_have_text(f"Status: position {columns} of {columns}")
    page.get_by_label("Show Model").check()
    grip(page, "Model").press("Home")
    assert not violations(page)
    page.get_by_role("button", name="Apply").press("Enter")
    expect(page).to_have_url(re.compile(r"\?cols=model,serial,user,os,seen_by,issues,last_seen,state$"))
    assert heads(page)[:4] == ["Name", "Model", "Serial", "User"]


@pytest.mark.parametrize("size", [(1366, 768), PHONE])
def test_columns_are_dragged(desk: Desk, fleet: dict[str, Account], ivan: User, size: tuple[int, int]) -> None:
    page = desk.open("/devices/", user=ivan, size=size)
    page.get_by_text("Columns", exact=True).click()
    page.locator(".chooser-line").nth(4).scroll_into_view_if_needed()
    start, end = grip(page, "Status").bounding_box(), page.locator(".chooser-line").nth(3).bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 8, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 10, start["y"] + 40, steps=4)
    page.mouse.move(end["x"] + 10, end["y"] + end["height"] - 4, steps=8)
    page.mouse.up()
    assert lines(page)[:5] == ["User", "Serial", "OS", "Status", "Reported by"]
    expect(page.locator("#spoken")).to_have_text(f"Status: position 4 of {len(lines(page))}")
    assert overflow(page) == 0
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"\?cols=user,serial,os,state,seen_by,issues,last_seen$"))


def test_columns_are_numbered_without_scripts(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/", user=ivan, scripts=False)
    page.get_by_text("Columns", exact=True).click()
    expect(page.locator(".grip").first).to_be_hidden()
    page.get_by_label("Position of Serial").fill("1")
    page.get_by_label("Position of Status").fill("3")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("cols="))
    expect(page.get_by_role("columnheader").first).to_be_visible()
    assert heads(page)[1] == "Serial"
    page.get_by_label("Select BER-NB-00003").check()
    page.get_by_label("Apply to").select_option("page")
    page.get_by_role("button", name="Tag …").click()
    expect(page.get_by_role("heading", name="Tag 50 devices")).to_be_visible()


def test_last_seen_sorts_and_pages_have_numbers(desk: Desk, fleet: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/?size=25", user=ivan)
    expect(page.locator("#page-position")).to_have_text("Page 1 of 3")
    page.locator("thead").get_by_role("link", name="Last seen").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Last seen")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#page-position")).to_have_text("Page 2 of 3")
    page.get_by_role("link", name="First page").click()
    expect(page.locator("#page-position")).to_have_text("Page 1 of 3")
    expect(page).to_have_url(re.compile(r"\?sort=-last_seen&size=25$"))


@pytest.fixture
def few(transactional_db: None) -> dict[str, Account]:
    return shown.small_fleet()


def chips(page: Page) -> list[str]:
    return page.locator("#chips .chip-edit").all_inner_texts()


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_filter_is_added_edited_and_removed(desk: Desk, few: dict[str, Account], ivan: User, size: tuple[int, int], theme: str) -> None:
    page = desk.open("/devices/", user=ivan, size=size, theme=theme)
    count = page.locator("#results .list-head p")
    page.get_by_text("Add filter").click()
    expect(page.get_by_label("Find filter")).to_be_focused()
    assert overflow(page) == 0 and not violations(page)
    page.get_by_label("Find filter").fill("report")
    expect(page.get_by_label("Not reported by")).to_be_visible()
    expect(page.get_by_label("OS", exact=True)).to_be_hidden()
    expect(page.get_by_text("Data quality")).to_be_hidden()
    page.get_by_label("Reported by", exact=True).select_option("eset")
    expect(count).to_contain_text("of 3 devices")
    assert chips(page) == ["Reported by: ESET"]
    expect(page).to_have_title("Devices: ESET (3) · Rollcall")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Find filter")).to_be_hidden()
    page.get_by_role("link", name="Reported by: ESET", exact=True).click()
    field = page.get_by_label("Reported by", exact=True)
    expect(field).to_be_focused()
    expect(page.get_by_label("OS", exact=True)).to_be_hidden()
    assert overflow(page) == 0 and not violations(page)
    field.select_option("opswat")
    expect(count).to_contain_text("of 2 devices")
    expect(page.locator("#chips")).to_contain_text("Reported by: OPSWAT")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Remove filter Reported by: OPSWAT").click()
    expect(count).to_contain_text("of 6 devices")
    expect(page).to_have_url(re.compile("/devices/$"))
    expect(page).to_have_title("Devices · Rollcall")
    assert chips(page) == []


def test_filters_work_by_keyboard(desk: Desk, few: dict[str, Account], ivan: User) -> None:
    page = desk.open("/devices/?state=critical&os=windows", user=ivan)
    summary = page.locator("#add-filter > summary")
    summary.press("Enter")
    page.keyboard.type("no such")
    expect(page.get_by_text("No filter with this name")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    assert chips(page) == ["Status: Critical", "OS: Windows"]
    page.get_by_role("link", name="Remove filter Status: Critical").press("Enter")
    expect(page).to_have_url(re.compile(r"\?os=windows$"))
    expect(summary).to_be_focused()
    page.get_by_role("link", name="OS: Windows", exact=True).press("Enter")
    expect(page.get_by_label("OS", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#filter-q").press_sequentially("berlin")
    expect(page).to_have_title("Devices: berlin, Windows (1) · Rollcall")
    page.get_by_role("link", name="Search: berlin", exact=True).press("Enter")
    expect(page.locator("#filter-q")).to_be_focused()
    page.get_by_role("link", name="Clear filters").press("Enter")
    expect(page).to_have_url(re.compile("/devices/$"))


@pytest.mark.parametrize("address", ["/issues/?kind=gap", "/patching/patches/?status=all", "/patching/attempts/", "/patching/devices/"])
def test_other_lists_have_the_same_line(desk: Desk, few: dict[str, Account], ivan: User, address: str) -> None:
    page = desk.open(address, user=ivan)
    page.get_by_text("Add filter").click()
    page.get_by_label("Find filter").fill("tag")
    expect(page.get_by_label("Tag", exact=True)).to_be_visible()
    page.get_by_label("Tag", exact=True).fill("kiosk")
    page.get_by_label("Tag", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("tag=kiosk"))
    expect(page.locator("#chips")).to_contain_text("Tag: kiosk")
    assert not violations(page)
