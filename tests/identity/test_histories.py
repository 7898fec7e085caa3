"""Generated histories: a correct device is never split in between, two machines are never merged, and the end does not depend on the way."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from devices.matching.apply import rematch_everything
from tests.identity.feed import Partition, devices, feed, pairs, partition, sync
from tests.identity.histories import ACCOUNTS, History, replayed

pytestmark = pytest.mark.django_db
DAYS = 10


def wrong(history: History, found: dict[tuple[str, str], int]) -> list[str]:
    """The false merges, and the provable pairs of present records that are apart."""
    records = {each.name: each for each in history.records()}
    joined = set(pairs(partition(found)))
    sentences = [
        f"merged: {records[one].case} {one} and {records[other].case} {other}"
        for one, other in map(sorted, joined)
        if records[one].machine != records[other].machine
    ]
    return sentences + [
        f"split: {row} {records[one].case} {one} {other}"
        for (one, other), row in ((sorted(pair), row) for pair, row in history.provable().items())
        if records[one].present and records[other].present and frozenset((one, other)) not in joined
    ]


def devices_of_machines(history: History, found: dict[tuple[str, str], int]) -> dict[int, set[int]]:
    """Machine → the devices of its present records."""
    held: dict[int, set[int]] = defaultdict(set)
    for each in history.records():
        if each.present:
            held[each.machine].add(found[each.name])
    return held


def lived(history: History) -> Partition:
    """Follows a history to its end, and asserts at every step."""
    before: dict[int, set[int]] = {}
    for at in history.days(DAYS):
        for account in history.order():
            records = history.listed(account)
            sync(ACCOUNTS[account], account, records, at=at, pages=history.dice.choice((1, 40)))
            history.synced(account, records)
            if all(history.known.values()):  # the first sync of every account is behind us
                assert wrong(history, devices()) == [], history.what
        after = devices_of_machines(history, devices())
        moved = [machine for machine, held in after.items() if len(held) == len(before.get(machine, ())) == 1 and held != before[machine]]
        assert moved == [], f"another device than the day before: {history.what}"
        before = after
    return partition()


def differing(history: History, one: Partition, other: Partition) -> set[int]:
    """The machines whose records are on one device in one partition and on several in the other."""
    machines = {each.name: each.machine for each in history.records()}
    return {machines[name] for device in one ^ other for name in device}


# The last ones: earlier enrollments that are still listed, clones, and records that only a removed one connects.
@pytest.mark.parametrize("seed", [*range(1, 9), 13, 20, 45, 50, 51, 58])
def test_history(seed: int) -> None:
    now = timezone.now().replace(microsecond=0)
    history = History(seed, now - timedelta(days=14))
    with transaction.atomic():
        end = lived(history)
        assert rematch_everything(history.world.now) == 0
        transaction.set_rollback(True)
    assert devices() == {}
    order = history.order()
    records = replayed(history)
    history.dice.shuffle(records)
    feed(records, now=history.world.now, accounts=order, pages=10)
    fresh = partition()
    assert {name for names in fresh for name in names} == {name for names in end for name in names}
    assert all(any(apart <= device for device in end) for apart in fresh), history.what
    # Only a database that saw the change knows that the earlier enrollments of a machine with another mainboard are the same machine.
    assert differing(history, fresh, end) <= history.rebuilt, history.what
