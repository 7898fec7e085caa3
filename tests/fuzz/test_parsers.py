"""Generated cases for every parser: none raises anything but its documented error, and no good record is lost beside a bad one.

CASES sets how many of each; `make fuzz` sets 100,000. The seed is fixed, so that a finding comes back.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.parser import Parser, ending
from tests.fuzz.report import RecordProperty
from tests.fuzz.table import TABLE

CASES = int(os.environ.get("CASES", "50"))
SEED = 20261130
SHOWN = 4000  # characters of a case


@pytest.mark.parametrize("parser", TABLE, ids=[each.name for each in TABLE])
def test_every_case_is_read(parser: Parser[Any], record_property: RecordProperty) -> None:
    cases = 0

    @seed(SEED)
    @settings(max_examples=CASES, database=None, phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck))
    @given(parser.inputs)
    def every_case(case: Any) -> None:
        nonlocal cases
        cases += 1
        try:
            with ending():
                parser.check(case)
        except BaseException as error:
            error.add_note(f"The case: {ascii(case)[:SHOWN]}")
            raise

    begun = time.process_time()
    try:
        every_case()
    finally:
        record_property("fuzzed", [parser.name, cases, round(time.process_time() - begun, 1)])
