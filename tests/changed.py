"""`make check`: names the tests of the folders that changed, as arguments for pytest.

Changed is what differs from the branch point of main, or, on main itself, what is not committed yet.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
TESTS = PurePosixPath("tests")


def changed_files() -> list[str]:
    """Paths relative to the project, deleted ones too. Raises CalledProcessError outside of a git checkout."""
    base = _git("merge-base", "HEAD", "main").strip() if _git("branch", "--list", "main").strip() else "HEAD"
    return sorted({*_git("diff", "--name-only", base).splitlines(), *_git("ls-files", "--others", "--exclude-standard").splitlines()})


def mirrored_tests(files: Iterable[str], root: Path = ROOT) -> list[str]:
    """The smallest folder of tests that mirrors each changed file, or the changed test itself; none for a file without tests."""
    found: set[PurePosixPath] = set()
    for file in map(PurePosixPath, files):
        if file.parts[0] == TESTS.name:
            found.add(file if file.name.startswith("test_") and (root / file).exists() else file.parent)
        elif file.suffix == ".py":
            found.update(_mirrored(file, root))
    kept = {path for path in found if path != TESTS and (root / path).exists()}
    return sorted(str(path) for path in kept if not any(parent in kept for parent in path.parents))


def _mirrored(file: PurePosixPath, root: Path) -> list[PurePosixPath]:
    for folder in file.parents:
        mirror = TESTS / folder
        if folder.name and (root / mirror).is_dir():
            named = mirror / f"test_{file.name}"
            return [named] if (root / named).exists() else [mirror]
    return []


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.stdout.write("\n".join([*mirrored_tests(changed_files()), "tests/structure"]) + "\n")
