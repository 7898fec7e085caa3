"""Descriptive data of a device: serial, model and maker as they are shown, without the texts that stand for none. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vendors.field_repairs import REPLACED
from vendors.parsing.manufacturers import brand
from vendors.parsing.normalise import text_key
from vendors.parsing.placeholders.placeholder_texts import placeholder_text
from vendors.records import Identifier
from vendors.states import IdKind

# Lenovo's machine type, with or without the rest of the model number: 20XW, then 3 or 6 characters. Of letters and digits alone; for
# PostgreSQL too.
MACHINE_TYPE = "^[0-9][0-9a-z]{3}([0-9a-z]{3}|[0-9a-z]{6})$"
_SIGNS = re.compile("[^0-9a-z]")
_BETWEEN = re.compile("[^0-9a-z]+")
_IDENTIFIER = re.compile(r"[A-Za-z]+[0-9]+,[0-9]+")  # MacBookPro18,3


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


def same_model(one: str, other: str) -> bool:
    """Whether nothing says that they differ: a placeholder and a machine type can be any model."""
    if any(placeholder_text(text) or machine_type(text) or _IDENTIFIER.fullmatch(text) for text in (one, other)):
        return True
    first, second = (_BETWEEN.sub(" ", text_key(text)).split() for text in (one, other))
    together = "".join(first), "".join(second)
    if together[0] in together[1] or together[1] in together[0]:
        return True
    numbered = [{part for part in parts if any(sign.isdigit() for sign in part)} for parts in (first, second)]
    if all(numbered):
        return not numbered[0].isdisjoint(numbered[1])
    return not set(first).isdisjoint(second)
