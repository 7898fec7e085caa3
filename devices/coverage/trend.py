"""The trend of coverage: its share at each vendor, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from devices.device_list.filters import DeviceFilters
from devices.trends.queries import Series
from devices.web.charts import Chart, ChartKind, ChartSeries
from devices.web.dates import date_words
from vendors.registry import VENDORS

LINE_LOOKS = "abc"


@dataclass(frozen=True, slots=True)
class Trend:
    """A chart, or the reason why there is none yet."""

    chart: Chart | None
    reason: str


def coverage_trend(found: Sequence[Series]) -> Trend:
    """In percent of the devices whose coverage is known, as the coverage page shows it. The days of the vendor that was counted first."""
    drawn = [each for each in found if each.drawn]
    if not drawn:
        return Trend(None, reason(found[0]) if found else gettext("No numbers yet"))
    days = max((each.days for each in drawn), key=len)
    devices = reverse("devices:list")
    lines = []
    for place, each in enumerate(drawn):
        vendor, shares = each.key.vendor, each.percent("reported", without=["unknown"])
        before: list[int | None] = [None] * (len(days) - len(shares))
        url = devices + DeviceFilters(vendor=vendor).query_string()
        lines.append(ChartSeries(VENDORS[vendor].label, LINE_LOOKS[place % len(LINE_LOOKS)], [*before, *shares], url=url))
    title = gettext("Coverage by vendor per day")
    return Trend(Chart("coverage-trend", title, gettext("Devices reported"), days, lines, ChartKind.LINES, percent=True), "")


def reason(found: Series) -> str:
    if found.starts is None:
        return gettext("No numbers yet")
    return gettext("Trend starts on %(date)s. The chart appears from the second day on.") % {"date": date_words(found.starts)}
