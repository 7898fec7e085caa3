"""`make check` runs the tests that mirror what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.changed import mirrored_tests

CASES = {
    "a module with a test of its own": (["devices/issues/queries.py"], ["tests/devices/issues/test_queries.py"]),
    "a module without one: its folder": (["devices/issues/sql.py"], ["tests/devices/issues"]),
    "a folder and a test inside it are one": (["devices/issues/sql.py", "devices/issues/queries.py"], ["tests/devices/issues"]),
    "a folder without tests: the one above": (["devices/dashboard/queries.py"], ["tests/devices"]),
    "a test": (["tests/devices/issues/test_queries.py"], ["tests/devices/issues/test_queries.py"]),
    "what tests share: their folder": (["tests/devices/issues/rows.py"], ["tests/devices/issues"]),
    "nothing that is tested": (["README.md", "manage.py", "tests/conftest.py"], []),
    "a deleted test: its folder": (["tests/devices/issues/test_gone.py"], ["tests/devices/issues"]),
}


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_mirrored_tests_changed_files(files: list[str], expected: list[str], tmp_path: Path) -> None:
    for file in ("tests/devices/issues/test_queries.py", "tests/devices/issues/rows.py", "tests/conftest.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    assert mirrored_tests(files, tmp_path) == expected
