"""What an address asks of a list and nobody knows: it is left out, and said, or a broken link would show the whole fleet as its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from devices.lists.filters import FilterSet, clean_query

LONGEST = 60


def left_out(unread: Mapping[str, str], *, filters: type[FilterSet], source: str = "link") -> str:
    """`unread`: filters, and perhaps a "sort". `source`: who asked for them. "" where everything was known."""
    names = [name for name in unread if name in filters.kinds]
    told = [_pair(name, unread[name]) for name in names]
    # Without a filter that has a value of its own the list is not wider, but another one.
    wider = not any(filters.kinds[name].default for name in names)
    what = f"wider than the {source} meant" if wider else f"another one than the {source} meant"
    sentences = []
    if len(told) == 1:
        sentences.append(f"{told[0]} is not a filter that Rollcall knows, so it was left out: this list is {what}.")
    elif told:
        sentences.append(f"{_listed(told)} are not filters that Rollcall knows, so they were left out: this list is {what}.")
    if "sort" in unread:
        sentences.append(f"{_pair('sort', unread['sort'])} is not an order that Rollcall knows, so this list stands in its usual one.")
    return " ".join(sentences)


def _pair(name: str, value: str) -> str:
    text = clean_query(value)
    return f"{name}={text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}"


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
