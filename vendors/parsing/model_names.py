"""Model names: whether two texts can name the same model of one manufacturer. Pure."""

from __future__ import annotations

import re

from vendors.parsing.normalise import text_key
from vendors.parsing.placeholder_keys import junk_serial

# Lenovo reports `20XW` + `0012GE` (machine type and model) where others report the name of the product.
_MACHINE_TYPE = re.compile(r"(?=.*[0-9])[0-9a-z]{4}(?:[0-9a-z]{3}|[0-9a-z]{6})")
_SIGNS = re.compile("[^0-9a-z]+")


def same_model(one: str, other: str) -> bool:
    """Whether nothing says that they differ: a placeholder and a machine type can be any model."""
    first, second = (_SIGNS.sub(" ", text_key(text)).split() for text in (one, other))
    if _tells_nothing(first) or _tells_nothing(second):
        return True
    together = "".join(first), "".join(second)
    if together[0] in together[1] or together[1] in together[0]:
        return True
    numbered = [{part for part in parts if any(sign.isdigit() for sign in part)} for parts in (first, second)]
    if all(numbered):
        return not numbered[0].isdisjoint(numbered[1])
    return not set(first).isdisjoint(second)


def _tells_nothing(parts: list[str]) -> bool:
    return junk_serial("".join(parts)) or (len(parts) == 1 and _MACHINE_TYPE.fullmatch(parts[0]) is not None)
