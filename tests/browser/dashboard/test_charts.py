"""Charts in a real browser under the content security policy: by mouse and keyboard, in the dark, on a phone, on paper, without scripts."""

from __future__ import annotations

import io
import re

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from devices.models import User
from devices.trends.rollup import count_today
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.dashboard.history import GAP, ninety_days
from tests.browser.seen import overflow, violations
from tests.browser.test_deciding import reach
from tests.patching import rows as made

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def history(transactional_db: None) -> None:
    made.small_patching()
    ninety_days()


def canvas(page: Page, name: str) -> Locator:
    found = page.get_by_role("application", name=re.compile(name))
    expect(found).to_be_visible()
    return found


def spoken(page: Page, name: str) -> Locator:
    return page.locator("figure", has=canvas(page, name)).get_by_role("status")


def hues(chart: Locator) -> set[tuple[int, ...]]:
    """The colors that cover at least one of 200 pixels."""
    image = Image.open(io.BytesIO(chart.screenshot())).convert("RGB")
    most = image.getcolors(maxcolors=image.width * image.height) or []
    return {color for number, color in most if number * 200 > image.width * image.height}  # type: ignore[misc]


def test_the_first_screen_has_headline_tiles_and_the_two_main_charts(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/", user=bob)
    for name in ("Devices by status per day", "Coverage by vendor per day"):
        box = canvas(page, name).bounding_box()
        assert box and box["y"] + box["height"] <= DESK[1], (name, box)
        assert box["width"] > 400 and len(hues(canvas(page, name))) > 1
    for name in ("Open critical issues by age", "Patch attempts by outcome"):
        assert canvas(page, name).bounding_box()


def test_values_are_reached_read_and_opened_by_keyboard(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/", user=bob)
    reach(page, canvas(page, "Devices by status"))
    say = spoken(page, "Devices by status")
    today = timezone.localdate()
    expect(say).to_have_text(re.compile(rf"^{today.day} \w+ {today.year}, Critical: 1$"))
    page.keyboard.press("ArrowUp")
    expect(say).to_have_text(re.compile("Warning: 1$"))
    page.keyboard.press("ArrowLeft")
    expect(say).to_have_text(re.compile("Warning: 6$"))
    for _ in range(GAP - 1):
        page.keyboard.press("ArrowLeft")
    expect(say).to_have_text(re.compile("Warning: not counted$"))
    page.keyboard.press("End")
    expect(say).to_have_text(re.compile("Warning: 1$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/devices/\?state=attention$"))
    expect(page.locator("#results tbody tr")).to_have_count(1)


def test_a_click_on_a_bar_opens_what_it_counts(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/patching/", user=bob)
    chart = canvas(page, "Attempts per day")
    x, y = chart.evaluate(
        "each => { const bar = Chart.getChart(each).getDatasetMeta(2).data.at(-1).getCenterPoint(); return [bar.x, bar.y] }"
    )
    chart.click(position={"x": x, "y": y})
    expect(page).to_have_url(re.compile(r"/patching/attempts/\?status=failed&day=\d{4}-\d\d-\d\d$"))
    expect(page.locator("#results tbody tr")).to_have_count(1)


def test_the_table_has_the_numbers_that_are_drawn(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/", user=bob)
    for name in ("Devices by status", "Coverage by vendor", "Open critical issues", "Patch attempts"):
        drawn = canvas(page, name).evaluate("each => Chart.getChart(each).data.datasets.map(set => set.data)")
        region = page.get_by_role("group", name=re.compile(f"{name}.*data table"), include_hidden=True)
        rows = region.evaluate(
            "each => [...each.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.textContent.trim()))"
        )
        told = [[row[1 + place].removesuffix("%") for row in reversed(rows)] for place in range(len(drawn))]
        assert told == [["–" if value is None else str(value) for value in each] for each in drawn], name
        assert len(drawn[0]) > 30


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_charts_fit_and_are_accessible(desk: Desk, history: None, bob: User, theme: str, size: tuple[int, int]) -> None:
    page = desk.open("/", user=bob, theme=theme, size=size)
    for address in ("/", "/patching/"):
        page.goto(address)
        expect(page.get_by_role("application").first).to_be_visible()
        page.evaluate("document.querySelectorAll('.chart-table').forEach(each => each.open = true)")
        assert (violations(page), overflow(page)) == ([], 0), address


def test_another_theme_and_paper_draw_again(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/", user=bob)
    chart = canvas(page, "Devices by status")
    light = hues(chart)
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    dark = hues(chart)
    assert not light & dark
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert hues(chart) == light
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert hues(chart) == dark


def test_in_grayscale_the_series_differ_by_pattern_or_lightness(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/", user=bob)
    looks = canvas(page, "Devices by status").evaluate(
        "each => Chart.getChart(each).data.datasets.map(set => typeof set.backgroundColor == 'string' ? set.backgroundColor : 'pattern')"
    )
    assert [look == "pattern" for look in looks] == [False, True, True, False]
    light = [
        0.3 * red + 0.59 * green + 0.11 * blue for red, green, blue in ([int(n) for n in re.findall(r"\d+", looks[i])[:3]] for i in (0, 3))
    ]
    assert abs(light[0] - light[1]) > 20
    dashes = canvas(page, "Coverage by vendor").evaluate("each => Chart.getChart(each).data.datasets.map(set => set.borderDash.join())")
    assert len(set(dashes)) == 3


def test_a_poll_keeps_the_charts(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/", user=bob)
    canvas(page, "Devices by status").evaluate("each => { each.marked = true }")
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true" and answer.url.endswith("/")):
        page.evaluate("htmx.trigger(document.body, 'account-statuses')")
    expect(page.locator("#trends canvas")).to_have_count(4)
    assert canvas(page, "Devices by status").evaluate("each => each.marked && Chart.getChart(each) !== undefined")
    canvas(page, "Devices by status").focus()
    page.keyboard.press("Home")
    expect(spoken(page, "Devices by status")).to_have_text(re.compile("Critical: 4$"))


def test_without_scripts_the_tables_have_the_numbers(desk: Desk, history: None, bob: User) -> None:
    page = desk.open("/", user=bob, scripts=False)
    expect(page.locator("canvas").first).to_be_hidden()
    page.locator("summary", has_text="Data table").first.click()
    region = page.get_by_role("group", name=re.compile("Devices by status"))
    expect(region.locator("tbody tr")).to_have_count(90)
    region.get_by_role("link", name=re.compile("Critical: 1")).click()
    expect(page.locator("#results tbody tr")).to_have_count(1)


def test_a_young_installation_says_when_its_trend_starts(desk: Desk, bob: User) -> None:
    made.small_patching()
    count_today(timezone.now())
    page = desk.open("/", user=bob)
    panel = page.locator("section", has=page.get_by_role("heading", name="Devices by status", exact=True))
    expect(panel).to_contain_text(re.compile(r"Trend starts on \d+ \w+ \d{4}"))
    expect(panel.locator("canvas")).to_have_count(0)
    canvas(page, "Patch attempts")  # attempts have a past
