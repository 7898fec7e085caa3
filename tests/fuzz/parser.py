"""A line of the table of parsers: what it reads, which functions it covers, and what must hold for every case."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Generic, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
LONGEST = 30.0  # seconds of one case; any that is near it hangs


@dataclass(frozen=True, slots=True)
class Parser(Generic[T]):
    """`reads`: the functions under test, of which the first names the line. `check` reads one case, and raises AssertionError for a wrong
    result; it lets only the parser's documented errors pass. `inputs`: the cases. `about`: what another line of the same function is about."""

    reads: tuple[Callable[..., Any], ...]
    inputs: st.SearchStrategy[T]
    check: Callable[[T], object]
    about: str = ""

    @property
    def name(self) -> str:
        return f"{name_of(self.reads[0])} {self.about}".rstrip()


def name_of(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


class Endless(BaseException):
    """A case did not end in time. Not an Exception, so that no parser can take it for one of its own."""


@contextmanager
def ending() -> Iterator[None]:
    """Ends a case that hangs."""
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Endless(f"A case did not end within {LONGEST:g} s.")
