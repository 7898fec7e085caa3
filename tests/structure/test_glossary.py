"""docs/glossary.md names terms once, and things of the code that exist."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.structure.figures import CODE, ROOT

ROWS = re.findall(r"^\| (?!Term|---)([^|]+) \| [^|]+ \| ([^|]+) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
NAMES = sorted({name for _, cell in ROWS for name in re.findall(r"`([^`]+)`", cell)})


def test_a_term_is_listed_once() -> None:
    terms = Counter(term.strip().lower() for cell, _ in ROWS for term in re.sub(r"\(.*?\)", "", cell).split(","))
    doubled = {term for term, times in terms.items() if times > 1} - {"status"}  # of a device, and of an account
    assert (len(ROWS) > 40, doubled) == (True, set())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_exists_in_the_code(name: str) -> None:
    if "/" in name:
        assert (ROOT / name).exists()
    else:
        word = re.compile(rf"^\s*(?:class |def )?{name.rsplit('.', maxsplit=1)[-1]}\b(?= =|:|\()", re.MULTILINE)
        assert any(word.search(path.read_text()) for folder in CODE for path in (ROOT / folder).rglob("*.py"))
