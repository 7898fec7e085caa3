"""The structure stays findable: small folders, names that say a role, one meaning for each class name, a layer for each package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.structure import figures as structure
from tests.structure.figures import ROOT, figures


def test_folders_stay_small() -> None:
    found = figures()
    assert found.percentile_90 <= 15
    assert found.largest[1] <= 20, found.largest


def test_folders_of_tests_stay_small() -> None:
    sizes = {str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) - 1 for folder in (ROOT / "tests").rglob("*") if folder.is_dir()}
    assert {folder: size for folder, size in sizes.items() if size > 20} == {}


def test_files_are_named_after_their_role() -> None:
    found = figures()
    assert found.gerund_percent <= 3, found.gerunds


def test_a_class_name_has_one_meaning() -> None:
    assert len(figures().homonyms) <= 8, figures().homonyms


def test_every_package_has_a_layer_and_no_contract_an_exception() -> None:
    found = figures()
    assert (found.unlayered, found.exceptions) == ([], [])


def test_violations_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree that breaks every rule once."""
    for folder in ("devices/lists", "devices/heap", "installers", "patching"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "devices/lists/telling.py").write_text("class Line: ...\n")
    (tmp_path / "devices/heap/matching.py").write_text("class Line: ...\n")
    for number in range(3):
        (tmp_path / f"devices/heap/file{number}.py").touch()
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.importlinter.contracts]]\ncontainers = ["devices"]\nlayers = ["(lists) | db"]\nignore_imports = ["a -> b"]\n'
    )
    monkeypatch.setattr(structure, "ROOT", tmp_path)
    structure._contracts.cache_clear()
    found = figures()
    structure._contracts.cache_clear()
    assert found.largest == ("devices/heap", 4)
    assert found.gerunds == ["devices/lists/telling.py"]
    assert found.homonyms == {"Line": ["devices/heap/matching.py", "devices/lists/telling.py"]}
    assert (found.unlayered, found.exceptions) == (["devices.heap"], ["a -> b"])
