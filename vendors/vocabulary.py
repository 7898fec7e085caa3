"""What the words of this house have in common: each is a closed set, stored as it stands and shown by its label."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """Members are written as `word, label`."""

    _value_: str
    label: str

    def __new__(cls, word: str, label: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.label = label
        return member

    @classmethod
    def of(cls, word: str) -> Self | None:
        """None: no word of this set; a newer version may have stored it."""
        found = cls._value2member_map_.get(word)
        return found if isinstance(found, cls) else None

    @classmethod
    def known(cls, word: str) -> Self:
        """UNKNOWN, which such a set has, stands for every word that is not in it."""
        return cls.of(word) or cls["UNKNOWN"]

    @classmethod
    def labelled(cls, word: str) -> str:
        """As it is shown; a word that is not in the set is shown as it stands."""
        found = cls.of(word)
        return word if found is None else found.label
