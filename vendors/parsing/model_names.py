"""Model names: whether two texts can name the same model of one manufacturer. Pure."""

from __future__ import annotations

import re

from vendors.parsing.descriptions import machine_type
from vendors.parsing.normalise import text_key
from vendors.parsing.placeholders.placeholder_texts import placeholder_text

_IDENTIFIER = re.compile(r"[A-Za-z]+[0-9]+,[0-9]+")  # MacBookPro18,3
_SIGNS = re.compile("[^0-9a-z]+")


def same_model(one: str, other: str) -> bool:
    """Whether nothing says that they differ: a placeholder and a machine type can be any model."""
    if any(placeholder_text(text) or machine_type(text) or _IDENTIFIER.fullmatch(text) for text in (one, other)):
        return True
    first, second = (_SIGNS.sub(" ", text_key(text)).split() for text in (one, other))
    together = "".join(first), "".join(second)
    if together[0] in together[1] or together[1] in together[0]:
        return True
    numbered = [{part for part in parts if any(sign.isdigit() for sign in part)} for parts in (first, second)]
    if all(numbered):
        return not numbered[0].isdisjoint(numbered[1])
    return not set(first).isdisjoint(second)
