"""Every page is operated by keyboard, and axe finds nothing on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from config import documentation
from devices.models import Device, User
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.pages import main_pages, unfold
from tests.browser.seen import violations

pytestmark = pytest.mark.django_db(transaction=True)
MOST_TABS = 600
# A group of radio buttons has one stop, and one of tabs too; what a dialog or a closed menu hides has none.
STOPS = """() => {
  const groups = new Set(), shown = element => element.checkVisibility({visibilityProperty: true}) && !element.closest('dialog, [inert]');
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(element => {
    if (element.disabled || element.type === 'hidden' || element.tabIndex < 0 || !shown(element)) return false;
    if (element.type !== 'radio') return true;
    const group = element.form?.id + element.name, first = !groups.has(group);
    groups.add(group);
    return first;
  }).length;
}"""
# Counts each element once, and keeps those without a visible mark of the focus.
WATCH = """() => {
  window.reached = new Set(); window.unmarked = [];
  document.addEventListener('focusin', ({target}) => {
    if (window.reached.has(target)) return;
    window.reached.add(target);
    const marked = [target, target.parentElement, target.closest('label, tr, figure')].some(element => {
      const style = element && getComputedStyle(element);
      return style && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none');
    });
    if (!marked) window.unmarked.push(target.outerHTML.slice(0, 120));
  });
}"""


def every_page(laptop: Device) -> dict[str, str]:
    yesterday = timezone.localdate() - timedelta(days=1)
    return main_pages(laptop) | {
        "device on a date": f"/devices/{laptop.pk}/as-of/?date={yesterday}",
        "coverage on a date": f"/coverage/as-of/?date={timezone.localdate()}",
        "users": "/users/",
        "preferences": "/preferences/",
        "page not found": "/no-such-page/",
    }


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(desk: Desk, laptop: Device, alice: User) -> None:
    desk.expected = ["status of 404"]
    page = desk.open("/", user=alice)
    found: dict[str, object] = {}
    for name, address in every_page(laptop).items():
        page.goto(address, wait_until="networkidle")  # panels that are loaded later have controls too
        page.evaluate(WATCH)
        stops = int(page.evaluate(STOPS))
        assert 5 < stops < MOST_TABS, name
        for _ in range(stops + 12):  # a date and a time have a stop for each of their parts
            page.keyboard.press("Tab")
        reached = int(page.evaluate("window.reached.size"))
        unmarked: list[str] = page.evaluate("window.unmarked")
        found |= {name: (reached, stops, unmarked[:3])} if reached < stops or unmarked else {}
    assert not found


@pytest.mark.parametrize(("theme", "size"), [("light", DESK), ("dark", PHONE)])
def test_axe_finds_nothing_on_any_page(desk: Desk, laptop: Device, alice: User, theme: str, size: tuple[int, int]) -> None:
    desk.expected = ["status of 404"]
    page = desk.open("/", user=alice, theme=theme, size=size)
    found: dict[str, list[str]] = {}
    for name, address in (every_page(laptop) | documents()).items():
        page.goto(address, wait_until="networkidle")
        unfold(page)
        found |= {name: seen} if (seen := violations(page)) else {}
    assert not found


def documents() -> dict[str, str]:
    return {f"document {name}": each.url for name, each in documentation.documents().items()}
