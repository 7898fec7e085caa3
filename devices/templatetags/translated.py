"""`{{ run.error|translated }}`: a stored sentence, or an error's, in the language of the page (devices/db/messages.py)."""

from __future__ import annotations

from django import template

from devices.db import messages
from vendors.issue_titles import recognized

register = template.Library()


@register.filter
def translated(text: object) -> object:
    return messages.translated(text) if isinstance(text, str) else text


@register.filter
def issue_title(title: str) -> str:
    """A vendor's title as it is; one that Rollcall wrote in the language of the page."""
    return messages.translated(recognized(title))
