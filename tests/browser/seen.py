"""What can be told of a page that is shown: what a phone reads from it, how accessible it is, whether it fits."""

from __future__ import annotations

import io

import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page


def scanned(code: Locator) -> str:
    """The text of the one bar code in a screenshot of this element."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    return str(found.text)


def violations(page: Page) -> list[str]:
    """What axe finds, of every weight: rule and first element."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


def overflow(page: Page) -> int:
    """Pixels that only sideways scrolling would show."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


LINES = """element => {
  const lines = [], walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), range = document.createRange();
  let bottom = -Infinity;
  while (walker.nextNode()) for (let at = 0; at < walker.currentNode.length; at++) {
    range.setStart(walker.currentNode, at); range.setEnd(walker.currentNode, at + 1);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    if (box.top >= bottom - 2) { lines.push(''); bottom = box.bottom; }
    lines[lines.length - 1] += range.toString();
  }
  return lines.map(line => line.trim());
}"""


def lines(element: Locator) -> list[str]:
    """The text of an element, line by line as it is shown."""
    found: list[str] = element.evaluate(LINES)
    return found


def hidden_columns(page: Page) -> list[str]:
    """The tables of which some columns show only after scrolling sideways, by their labels or classes. The chart's numbers may, and tables
    with a column for each vendor account: the keyboard reaches those, and the name of a row stays.
    """
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('main .table-wrap:not(.days, .wide)')].filter(e => e.scrollWidth > e.clientWidth)"
        ".map(e => `${e.getAttribute('aria-label') || e.firstElementChild.className}: ${e.scrollWidth - e.clientWidth} px`)"
    )
    return found


TRUNCATED = """() => [...document.querySelectorAll('body *')].filter(element => {
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const text = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  if (!(text || style.overflow === 'hidden') || !element.innerText?.trim() || box.width < 2 || box.height < 2 || element.closest('.hidden-words, pre, select, .suggestions')) return false;
  const wide = style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
  const high = style.overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1;
  return wide || high;
}).map(element => element.innerText.trim().slice(0, 80))"""


def truncated(page: Page) -> list[str]:
    """Texts of which a part is cut off."""
    found: list[str] = page.evaluate(TRUNCATED)
    return found


def outside(page: Page, parts: dict[str, str], size: tuple[int, int]) -> dict[str, object]:
    """The parts that are not wholly inside the unscrolled window."""
    found: dict[str, object] = {}
    for name, selector in parts.items():
        box = page.locator(selector).bounding_box()
        inside = box and box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= size[0] and box["y"] + box["height"] <= size[1]
        found |= {} if inside else {name: box}
    return found
