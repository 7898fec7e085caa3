"""docs/where.md leads to files and symbols that exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.structure.figures import ROOT

ENTRY = re.compile(r"^\| (?P<task>[^|]+) \| `(?P<file>[^`]+)` `(?P<symbol>\w+)` \|$", re.MULTILINE)
ROWS = ENTRY.findall((ROOT / "docs/where.md").read_text())


def test_every_row_of_the_table_is_read() -> None:
    rows = [line for line in (ROOT / "docs/where.md").read_text().splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(rows) - 1 >= 20  # one is the head


@pytest.mark.parametrize(("task", "file", "symbol"), ROWS)
def test_an_entry_leads_to_its_symbol(task: str, file: str, symbol: str) -> None:
    assert symbol in _defined(ast.parse((ROOT / file).read_text())), task


def _defined(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found.update(name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found
