"""The command lines of README.md and docs/: where they stand, which are exempt from being run, and what is wrong with their places."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.management import get_commands

from local.data_dir import PROJECT

MANAGE = ".venv/bin/python manage.py"
# The life of an account, which the page of each vendor shows.
STEPS = ("add", "test", "sync", "lookup", "edit", "rotate", "disable", "enable", "delete")
# Stands for what only a running stack knows; every other word of a documented line is literal.
PLACEHOLDERS = (
    "SIMULATORS",
    "INSTALLER_ID",
    "HEAD",
    "postgresql://rollcall_owner:PASSWORD@db.example.com/rollcall",
    "postgresql://rollcall:PASSWORD@db.example.com/rollcall",
    "postgresql://rollcall_owner:PASSWORD@new.example.com/rollcall",
    "postgresql://rollcall:PASSWORD@new.example.com/rollcall",
    "redis://redis.example.com/0",
)
# Make targets that are not run here, and why. Nothing else can be exempt.
EXEMPT = {
    "run": "stays until Ctrl-C: the stack that all other lines need is started with it",
    "services": "stays until Ctrl-C, and would start the same services again: tests/local/test_commands.py runs what it calls",
    "test": "runs this test",
    "lint": "takes minutes and is a step of .ci/run",
    "audit": "its source of advisories is on the internet: tests/release/test_audit.py runs it with one on loopback",
    "release": "needs a git checkout, which the copy is not: tests/release/test_release.py runs it",
    "fleets": "takes minutes: tests/identity/test_fleet.py judges a small fleet with all tests",
    "bench": "takes minutes to hours and needs an idle machine",
}
FENCE = re.compile(r"^```(\w*)$")
INLINE = re.compile(r"`([^`\n]+)`")
COMMENT = re.compile(r"(?:^|\s+)# .*$")
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")
OURS = frozenset(name for name, app in get_commands().items() if app in ("devices", "installers", "patching")) | {"migrate", "check"}


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is the literal line without its comment."""

    file: Path
    number: int
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    @property
    def target(self) -> str:
        """The make target that it calls, or nothing."""
        words = [word for word in self.words if not ASSIGNMENT.fullmatch(word)]
        return words[1] if words[0] == "make" and len(words) > 1 else ""

    def __str__(self) -> str:
        return f"{self.file.name}:{self.number}: {self.text}"


def documents(root: Path) -> list[Path]:
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def lines(file: Path) -> list[Line]:
    """What stands in blocks that are marked as `sh`."""
    fenced = ((number, text) for number, language, text in _numbered(file) if language == "sh")
    return [Line(file, number, COMMENT.sub("", text)) for number, text in fenced if COMMENT.sub("", text).strip()]


def misplaced(file: Path, known: Collection[Line]) -> list[str]:
    """Commands in other blocks, and commands inside a sentence that are no part of any line that is run."""
    found = []
    for number, language, text in _numbered(file):
        if language is not None and language != "sh":
            spans = [COMMENT.sub("", text).strip()]
        elif language is None:
            spans = INLINE.findall(text)
        else:
            continue
        for span in spans:
            if _is_command(span) and (language is not None or not any(_part_of(span, line) for line in known)):
                found.append(f"{file.name}:{number}: {span}")
    return found


def uncovered(documented: Collection[Line], ran: Collection[Line]) -> list[Line]:
    """Lines that nothing ran and that no target's name exempts."""
    return [line for line in documented if line not in ran and line.target not in EXEMPT]


def _numbered(file: Path) -> Iterator[tuple[int, str | None, str]]:
    """Number, language of the block that the line is in (None: in no block), text. Lines that open or close a block are left out."""
    language: str | None = None
    for number, text in enumerate(file.read_text("utf-8").splitlines(), 1):
        fence = FENCE.match(text.strip())
        if fence or text.strip().startswith("```"):
            language = (fence[1] if fence else "") if language is None else None
        else:
            yield number, language, text


def _is_command(text: str) -> bool:
    words = [word for word in text.split() if not ASSIGNMENT.fullmatch(word)]
    if len(words) < 2:
        return False
    first = words[0].rpartition("/")[2]
    if first in ("make", "manage.py", "granian", "celery", "pip"):
        return True
    if re.fullmatch(r"python[\d.]*", first):
        return words[1] in ("-m", "manage.py")
    return first in OURS and any(word.startswith("--") for word in words[1:])


def _part_of(text: str, line: Line) -> bool:
    """Whether its words stand in the line, in this order."""
    rest = iter(line.words)
    return all(any(word == other for other in rest) for word in text.split() if word != "manage.py")


def documented(root: Path = PROJECT) -> list[Line]:
    return [line for file in documents(root) for line in lines(file)]
