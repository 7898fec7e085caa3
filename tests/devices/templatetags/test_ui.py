"""The words and marks that templates use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from devices.device_list.columns import COLUMNS
from devices.device_list.queries import DeviceRow, ReportingAccount, SeenBy
from devices.reconciliation.timestamps import newest
from devices.templatetags.ui import age_words
from vendors.parsing.times import implausible

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=44), "just now"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=100), "12 Aug 2026"),
    ],
)
def test_age_in_words(before: timedelta, words: str) -> None:
    assert age_words(NOW - before, now=NOW) == words


def test_a_time_from_the_future_or_from_year_one_is_no_age() -> None:
    assert implausible(NOW + timedelta(minutes=6), now=NOW)
    assert not implausible(NOW + timedelta(minutes=4), now=NOW)
    assert implausible(datetime(1, 1, 1, tzinfo=UTC), now=NOW)
    text = Template("{% ago at %}").render(Context({"at": datetime(2999, 1, 1, tzinfo=UTC)}))
    assert "invalid date" in text and "data-ago" not in text


def test_the_newest_time_is_one_that_can_be_true() -> None:
    future, past = NOW + timedelta(days=400), NOW - timedelta(days=2)
    assert newest([None, past, future], now=NOW) == past
    assert newest([None, future], now=NOW) == future
    assert newest([None], now=NOW) is None


def test_never_is_said_in_the_words_of_the_place() -> None:
    assert "not told" in Template('{% ago at "not told" %}').render(Context({"at": None}))


@pytest.mark.parametrize(("argument", "text"), [("", "7 Dec 2026, 04:05"), (" seconds=True", "7 Dec 2026, 04:05:09")])
def test_a_moment_is_shown_in_the_zone_of_the_user_with_utc_on_hover(argument: str, text: str) -> None:
    at = datetime(2026, 12, 7, 3, 5, 9, 618371, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        html = Template(f"{{% moment at{argument} %}}").render(Context({"at": at}))
    assert html == f'<time datetime="{at.isoformat()}" title="2026-12-07 03:05:09 UTC">{text}</time>'


def test_a_state_is_icon_word_and_colour_and_an_unknown_word_is_grey() -> None:
    fine = Template('{% state_pill "ok" raw="FINE" %}').render(Context())
    assert "is-ok" in fine and "<svg" in fine and ">OK<" in fine and "Vendor status: FINE" in fine
    strange = Template('{% state_pill "splendid" %}').render(Context())
    assert "is-unknown" in strange and "is-ok" not in strange and ">Unknown<" in strange


def test_silenced_keeps_the_word() -> None:
    text = Template('{% state_pill "critical" silenced=True %}').render(Context())
    assert ">Critical<" in text and ">Muted<" in text and 'title="Muted by vendor."' in text


def test_nothing_to_copy_is_a_dash_without_a_button() -> None:
    assert "<button" not in Template('{% copy "" "serial" %}').render(Context())
    assert 'aria-label="Copy serial"' in Template('{% copy "X1" "serial" %}').render(Context())


def test_values_are_escaped_where_they_are_copied() -> None:
    text = Template('{% copy value "serial" %}').render(Context({"value": '"><script>'}))
    assert "<script>" not in text and text.count("&quot;&gt;&lt;script&gt;") == 2


def test_a_pill_that_was_drawn_before_does_not_lend_its_safety_to_the_same_words_from_a_vendor() -> None:
    shown = Template("{% pill word %}")
    assert "<b>ours</b>" in shown.render(Context({"word": mark_safe("<b>ours</b>")}))
    assert "&lt;b&gt;ours" in shown.render(Context({"word": "<b>ours</b>"}))


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_has_a_cell(column: str) -> None:
    row = DeviceRow(7, "nb-1", "", "", "", "", "ok", "seen", False, 0, NOW, "")
    html = Template("{% load cells %}{% device_rows rows columns False %}").render(Context({"rows": [row], "columns": [column]}))
    assert html.count("<td") == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_cells_escape_what_a_vendor_reports(language: str) -> None:
    evil = "<script>a_b</script>"
    row = DeviceRow(7, evil, evil, evil, evil, evil, "ok", "seen", False, 0, NOW, "", groups=[evil], tags=[evil])
    row.seen_by = [SeenBy(evil, present=True, stale=True, account=evil)]
    with translation.override(language):
        template = Template("{% load cells %}{% device_rows rows columns True %}")
        html = template.render(Context({"rows": [row], "columns": list(COLUMNS)}))
    assert "<script>" not in html and html.count("&lt;script&gt;") >= 7


def test_an_account_that_reports_a_device_is_named_in_every_language() -> None:
    sources = [ReportingAccount("eset", "eset-main", records=2, present=True, stale=True, shared=True)]
    template = Template("{% load cells %}{% reported_by sources %}")
    for language, words in (("en", "2 records of this device"), ("de", "2 Datensätze"), ("en", "2 records of this device")):
        with translation.override(language):
            html = template.render(Context({"sources": sources}))
            assert words in html and "eset-main ×2" in html


def test_options_of_a_select_are_escaped_and_one_is_selected() -> None:
    html = Template("{% options choices chosen %}").render(Context({"choices": [("", "Any"), ('"<b>', "<i>&")], "chosen": '"<b>'}))
    assert html == '<option value="">Any</option><option value="&quot;&lt;b&gt;" selected>&lt;i&gt;&amp;</option>'


def test_a_value_of_a_vendor_breaks_after_underscores() -> None:
    html = Template("{{ word|vendor_value }}").render(Context({"word": "A_B<_"}))
    assert html == "A_<wbr>B&lt;_<wbr>"
