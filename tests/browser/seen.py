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


def serious(page: Page) -> list[str]:
    """The worst that axe finds: rule and first element."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found if each["impact"] in ("serious", "critical")]


def overflow(page: Page) -> int:
    """Pixels that only sideways scrolling would show."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
