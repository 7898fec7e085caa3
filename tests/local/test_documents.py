"""The documents name every command where it is run: in a block of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.data_dir import PROJECT
from tests.local.documented import EXEMPT, MANAGE, STEPS, documented, documents, lines, misplaced, uncovered
from vendors.registry import VENDORS


def test_every_command_stands_in_a_block_of_its_own() -> None:
    known = documented()
    assert [wrong for file in documents(PROJECT) for wrong in misplaced(file, known)] == []


def test_every_vendor_has_the_whole_life_of_an_account() -> None:
    for vendor in VENDORS:
        found = [line.words for line in lines(PROJECT / "docs" / "vendors" / f"{vendor}.md")]
        steps = [words[3] if words[2] == "account" else words[2] for words in found if words[1:2] == ["manage.py"]]
        assert steps == list(STEPS), vendor


def test_only_targets_of_make_that_are_documented_are_exempt() -> None:
    targets = set(re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    used = {line.target for line in documented()}
    assert EXEMPT.keys() <= targets and EXEMPT.keys() <= used
    assert all(EXEMPT.values())


def test_a_command_that_nothing_runs_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("```sh\nmake run   # everything\n```\n")
    ran = documented(tmp_path)
    assert uncovered(ran, []) == [], "it is exempt by its name"
    (tmp_path / "docs" / "planted.md").write_text(f"Text\n\n```sh\nmake planted\n{MANAGE} account planted --yes  # why\n```\n")
    found = uncovered(documented(tmp_path), ran)
    assert [(line.number, line.text) for line in found] == [(4, "make planted"), (5, f"{MANAGE} account planted --yes")]


@pytest.mark.parametrize(
    "text",
    [
        "Use `make planted` for it.",
        "| `.venv/bin/python manage.py planted` | does it |",
        "Then `account add NAME --vendor eset`.",
        "Start `granian --interface wsgi config.wsgi:application` twice.",
        "```\nmake planted\n```",
        "```text\n.venv/bin/python -m celery -A config.celery beat\n```",
        "`ROLLCALL_SANDBOX=0 make run`",
    ],
)
def test_a_command_outside_a_block_is_found(tmp_path: Path, text: str) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"{text}\n\n```sh\n{MANAGE} lookup NB --json\n```\n")
    assert len(misplaced(file, lines(file))) == 1


def test_a_part_of_a_line_that_is_run_may_be_named_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"See `manage.py lookup --json`, `lookup` and `--json`.\n\n```sh\n{MANAGE} lookup NB --json\n```\n")
    assert misplaced(file, lines(file)) == []
