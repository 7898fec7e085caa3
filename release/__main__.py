"""Files of a release: the source archive, the software bill of materials and their SHA-256.

`python -m release [FOLDER]` writes them for the commit that is checked out; what is not committed is not in them.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from release.lock_file import LockFileError, packages
from release.sbom import BUNDLED, bill

PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else PROJECT / "dist"
    try:
        written = write(folder)
    except subprocess.CalledProcessError as error:
        return _refused(f"git failed: {error.stderr.decode(errors='replace').strip()}")
    except (OSError, LockFileError) as error:
        return _refused(str(error))
    print("\n".join(str(file) for file in written))
    return 0


def write(folder: Path, project: Path = PROJECT) -> list[Path]:
    """Raises CalledProcessError outside of a git checkout, LockFileError and OSError."""
    name, version = _name_and_version(project)
    made_at = _git(project, "log", "-1", "--format=%cI").decode().strip()
    locked = packages(_git(project, "show", "HEAD:requirements.txt").decode())
    bundled = {path: _git(project, "show", f"HEAD:{path}") for path in BUNDLED if _git(project, "ls-tree", "HEAD", path)}
    folder.mkdir(parents=True, exist_ok=True)
    archive, sbom, sums = (folder / f"{name}-{version}{suffix}" for suffix in (".tar.gz", ".cdx.json", ".sha256"))
    archive.write_bytes(_git(project, "archive", "--format=tar.gz", f"--prefix={name}-{version}/", "HEAD"))
    sbom.write_text(json.dumps(bill(locked, bundled, name=name, version=version, made_at=made_at), indent=2) + "\n", "utf-8")
    sums.write_text("".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (archive, sbom)))
    return [archive, sbom, sums]


def _name_and_version(project: Path) -> tuple[str, str]:
    described = tomllib.loads(_git(project, "show", "HEAD:pyproject.toml").decode())["project"]
    return described["name"], described["version"]


def _git(project: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True).stdout  # nosec B603, B607 # fixed arguments


def _refused(sentence: str) -> int:
    print(f"No release was made: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
