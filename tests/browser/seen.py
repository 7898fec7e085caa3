"""What a phone reads from the screen."""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator


def scanned(code: Locator) -> str:
    """The text of the one bar code in a screenshot of this element."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    return str(found.text)
