"""local/install.py as a process: it makes the virtual environment that it is given, and installs once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.data_dir import PROJECT


def install(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "local/install.py", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "local").mkdir()
    shutil.copy(PROJECT / "local" / "install.py", tmp_path / "local")
    (tmp_path / "lock.txt").write_text("# nothing\n")
    return tmp_path


@pytest.mark.parametrize("arguments", [(), (".venv-next",)])
def test_an_environment_is_made_once_and_again_after_a_change(checkout: Path, arguments: tuple[str, ...]) -> None:
    name = arguments[0] if arguments else ".venv"
    first, second = install(checkout, "lock.txt", *arguments), install(checkout, "lock.txt", *arguments)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert first.stdout.splitlines()[0] == f"Creating {name}" and second.stdout == ""
    assert [path.name for path in checkout.iterdir() if path.name.startswith(".venv")] == [name]
    (checkout / "lock.txt").write_text("# something else\n")
    assert install(checkout, "lock.txt", *arguments).stdout.startswith(f"Installing lock.txt into {name} ")


def test_a_package_without_a_hash_is_refused(checkout: Path) -> None:
    (checkout / "lock.txt").write_text("django==5.2.19\n")
    ended = install(checkout, "lock.txt")
    assert ended.returncode == 1
    assert "Installing lock.txt failed" in ended.stderr
