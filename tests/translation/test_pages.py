"""Every page, in a pseudo-language, in English and in German."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.translation import pseudo
from tests.translation.crawl import crawl, kind_of
from tests.translation.retired import IN, PERMISSIONS

pytestmark = pytest.mark.django_db


def test_every_text_of_every_page_is_translated(browser: Client, everything: list[str], pseudo_language: str) -> None:
    pages = crawl(browser, everything, language=pseudo_language)
    known = pseudo.stored_texts()
    found = {text: address for address, page in pages.items() for text in pseudo.untranslated(page, known)}
    assert len({kind_of(address) for address in pages}) > 60
    assert not found, "\n".join(f"{text}   ({address})" for text, address in found.items())


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_shows_a_retired_word(browser: Client, everything: list[str], language: str) -> None:
    pages = crawl(browser, everything, language=language)
    known = pseudo.stored_texts()
    shown = {text: address for address, page in pages.items() for text in pseudo.Shown(page).plain if text.strip().casefold() not in known}
    found = {text.strip(): address for text, address in shown.items() if IN[language].search(text) or PERMISSIONS.search(text)}
    assert not found, "\n".join(f"{text}   ({address})" for text, address in found.items())
    assert all(f'<html lang="{language}"' in page for page in pages.values() if "<html" in page)
