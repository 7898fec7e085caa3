"""Every page in a pseudo-language: what it shows stands in the catalogs, which test_catalog.py looks through for retired words."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.users.forms import PreferencesForm
from tests.translation import pseudo
from tests.translation.crawl import crawl, kind_of

pytestmark = pytest.mark.django_db


def test_every_text_of_every_page_is_translated(browser: Client, everything: list[str], pseudo_language: str) -> None:
    pages = crawl(browser, everything, language=pseudo_language)
    known = pseudo.stored_texts() | choices_of_preferences() | {"no-such-device"}
    found = {text: address for address, page in pages.items() for text in pseudo.untranslated(page, known)}
    assert len({kind_of(address) for address in pages}) > 60
    assert not found, "\n".join(f"{text}   ({address})" for text, address in found.items())


def choices_of_preferences() -> set[str]:
    """Languages by their own names, and names of time zones."""
    return {str(label).casefold() for field in PreferencesForm().fields.values() for _, label in field.choices[1:]}  # type: ignore[attr-defined]
