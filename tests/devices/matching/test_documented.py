"""The table of evidence in docs/matching.md is that of devices/matching/rules.py."""

from __future__ import annotations

import re

from devices.matching.rules import EXCLUDED, JOIN, POSSIBLE, RULES
from tests.structure.figures import ROOT

TEXT = (ROOT / "docs/matching.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \| (\S+) \| (.+) \|$", TEXT, re.MULTILINE)


def weight(number: int) -> str:
    return "excludes" if number <= EXCLUDED else f"{number:+d}".replace("-", "\N{MINUS SIGN}")


def test_each_rule_has_a_row_in_the_same_order_with_its_weight_and_text() -> None:
    label = {"own": "*A*", "other": "*B*"}
    expected = [(name, weight(rule.weight), rule.label % label) for name, rule in RULES.items()]
    assert expected == ROWS


def test_the_totals_are_those_of_the_rules() -> None:
    assert f"a total of {JOIN} merges. Totals from {POSSIBLE} are possible duplicates" in TEXT
