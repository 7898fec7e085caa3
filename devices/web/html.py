"""HTML made by functions: of rows, of which a page has hundreds of parts, and of translated texts."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString


def html(text: str, *values: object) -> SafeString:
    """`text` with its `{}` filled by the escaped values, as Django's `format_html`, whose calls take five times as long."""
    return SafeString(text.format(*[_escaped(value) for value in values]))  # nosec B703 # the text is ours, the values are escaped


def joined(parts: Iterable[SafeString], between: str = "") -> SafeString:
    return SafeString(between.join([_escaped(part) for part in parts]))  # nosec B703 # escaped


def translated_html(text: str, **values: str) -> SafeString:
    """A text of ours that holds markup, such as a link, with its escaped values: `synced %(when)s`."""
    return SafeString(text % {name: _escaped(value) for name, value in values.items()})  # nosec B703 # escaped


def _escaped(value: object) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))
