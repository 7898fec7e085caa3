"""What lists are filtered by, as it stands in an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Self
from urllib.parse import urlencode

LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class FilterField:
    """What one filter is called and which values it knows; without `options` any text. Some stand in links only, not `in_form`."""

    in_form: ClassVar[bool] = True

    label: str
    options: Mapping[str, str] | None = None
    default: str = ""

    def read(self, text: str) -> str | None:
        """None: not known, as if it were not in the address."""
        if self.options is None:
            return clean_query(text)
        return text if text in self.options else None if text else self.default

    def words(self, value: str) -> str:
        return (self.options or {}).get(value, value)


@dataclass(frozen=True, slots=True)
class DateField(FilterField):
    in_form = False

    def read(self, text: str) -> str | None:
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class FilterChip:
    label: str
    value: str
    without: str  # the query string of the list without this filter


@dataclass(frozen=True, slots=True)
class FilterSet:
    """The filter of a list: a frozen dataclass of texts, one field for each of its `kinds`."""

    kinds: ClassVar[Mapping[str, FilterField]] = {}

    @classmethod
    def read(cls, query: Mapping[str, str], *, base: Self | None = None) -> Self:
        """Whatever an address can hold: what is not known is as if it were not there; what is not said is as in `base`."""
        told = {name: kind.read(query[name]) for name, kind in cls.kinds.items() if name in query}
        return replace(base or cls(), **{name: value for name, value in told.items() if value is not None})

    @classmethod
    def unread(cls, query: Mapping[str, str]) -> dict[str, str]:
        """What `query` asks for and `read` does not know. It is left out, so somebody has to say it (devices/lists/notices.py)."""
        return {name: query[name] for name, kind in cls.kinds.items() if query.get(name) and kind.read(query[name]) is None}

    @property
    def narrowed(self) -> bool:
        return self != type(self)()

    def pairs(self, *, base: Self | None = None) -> dict[str, str]:
        """What differs from `base`, as it stands in an address; an empty value takes away what `base` filters by."""
        left_out = base or type(self)()
        return {name: getattr(self, name) for name in self.kinds if getattr(self, name) != getattr(left_out, name)}

    def query_string(self, **more: str) -> str:
        """`?state=critical&…`, defaults left out; "" when nothing is left."""
        pairs = self.pairs() | {name: value for name, value in more.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""

    def active(self) -> Iterator[tuple[str, str, Self]]:
        """Label, value in words, and the filter without it."""
        for name, kind in self.kinds.items():
            value = getattr(self, name)
            if value != kind.default:
                yield kind.label, kind.words(value), replace(self, **{name: kind.default})


def clean_query(text: str) -> str:
    """One line that PostgreSQL can compare: no NUL, no line breaks, no more than anybody types."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST_QUERY])
    return " ".join(printable.split())[:LONGEST_QUERY].rstrip()
