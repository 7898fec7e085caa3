"""The words in which patching asks for work, and what it makes of those of vendors."""

from __future__ import annotations

import csv
import io
from html import unescape

import pytest
from django.test import Client

from devices.models import User
from patching.lists.next_steps import WORKS
from tests.patching import rows as made
from tests.patching.page_text import text_of

LONG = "APPLICATION_PATCHING_STATUS_FAILED_TERMINATION_REQUIRED"


def test_every_next_step_is_another() -> None:
    assert len({work.step for work in WORKS}) == len(WORKS)


@pytest.mark.django_db
def test_a_long_vendor_status_is_shortened_and_complete_on_hover(client: Client, ivan: User) -> None:
    made.attempt(made.small_patching()["eset"], "Opera", "failed", reason="running", raw=LONG)
    text = unescape(text_of(client, ivan, "attempts/?q=opera"))
    assert f'title="Vendor status: {LONG}">FAILED_<wbr>TERMINATION_<wbr>REQUIRED<' in text
    answer = client.get("/patching/attempts.csv?q=opera")
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert row["Vendor status"] == LONG


@pytest.mark.django_db
def test_an_unrecognized_vendor_status_has_a_next_step(client: Client, bob: User) -> None:
    made.small_patching()
    assert "Check the vendor status." in unescape(text_of(client, bob, "patches/?status=unknown"))
