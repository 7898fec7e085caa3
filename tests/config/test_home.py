"""Which data folder a command uses when nobody names one: that of the stack that runs, and never one that has ended."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.env import NotReady, choose_home


class Stacks:
    """Data folders of stacks as others see them: a held lock, `stack.env`, and a file in the registry of the checkout."""

    def __init__(self, folder: Path) -> None:
        self.default = folder / "checkout" / ".rollcall"
        self.registry = self.default / "running"
        self.registry.mkdir(parents=True)
        self._folder = folder
        self._held = ExitStack()

    def run(self, name: str, *, at: Path | None = None) -> Path:
        home = at or self._folder / name
        home.mkdir(exist_ok=True)
        lock = self._held.enter_context((home / "stack.lock").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        (home / "stack.env").write_text("")
        if at is None:
            (self.registry / name).write_text(f"{home}\n")
        return home

    def kill(self) -> None:
        """Everything that ran; its files stay behind."""
        self._held.close()

    def chosen(self, **environ: str) -> Path:
        return choose_home(environ, default=self.default)


@pytest.fixture
def stacks(tmp_path: Path) -> Iterator[Stacks]:
    made = Stacks(tmp_path)
    yield made
    made.kill()


def test_without_any_stack_it_is_the_checkouts_own(stacks: Stacks) -> None:
    assert stacks.chosen() == stacks.default


def test_the_only_stack_that_runs_elsewhere_is_found(stacks: Stacks) -> None:
    other = stacks.run("other")
    assert stacks.chosen() == other


def test_one_that_was_killed_is_not_trusted(stacks: Stacks) -> None:
    stacks.run("other")
    stacks.kill()
    assert stacks.chosen() == stacks.default


def test_the_checkouts_own_comes_first(stacks: Stacks) -> None:
    stacks.run("other")
    stacks.run("own", at=stacks.default)
    assert stacks.chosen() == stacks.default


def test_of_several_elsewhere_none_is_guessed(stacks: Stacks) -> None:
    first, second = stacks.run("first"), stacks.run("second")
    with pytest.raises(NotReady, match="Several local stacks of this checkout are running: set ROLLCALL_HOME to one of") as refused:
        stacks.chosen()
    assert str(first) in str(refused.value) and str(second) in str(refused.value)


def test_what_is_named_counts(stacks: Stacks, tmp_path: Path) -> None:
    stacks.run("other")
    assert stacks.chosen(ROLLCALL_HOME=str(tmp_path / "named")) == tmp_path / "named"
    assert stacks.chosen(ROLLCALL_HOME="~/named") == Path("~/named").expanduser()
    for variable in ("DATABASE_URL", "REDIS_URL"):
        assert stacks.chosen(**{variable: "somewhere"}) == stacks.default


@pytest.mark.parametrize("content", [b"", b"relative/folder", b"/nowhere/at/all", b"\xff\xfe\x00", b"/\n/", b"/\0"])
def test_a_broken_entry_is_ignored(stacks: Stacks, content: bytes) -> None:
    (stacks.registry / "broken").write_bytes(content)
    assert stacks.chosen() == stacks.default
    other = stacks.run("other")
    assert stacks.chosen() == other


def test_a_registry_that_cannot_be_read_is_ignored(stacks: Stacks) -> None:
    os.rmdir(stacks.registry)
    stacks.registry.write_text("a file")
    assert stacks.chosen() == stacks.default
