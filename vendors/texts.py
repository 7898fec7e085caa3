"""Texts that a page may show, marked for translation without Django: the page translates them with `gettext` or `{% translate %}`."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """`text` itself. `make messages` finds the call by its name and puts the text into the catalogs."""
    return text
