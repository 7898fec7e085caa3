"""Icons: symbols of static/lucide/icons.svg, which the browser loads once, so that a page holds a reference and not the drawing."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

FILE = "lucide/icons.svg"
SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)"')
MOST = 1000


class UnknownIcon(LookupError):
    """The file has no such symbol: copy it from the sprite of lucide-static, of the version that the file names."""


def icon(name: str, size: int = 16, look: str = "") -> SafeString:
    """An icon without a meaning of its own, `size` pixels wide and high. `look`: more classes. Raises UnknownIcon."""
    return _icon(name, size, look, settings.STATIC_URL)


@lru_cache(MOST)
def _icon(name: str, size: int, look: str, _static_url: str) -> SafeString:
    if name not in icon_names():
        raise UnknownIcon(f"{FILE} has no icon {name!r}.")
    return format_html(
        '<svg class="icon{}" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        *(f" {look}" if look else "", size, size, static(FILE), name),
    )


@cache
def icon_names() -> frozenset[str]:
    return frozenset(SYMBOL.findall(Path(settings.BASE_DIR, "static", FILE).read_text("utf-8")))
