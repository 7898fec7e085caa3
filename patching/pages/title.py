"""One application: its patches by status, its attempts, and the newest version that was installed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from patching.lists.attempts import ATTEMPTS, AttemptRow
from patching.lists.counts import LinkedCount, narrowed, number, numbers
from patching.lists.filters import OPEN_ORDER, AttemptFilters, PatchFilters
from patching.lists.patches import PATCHES, PatchRow
from patching.lists.rows import AccountNames, add_names
from patching.models import Attempt, Title
from patching.pages.chart import AttemptChart, attempt_chart, tried
from patching.pages.work_lists import WorkList, wanted, works
from vendors.patch_states import PatchStatus

SHOWN = 10
ORDER = (*OPEN_ORDER, *(status for status in PatchStatus if status not in OPEN_ORDER))
MOST_READ = 1000


@dataclass(frozen=True, slots=True)
class TitlePatching:
    """`newest`: the highest version that was installed among the latest attempts, by the vendor's number; "" where none is known.

    `probably`: open patches of titles without a name that are likely for this one; they are in none of the other numbers.
    """

    title: Title
    open: LinkedCount
    states: list[LinkedCount]
    chart: AttemptChart
    works: list[WorkList]
    patches: list[PatchRow]
    attempts: list[AttemptRow]
    newest: str
    probably: LinkedCount


def of_title(title: Title, *, now: datetime) -> TitlePatching:
    """Ten queries."""
    pk = str(title.pk)
    asked = [PatchFilters(title=pk), *(PatchFilters(title=pk, status=status) for status in ORDER)]
    counts, attempts = numbers([*asked, *wanted(pk)]), tried(AttemptFilters(title=pk), now=now)
    patches = PATCHES.some(narrowed(asked[0], now=now).condition, PATCHES.first, most=SHOWN)
    latest = ATTEMPTS.some(Q(title=title), ATTEMPTS.first, most=SHOWN)
    add_names([*patches, *latest], AccountNames())
    return TitlePatching(
        title=title,
        open=counts[asked[0]],
        states=[found for filters in asked[1:] if (found := counts[filters]).count],
        chart=attempt_chart(attempts, now=now),
        works=[row for row in works(counts, attempts) if row],
        patches=patches,
        attempts=latest,
        newest=_newest(title),
        probably=number(PatchFilters(probably=pk), now=now),
    )


def _newest(title: Title) -> str:
    done = Attempt.objects.filter(title=title, status=PatchStatus.INSTALLED, after_number__isnull=False)
    latest = done.order_by("-at", "-id").values_list("after_number", "after")[:MOST_READ]
    return max(latest, default=(None, ""))[1]
