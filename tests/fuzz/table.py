"""The table of parsers: a line for each, with its cases and what must hold. Every public parsing function is in one of them."""

from __future__ import annotations

from typing import Any

from tests.fuzz import answers, broker_messages, records, user_input, vendor_settings, vendor_texts, vendor_values
from tests.fuzz.parser import Parser

TABLE: list[Parser[Any]] = [
    *vendor_texts.PARSERS,
    *vendor_values.PARSERS,
    *records.PARSERS,
    *answers.PARSERS,
    *vendor_settings.PARSERS,
    *user_input.PARSERS,
    *broker_messages.PARSERS,
]
