"""Base of enumerations: a closed set of values, stored as they are and shown by their label."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """Members are written as `value, label`."""

    _value_: str
    label: str

    def __new__(cls, word: str, label: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.label = label
        return member

    @classmethod
    def of(cls, word: str) -> Self | None:
        """None: not in this enumeration; a newer version may have stored it."""
        found = cls._value2member_map_.get(word)
        return found if isinstance(found, cls) else None

    @classmethod
    def known(cls, word: str) -> Self:
        """UNKNOWN, which such an enumeration has, for every value that is not in it."""
        return cls.of(word) or cls["UNKNOWN"]

    @classmethod
    def labelled(cls, word: str) -> str:
        """The label; a value that is not in the enumeration as it is."""
        found = cls.of(word)
        return word if found is None else found.label
