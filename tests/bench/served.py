"""Web servers as `make run` starts them, and people who click."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.bench.machine import Machine
from tests.bench.person import Person
from tests.bench.side import cookie, serving


@contextmanager
def people(machine: Machine, name: str, *, count: int, settings_module: str, from_memory: bool) -> Iterator[list[Person]]:
    """A server of its own, and as many people."""
    with serving(machine, settings_module) as bind:
        crowd = [Person(bind, cookie(), from_memory=from_memory, name=f"The server of {name}") for _ in range(count)]
        yield crowd
        for person in crowd:
            person.close()


def at_once(asks: Sequence[Callable[[int], float]], *, first: int, times: int) -> list[float]:
    """Everybody asks so often, one after the other, from number `first` on; seconds of each answer."""
    if len(asks) == 1:
        return [asks[0](number) for number in range(first, first + times)]
    with ThreadPoolExecutor(len(asks)) as pool:
        told = pool.map(lambda ask: [ask(number) for number in range(first, first + times)], asks)
        return [seconds for each in told for seconds in each]
