"""A small disk that a test fills and frees: a tmpfs, or where this user may mount none, a folder that counts as full while it exists."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

CHUNK = 64 * 1024


class Disk(Protocol):
    """`folder`: what to measure. `percent`: below how much free space it is too full."""

    folder: Path
    percent: int

    def fill(self) -> None: ...

    def free(self) -> None: ...


class Tmpfs:
    percent = 10

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """To its last byte."""
        with self._filler.open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * CHUNK)
            except OSError as error:
                assert error.errno == errno.ENOSPC

    def free(self) -> None:
        self._filler.unlink()


class Unmeasured:
    """No disk has 101% free, so this one is too full while it is there; a folder that is not there is not measured."""

    percent = 101

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"

    def fill(self) -> None:
        self.folder.mkdir()

    def free(self) -> None:
        self.folder.rmdir()


def mounted(folder: Path, *, megabytes: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextmanager
def small_disk(folder: Path, *, megabytes: int = 20) -> Iterator[Disk]:
    if not mounted(folder, megabytes=megabytes):
        yield Unmeasured(folder)
        return
    try:
        yield Tmpfs(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
