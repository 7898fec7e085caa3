"""Names of the records that describe one device, so that two of them can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext

from devices.models import Sighting
from vendors.registry import label_of, short_label_of

SHORTEST_ID = 8  # characters of a record's id, which are enough for random ids


class SourceName(NamedTuple):
    """`long`: with the full name of the vendor; `short`: with its first word."""

    long: str
    short: str


def source_names(sightings: Iterable[Sighting], *, with_account: bool = False) -> dict[int, SourceName]:
    """Of all sightings of one device, by key: the vendor, with the account where several of that vendor report the device (or always), and
    with the beginning of the record's id where one account has several records of it. Reads `vendor`, `account` and `external_id`.
    """
    names, every = {}, list(sightings)
    for each in every:
        others = [other for other in every if other.pk != each.pk and other.vendor == each.vendor]
        same_account = [other.external_id for other in others if other.account_id == each.account_id]
        notes = [each.account.name] if with_account or len(same_account) < len(others) else []
        notes += [gettext("record %(id)s") % {"id": _distinct(each.external_id, same_account)}] if same_account else []
        suffix = f" ({', '.join(notes)})" if notes else ""
        names[each.pk] = SourceName(label_of(each.vendor) + suffix, short_label_of(each.vendor) + suffix)
    return names


def _distinct(external_id: str, others: Sequence[str]) -> str:
    """`4ca3b5d1…`: the shortest beginning that no other id has."""
    for length in range(SHORTEST_ID, len(external_id)):
        start = external_id[:length]
        if not any(other.startswith(start) for other in others):
            return f"{start}…"
    return external_id
