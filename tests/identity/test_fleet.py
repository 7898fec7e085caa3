"""The whole fleet through the product: no false merge, and nearly every provable pair joined."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone

from tests.identity.feed import devices, feed, pairs, partition
from tests.identity.fleet import Fleet, generated
from tests.identity.provable import Pair

pytestmark = pytest.mark.django_db
RECALL = 0.995


def class_of(fleet: Fleet, pair: Pair) -> tuple[str, str]:
    """The case and the vendors of a pair; of a pair of two cases, both."""
    case, vendor = fleet.case_of, fleet.vendor_of
    return " / ".join(sorted({case[name] for name in pair})), "–".join(sorted(vendor[name] for name in pair))


def judged(size: int, seed: int) -> tuple[float, list[Pair]]:
    """Recall of provable pairs, and the false merges; prints both by class."""
    now = timezone.now().replace(microsecond=0)
    fleet = generated(size, seed=seed, now=now)
    feed(fleet.records, now=now)
    machine_of, found = fleet.machine_of, devices()
    assert found.keys() == machine_of.keys()
    groups = partition(found)
    joined = list(pairs(groups))
    false = [pair for pair in joined if len({machine_of[name] for name in pair}) > 1]
    missed = [pair for pair in fleet.provable if len({found[name] for name in pair}) > 1]
    recall = 1 - len(missed) / len(fleet.provable)
    print(
        f"\n{len(found):,} records of {fleet.machines:,} machines (seed {seed}) became {len(groups):,} devices. "
        f"Precision {1 - len(false) / max(1, len(joined)):.4f}: {len(false)} of {len(joined):,} joined pairs are false. "
        f"Recall {recall:.4f}: {len(fleet.provable) - len(missed):,} of {len(fleet.provable):,} provable pairs."
    )
    _table("missed", Counter(class_of(fleet, pair) for pair in missed), Counter(class_of(fleet, pair) for pair in fleet.provable))
    _table("false", Counter(class_of(fleet, pair) for pair in false), Counter(class_of(fleet, pair) for pair in joined))
    rows = Counter(fleet.provable[pair] for pair in missed)
    print(
        "missed by rule:",
        ", ".join(f"{row} {count}/{total}" for row, total in sorted(Counter(fleet.provable.values()).items()) if (count := rows[row])),
    )
    return recall, false


def _table(title: str, part: Counter[tuple[str, str]], whole: Counter[tuple[str, str]]) -> None:
    for (case, vendors), count in part.most_common():
        print(f"  {title:7} {count:5} of {whole[case, vendors]:5}  {case} ({vendors})")


def test_generator_proves_no_pair_of_two_machines() -> None:
    fleet = generated(600, seed=3, now=timezone.now())
    machine_of = fleet.machine_of
    assert [pair for pair in fleet.provable if len({machine_of[name] for name in pair}) > 1] == []


def test_generator_repeats_itself() -> None:
    now = timezone.now()
    one, other = (generated(600, seed=3, now=now) for _ in range(2))
    assert [each.raw for each in one.records] == [each.raw for each in other.records]
    assert one.provable == other.provable


def test_every_rule_that_proves_a_pair_is_in_the_table() -> None:
    fleet = generated(600, seed=3, now=timezone.now())
    rows = set(re.findall(r"^\| (P\w+) \|", (Path(__file__).parent / "rules.md").read_text(), re.MULTILINE))
    assert set(fleet.provable.values()) == rows


@pytest.mark.parametrize("seed", [3, 11])
def test_small_fleet(seed: int) -> None:
    recall, false = judged(600, seed)
    assert not false
    assert recall >= RECALL


@pytest.mark.fleets
def test_ten_thousand_machines() -> None:
    recall, false = judged(10_000, seed=7)
    assert not false
    assert recall >= RECALL
