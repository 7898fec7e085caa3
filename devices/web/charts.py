"""A chart as a page describes it: templates/ui/chart.html shows it with its table, static/js/charts.js draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from devices.web.dates import date_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ChartKind(StrEnum):
    BARS = "bars"  # stacked
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """`look`: its color and pattern (static/css/charts.css). `values`: one for each day, None where it is not known.

    `url`: the list of what it counts now; `urls`: instead of it, the list of what each value counts.
    """

    label: StrOrPromise
    look: str
    values: Sequence[int | None]
    url: str = ""
    urls: Sequence[str] = ()

    def exact_url(self, place: int) -> str:
        """The list that has exactly what the value at this place counts; that of today has no list of its own. "" for none."""
        return self.urls[place] if self.urls else self.url if place == len(self.values) - 1 else ""


@dataclass(frozen=True, slots=True)
class ChartCell:
    value: int | None
    url: str
    label: StrOrPromise


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A day of the table. `total`: over all series, where they add up."""

    day: date
    cells: Sequence[ChartCell]
    total: ChartCell


@dataclass(frozen=True, slots=True)
class Chart:
    """Values by day. `name`: unique on its page; `unit`: of the values, as the axis names it; `percent`: they are shares of 100.

    `total_urls`: the list of all that a day counts.
    """

    name: str
    title: StrOrPromise
    unit: StrOrPromise
    days: Sequence[date]
    series: Sequence[ChartSeries]
    kind: ChartKind = ChartKind.BARS
    percent: bool = False
    total_urls: Sequence[str] = ()

    @property
    def data(self) -> Mapping[str, Any]:
        """As static/js/charts.js reads it."""
        return {
            "kind": self.kind.value,
            "unit": str(self.unit),
            "percent": self.percent,
            "days": [day.isoformat() for day in self.days],
            "titles": [date_words(day) for day in self.days],
            "series": [
                {"label": str(each.label), "look": each.look, "values": list(each.values), "url": each.url, "urls": list(each.urls)}
                for each in self.series
            ],
        }

    @property
    def stacked(self) -> bool:
        """The values of a day add up."""
        return self.kind == ChartKind.BARS

    @property
    def rows(self) -> list[ChartRow]:
        """The table: the newest day first."""
        return [self._row(place) for place in reversed(range(len(self.days)))]

    def _row(self, place: int) -> ChartRow:
        cells = [ChartCell(each.values[place], each.exact_url(place), each.label) for each in self.series]
        numbers = [cell.value for cell in cells if cell.value is not None]
        url = self.total_urls[place] if self.total_urls else ""
        return ChartRow(self.days[place], cells, ChartCell(sum(numbers) if numbers else None, url, gettext("Total")))
