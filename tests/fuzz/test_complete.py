"""The table is complete: every public parsing function of a vendor is in a line, and every line calls what it names."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

import vendors
from tests.fuzz.parser import Parser, name_of
from tests.fuzz.table import TABLE

# Modules that read nothing from outside: interfaces, what is sent, and what the connections of answers.py run through.
NO_PARSERS = frozenset(
    {
        *("vendors.auth", "vendors.base", "vendors.errors", "vendors.records", "vendors.registry", "vendors.retry", "vendors.texts"),
        *("vendors.gateway.http", "vendors.gateway.network", "vendors.gateway.transport", "vendors.patching_api"),
    }
)
# Public functions that are given nothing from outside.
NO_INPUT = frozenset({"vendors.eset.installer_mapping.wish", "vendors.gateway.tls.public_roots", "vendors.parsing.zones.names"})
TRIES = 200


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(vendors.__path__, "vendors."):
        if found.name not in NO_PARSERS and not found.ispkg:
            yield importlib.import_module(found.name)


def _public(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if inspect.isfunction(inspect.unwrap(value)) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield f"{module.__name__}.{name}"


def test_every_parsing_function_is_in_the_table() -> None:
    listed = {name_of(function) for parser in TABLE for function in parser.reads}
    public = {name for module in _modules() for name in _public(module)}
    assert len(public) > 100
    assert public - listed - NO_INPUT == set(), "add a line to a table of tests/fuzz"
    assert public >= NO_INPUT


def test_names_are_unique() -> None:
    names = [parser.name for parser in TABLE]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("parser", TABLE, ids=[each.name for each in TABLE])
def test_a_line_calls_what_it_names(parser: Parser[Any]) -> None:
    wanted = {_code(function): name_of(function) for function in parser.reads}
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            called.add(frame.f_code)

    @seed(1)
    @settings(max_examples=TRIES, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(parser.inputs)
    def some_cases(case: Any) -> None:
        if wanted.keys() <= called:
            return
        sys.setprofile(note)
        try:
            parser.check(case)
        finally:
            sys.setprofile(None)

    some_cases()
    assert {name for code, name in wanted.items() if code not in called} == set()


def _code(function: Callable[..., Any]) -> CodeType:
    """A class stands for its constructor."""
    plain = inspect.unwrap(function.__init__ if inspect.isclass(function) else function)
    code = getattr(plain, "__code__", None)
    assert isinstance(code, CodeType), function
    return code
