"""One application: how its patches stand, how its attempts went, and which version is the newest that anybody has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from patching.filters import ALL, AttemptFilters, PatchFilters
from patching.models import Attempt, Title
from patching.queries.attempts import ATTEMPTS, AttemptRow
from patching.queries.chart import Chart, chart
from patching.queries.numbers import Number, numbers
from patching.queries.patches import PATCHES, PatchRow
from vendors.states import PatchStatus

SHOWN = 10
LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class OneTitle:
    """`newest`: the highest version that was installed among the latest attempts, by the vendor's number; "" where none is known."""

    title: Title
    open: Number
    states: list[Number]
    chart: Chart
    patches: list[PatchRow]
    attempts: list[AttemptRow]
    newest: str


def of_title(title: Title, *, now: datetime) -> OneTitle:
    """Fourteen queries."""
    pk = str(title.pk)
    asked = [PatchFilters(title=pk), *(PatchFilters(title=pk, status=status) for status in PatchStatus)]
    counted = numbers(asked, now=now)
    patches = replace(PATCHES.shape.read({"title": pk}), size=SHOWN)
    attempts = replace(ATTEMPTS.shape.read({"title": pk, "period": ALL}), size=SHOWN)
    return OneTitle(
        title=title,
        open=counted[asked[0]],
        states=[found for filters in asked[1:] if (found := counted[filters]).count],
        chart=chart(AttemptFilters(title=pk), now=now),
        patches=PATCHES.page(patches, now=now).rows,
        attempts=ATTEMPTS.page(attempts, now=now).rows,
        newest=_newest(title),
    )


def _newest(title: Title) -> str:
    done = Attempt.objects.filter(title=title, status=PatchStatus.INSTALLED, after_number__isnull=False)
    latest = done.order_by("-at", "-id").values_list("after_number", "after")[:LOOKED_AT]
    return max(latest, default=(None, ""))[1]
