"""Reader of a lock file: the packages with their versions, hashes and environment markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.markers import Marker

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class LockFileError(Exception):
    """A line that is no pinned package with hashes."""


@dataclass(frozen=True, slots=True)
class Package:
    """`hashes`: SHA-256 in hexadecimal of each file in which the version is published. `marker`: where it is needed, or nothing."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def needed_here(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


def packages(text: str) -> list[Package]:
    """In the order of the file. Raises LockFileError."""
    return [_package(line) for line in _joined(text)]


def _package(line: str) -> Package:
    pin, *options = re.split(r"\s+(?=--)", line)
    found = _PINNED.fullmatch(pin)
    hashes = [match[1] for option in options if (match := _HASH.fullmatch(option.strip()))]
    if found is None or not hashes or len(hashes) != len(options):
        raise LockFileError(f"The lock file has a line that is no pinned package with hashes: {pin[:80]!r}.")
    return Package(found["name"], found["version"], found["marker"] or "", tuple(hashes))


def _joined(text: str) -> Iterator[str]:
    """Lines of one package each, without comments."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return (line.strip() for line in lines.replace("\\\n", " ").splitlines() if line.strip())
