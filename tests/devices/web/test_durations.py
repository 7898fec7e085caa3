"""Durations as text, and the texts of JavaScript."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.web.browser_texts import BROWSER_TEXTS
from devices.web.durations import every, seconds_words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (3600, "1 h"), (3900, "1 h 5 min"), (172800, "2 days"), (40 * 86400, "40 days")],
)
def test_a_duration(seconds: float, text: str) -> None:
    assert seconds_words(seconds) == text


def test_an_interval() -> None:
    assert (every(900), every(0)) == ("every 15 min", "manual only")


@pytest.mark.django_db
def test_every_page_carries_the_texts_of_javascript(client: Client) -> None:
    page = client.get("/accounts/login/").text
    for key, text in BROWSER_TEXTS.items():
        assert f'data-{key}="{text}"' in page
