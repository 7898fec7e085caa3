"""Size of full syncs: warns when one returned ten times as many devices as an earlier one, or a tenth. Nothing is held back for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.models import Account, JobState, SyncRun

FACTOR = 10
FLOOR = 10  # records: fewer more or less are no surprise
WITHIN = timedelta(days=2)  # so that the warning is still there on the next morning
_MOST = 300  # syncs that are looked at: more than a vendor has in two days


@dataclass(frozen=True, slots=True)
class SizeChange:
    """`earlier`: records of the full sync that ended at `at`, `latest`: those of the last one."""

    latest: int
    earlier: int
    at: datetime

    @property
    def grew(self) -> bool:
        return self.latest > self.earlier

    @property
    def factor(self) -> int:
        """Rounded down; 0: one of both was empty."""
        larger, smaller = max(self.latest, self.earlier), min(self.latest, self.earlier)
        return larger // smaller if smaller else 0


def size_change(account: Account, full: SyncRun | None) -> SizeChange | None:
    """`full`: the last complete full sync. Compared with the one before it, and with all of the two days before. One query."""
    if full is None or full.finished_at is None:
        return None
    runs = SyncRun.objects.filter(account=account, lane="list", kind="everything", state=JobState.DONE, pk__lt=full.pk)
    ended = runs.order_by("-pk").values_list("records", "finished_at")[:_MOST]
    earlier = [(records, at) for records, at in ended if at is not None]
    since = full.finished_at - WITHIN
    compared = earlier[:1] + [each for each in earlier[1:] if each[1] >= since]
    changes = [SizeChange(full.records, records, at) for records, at in compared if _sudden(full.records, records)]
    return max(changes, key=lambda each: (each.factor or max(each.latest, each.earlier), each.at), default=None)


def _sudden(latest: int, earlier: int) -> bool:
    larger, smaller = max(latest, earlier), min(latest, earlier)
    return larger >= FACTOR * smaller and larger - smaller > FLOOR
