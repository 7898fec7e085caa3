"""Two trees side by side: an earlier commit in a worktree of git in a temporary folder, and this checkout as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.addresses import Address
from local.data_dir import PROJECT

SIDE = "tests/bench/side.py"
STOP_SECONDS = 60.0
# What make tells its children, and what points at services or keys of somebody else.
HIDDEN = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DATABASE_URL", "REDIS_URL", "PYTHONPATH")


class CannotCompare(Exception):
    """One sentence: what is wrong and what to do next."""


@dataclass(frozen=True)
class Side:
    """A running tree. `samples`: id, name, serial and user of some of its `total` devices, in the order of their names."""

    name: str
    bind: Address
    cookie: str
    total: int
    samples: list[dict[str, Any]]


def commit_of(name: str) -> str:
    """The whole hash. Raises CannotCompare."""
    if not name:
        raise CannotCompare("BEFORE is missing: name the earlier commit, for example `make bench ARGS=versus BEFORE=b192609`.")
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.split()[-1]
    repository = _git("rev-parse", "--git-dir")
    if repository.returncode != 0:
        raise CannotCompare(f"git finds no commits in {PROJECT} ({last_line(repository.stderr)}): compare in a clone.")
    raise CannotCompare(
        f"BEFORE={name} is no commit of this repository: give a hash, a tag or a branch, as `git log --oneline` lists them."
    )


def describe() -> str:
    """This checkout: its commit, and whether files differ from that."""
    changed = _git("status", "--porcelain", "--untracked-files=no").stdout.strip()
    return _git("rev-parse", "HEAD").stdout.strip() + (" with uncommitted changes" if changed else "")


@contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """The files of a commit with a `.venv` of their own lock file; nothing of it stays. Raises CannotCompare."""
    with tempfile.TemporaryDirectory(prefix="rc-before-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        tree = Path(folder) / "tree"
        try:
            made = _git("worktree", "add", "--detach", "--quiet", str(tree), commit)
            if made.returncode != 0:
                raise CannotCompare(f"git cannot check {commit[:12]} out: {last_line(made.stderr)}")
            print(f"Building {commit[:12]} ...", file=sys.stderr, flush=True)
            built = subprocess.run(["make", "--silent", "dev"], cwd=tree, env=environment(os.environ), check=False, stdout=sys.stderr)
            if built.returncode != 0:
                raise CannotCompare(f"`make dev` of {commit[:12]} fails; it said why above.")
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


@contextmanager
def running(tree: Path, name: str, *, source: str, devices: int, samples: int) -> Iterator[Side]:
    """A tree with its own PostgreSQL, Valkey, fleet and web server. Raises CannotCompare."""
    python = str(tree / ".venv" / "bin" / "python")
    print(f"Loading {devices:,} devices into {name} ...", file=sys.stderr, flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="rc-bench-", dir="/tmp", ignore_cleanup_errors=True) as home,
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            [python, "-c", source, home, str(devices), str(samples)],
            cwd=tree,
            env=environment(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end both
        ) as process,
    ):
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            if not told:
                complaints.seek(0)
                said = complaints.read()
                print(said, file=sys.stderr)
                raise CannotCompare(f"{name} does not start: {last_line(said)}")
            answer = json.loads(told)
            yield Side(name, Address(answer["host"], answer["port"]), answer["cookie"], answer["total"], answer["samples"])
        finally:
            process.terminate()  # also while it loads
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def source_for(commit: str, side: str = SIDE) -> str:
    """What is run in that commit: its own `side`, or the first that was committed, which older commits can run."""
    own = _git("show", f"{commit}:{side}")
    if own.returncode == 0:
        return own.stdout
    added = _git("log", "--diff-filter=A", "--format=%H", "--", side).stdout.split()
    return _git("show", f"{added[-1]}:{side}").stdout if added else source_here(side)


def source_here(side: str = SIDE) -> str:
    return (PROJECT / side).read_text("utf-8")


def whole_number(environ: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    """Raises CannotCompare."""
    value = environ.get(name, "") or str(default)
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise CannotCompare(f"{name} is {value!r}: set it to a whole number, {least} or more.")
    return int(value)


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in HIDDEN and not name.startswith("ROLLCALL_")}


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CannotCompare("git is missing: install it (Debian: apt-get install git), then run this again.") from None
