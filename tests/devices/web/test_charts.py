"""A chart and its table have the same numbers, and a value links only to the list that has exactly them."""

from __future__ import annotations

import json
import re
from datetime import date

from django.template.loader import render_to_string

from devices.web.charts import Chart, ChartKind, ChartSeries

DAYS = [date(2026, 11, 28), date(2026, 11, 29), date(2026, 11, 30)]
FINE = ChartSeries("OK", "ok", [1200, None, 3], url="/devices/?state=ok")
BAD = ChartSeries("<Critical>", "critical", [0, None, 4], url="/devices/?state=critical")


def page(chart: Chart) -> str:
    return " ".join(render_to_string("ui/chart.html", {"chart": chart}).split())


def test_the_table_has_the_numbers_of_the_chart_newest_day_first() -> None:
    chart = Chart("one", "Devices per day", "Devices", DAYS, [FINE, BAD])
    assert [row.day for row in chart.rows] == DAYS[::-1]
    assert [[cell.value for cell in row.cells] for row in chart.rows] == [[3, 4], [None, None], [1200, 0]]
    assert [row.total.value for row in chart.rows] == [7, None, 1200]
    assert [each["values"] for each in chart.data["series"]] == [[1200, None, 3], [0, None, 4]]
    text = page(chart)
    cells = re.findall(r'<td class="number">(?:<[^>]*>)?\s*([^<\s]+)', text)
    assert cells == ["3", "4", "7", "–", "–", "–", "1,200", "0", "1,200"]


def test_only_the_value_of_today_links_to_the_list_of_now() -> None:
    chart = Chart("one", "Devices per day", "Devices", DAYS, [FINE])
    assert [cell.url for row in chart.rows for cell in row.cells] == ["/devices/?state=ok", "", ""]


def test_values_with_lists_of_their_own_link_to_them() -> None:
    chart = Chart("one", "Attempts", "Attempts", DAYS, [ChartSeries("Failed", "critical", [1, 2, 0], urls=["/a", "/b", "/c"])])
    assert [cell.url for row in chart.rows for cell in row.cells] == ["/c", "/b", "/a"]
    assert 'href="/c"' not in page(chart)  # nothing to list


def test_data_is_inert_json_whatever_the_labels_are() -> None:
    text = page(Chart("one", "Devices per day", "Devices", DAYS, [BAD]))
    (data,) = re.findall(r'<script id="one" type="application/json">(.*?)</script>', text)
    assert json.loads(data)["series"][0]["label"] == "<Critical>"
    assert "<Critical>" not in text and " style=" not in text and "onclick" not in text


def test_shares_have_a_percent_sign_and_no_total() -> None:
    text = page(Chart("one", "Coverage", "Devices", DAYS, [ChartSeries("ESET", "a", [97, None, 100])], ChartKind.LINES, percent=True))
    assert re.findall(r"<span>([^<]+)</span>", text) == ["100%", "97%"]
    assert "Total" not in text
