"""`{{ run.error|translated }}`: a stored sentence, or an error's, in the language of the page (devices/db/messages.py)."""

from __future__ import annotations

from django import template

from devices.db import messages
from vendors.parsing.operating_systems import marked
from vendors.stored_titles import recognized

register = template.Library()


@register.filter
def translated(text: object) -> object:
    return messages.translated(text) if isinstance(text, str) else text


@register.filter
def system_name(name: str) -> str:
    """The name of an operating system: a vendor's as it is, the mark of a corrected one in the language of the page."""
    return messages.translated(marked(name))


@register.filter
def stored_title(title: str) -> str:
    """The title of an issue or a patch: a vendor's as it is, one that Rollcall wrote in the language of the page."""
    return messages.translated(recognized(title))
