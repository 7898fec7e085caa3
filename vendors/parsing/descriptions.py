"""Descriptive data of a device: serial, model and maker as they are shown, without the texts that stand for none. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vendors.field_repairs import REPLACED
from vendors.parsing.manufacturers import brand
from vendors.parsing.placeholders.placeholder_texts import placeholder_text
from vendors.records import Identifier
from vendors.states import IdKind

# Lenovo's machine type, with or without the rest of the model number: 20XW, then 3 or 6 characters. Of letters and digits alone; for
# PostgreSQL too.
MACHINE_TYPE = "^[0-9][0-9a-z]{3}([0-9a-z]{3}|[0-9a-z]{6})$"
_SIGNS = re.compile("[^0-9a-z]")


def described(text: str) -> str:
    """The text; "" for a placeholder."""
    return "" if placeholder_text(text) else text


def machine_type(model: str, manufacturer: str = "") -> bool:
    """Whether a model is only Lenovo's number of it (`20XW0012GE`), which contradicts no name."""
    number = re.match(MACHINE_TYPE, _SIGNS.sub("", model.casefold()))
    return number is not None and brand(manufacturer) in ("", "lenovo")


def shown_serial(identifiers: Iterable[Identifier]) -> str:
    """No placeholder; one that lost characters where there is no better."""
    serials = [each for each in identifiers if each.kind is IdKind.SERIAL and each.value]
    known = next((each.value for each in serials if not each.junk), "")
    return known or next((each.value for each in serials if REPLACED in each.value), "")
