"""Filters of a list, as its address has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_QUERY = 200
UNSET = gettext_lazy("Any")


@dataclass(frozen=True, slots=True)
class FilterField:
    """One filter: its label and its values with their labels; without `options` any text. `in_form`: the form has a field for it.
    `unset`: what the field shows while the filter is not set; `closed`: the page offers the values that exist, and no other text.
    """

    in_form: ClassVar[bool] = True

    label: StrOrPromise
    options: Mapping[str, StrOrPromise] | None = None
    default: str = ""
    unset: StrOrPromise = UNSET
    closed: bool = False

    def read(self, text: str) -> str | None:
        """The value; None for an unknown one, which is ignored."""
        if self.options is None:
            return clean_query(text)
        return text if text in self.options else None if text else self.default

    def words(self, value: str) -> StrOrPromise:
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
class FilterGroup:
    """Filters that the form shows under one heading; `names` as in the address."""

    label: StrOrPromise
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilterChip:
    """An active filter. `name`: as in the address; `without`: the query string of the list without it; `editable`: the form has a field
    for it."""

    name: str
    label: StrOrPromise
    value: StrOrPromise
    without: str
    editable: bool = True


@dataclass(frozen=True, slots=True)
class FilterSet:
    """All filters of a list: a frozen dataclass with a text field for each of its `kinds`."""

    kinds: ClassVar[Mapping[str, FilterField]] = {}
    groups: ClassVar[tuple[FilterGroup, ...]] = ()

    @classmethod
    def read(cls, query: Mapping[str, str], *, base: Self | None = None) -> Self:
        """Of any address: an unknown value is ignored; what is left out is as in `base`."""
        known = {name: kind.read(query[name]) for name, kind in cls.kinds.items() if name in query}
        return replace(base or cls(), **{name: value for name, value in known.items() if value is not None})

    @classmethod
    def unread(cls, query: Mapping[str, str]) -> dict[str, str]:
        """The filters of `query` that `read` ignores because their value is unknown; a notice names them (devices/lists/notices.py)."""
        return {name: query[name] for name, kind in cls.kinds.items() if query.get(name) and kind.read(query[name]) is None}

    @property
    def cleared(self) -> Self:
        """Without any filter."""
        return type(self)()

    @property
    def shown_groups(self) -> list[FilterGroup]:
        """Groups of the filters that the user has."""
        found = [FilterGroup(each.label, tuple(name for name in each.names if name in self.kinds)) for each in self.groups]
        return [each for each in found if each.names]

    @property
    def narrowed(self) -> bool:
        return self != type(self)()

    def pairs(self, *, base: Self | None = None) -> dict[str, str]:
        """What differs from `base`, as in an address; an empty value removes a filter of `base`."""
        left_out = base or type(self)()
        return {name: getattr(self, name) for name in self.kinds if getattr(self, name) != getattr(left_out, name)}

    def query_string(self, **more: str) -> str:
        """`?state=critical&…`, defaults left out; "" when nothing is left."""
        pairs = self.pairs() | {name: value for name, value in more.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""

    def active(self) -> Iterator[tuple[str, StrOrPromise, Self]]:
        """Name, label of the value, and the filters without it."""
        for name, kind in self.kinds.items():
            value = getattr(self, name)
            if value != kind.default:
                yield name, kind.words(value), replace(self, **{name: kind.default})


def clean_query(text: str) -> str:
    """One line that PostgreSQL can compare: no NUL, no line breaks, at most LONGEST_QUERY characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST_QUERY])
    return " ".join(printable.split())[:LONGEST_QUERY].rstrip()
