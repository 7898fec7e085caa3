"""Notice of ignored filters: without it a broken link would show all rows as if they were its answer."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_lazy, ngettext

from devices.lists.filters import FilterSet, clean_query

LONGEST = 60
NO_ACTION = gettext_lazy("No action taken: the link contains an unknown filter. Filter the list again, then repeat the action.")


def left_out(unread: Mapping[str, str], *, filters: type[FilterSet]) -> str:
    """`unread`: filters with an unknown value, and perhaps a "sort"; "" where there is none."""
    pairs = [_pair(name, unread[name]) for name in unread if name in filters.kinds]
    sentences = []
    if pairs:
        text = ngettext(
            "Unknown filter ignored: %(filters)s. The list may differ from the one intended.",
            "Unknown filters ignored: %(filters)s. The list may differ from the one intended.",
            len(pairs),
        )
        sentences.append(text % {"filters": ", ".join(pairs)})
    if "sort" in unread:
        sentences.append(gettext("Unknown sort order ignored: %(order)s.") % {"order": _pair("sort", unread["sort"])})
    return " ".join(sentences)


def _pair(name: str, value: str) -> str:
    text = clean_query(value)
    return f"{name}={text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}"
