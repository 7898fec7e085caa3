"""Search for devices: by words anywhere in their data, or by an identifier in any notation.

`candidates(query, within)` gives ids for a list that filters; `search(term)` gives ranked answers with the reason of each.
At most MOST + 1 candidates are taken, so that a wide term costs as little as a narrow one; beyond that the page asks for more characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from devices.models import Account, Device, Life, Sighting
from devices.reconciliation.last_contact import last_contacts
from devices.reconciliation.search_text import contains
from devices.search.documents import DeviceDocument, device_documents
from devices.search.identifiers import devices_holding, holders
from devices.search.match_reasons import MatchedValue, add_words
from devices.search.parser import SearchTerm, parse
from vendors.states import IdKind

MOST = 1000
# A prefix that more identifiers share finds too much; reading them all would cost seconds at a million devices.
MOST_HOLDERS = 3 * MOST
FEW_HOLDERS, MANY_NAMES = 300, 200
MOST_COMPARED = 300  # by their last contact
MOST_REASONS = 20  # shown per device
# What many machines may be called: such a hit does not open a device while others were meant too.
LOOSE = frozenset({IdKind.NICKNAME, IdKind.TAG, IdKind.CUSTOM})
LIFE_ORDER: dict[str, int] = {Life.SEEN: 0, Life.MISSING: 1}
Placed = dict[int, tuple[str, str]]  # device → its name and its life, by which answers are ordered


@dataclass(frozen=True, slots=True)
class SearchMatch:
    device: DeviceDocument
    matched: list[MatchedValue]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`more`: there are devices beyond `matches`. `clue`: the term as it was read.

    `total` counts up to MOST; `many`: there are more than that. `opens` is the one device that the text names completely.
    """

    clue: SearchTerm
    matches: list[SearchMatch]
    more: bool
    total: int
    many: bool
    opens: int | None


def candidates(query: str, within: Q) -> list[int]:
    """Ids of devices that the text means and that `within` allows; MOST + 1 of them when there are more. At most three queries."""
    clue = parse(query)
    within &= _inside(clue)
    named = _by_words(clue, within)
    held = [] if len(named) > MOST else devices_holding(clue, most=MOST_HOLDERS)
    allowed = _first(Device.objects.filter(within, pk__in=held)) if held else {}
    return list({**allowed, **named})[: MOST + 1]


def search(term: str, *, limit: int = 50) -> SearchResult:
    """Devices that the text means: exact identifiers first, seen before missing, the latest contact first. At most eight queries."""
    clue = parse(term)
    within = _inside(clue)
    named = _by_words(clue, within)
    # Words in so many names fill the page already: then only the best of the identifiers are wanted.
    held, reasons, exact, cut = _reasons(clue, most=FEW_HOLDERS if len(named) > MANY_NAMES else MOST_HOLDERS)
    if clue.inside and held:
        held = _first(Device.objects.filter(within, pk__in=held))
    ranked = _ranked({**held, **named}, reasons, exact, most=min(limit, MOST))
    shown = ranked[: min(limit, MOST)]
    add_words(clue, shown, reasons)
    documents = device_documents(shown)
    matches = [SearchMatch(documents[pk], list(reasons[pk].values())[:MOST_REASONS]) for pk in shown if pk in documents]
    many = cut or len(ranked) > MOST
    total = min(len(ranked), MOST)
    return SearchResult(clue, matches, more=many or total > len(shown), total=total, many=many, opens=_opens(ranked, exact))


def _opens(ranked: Sequence[int], exact: dict[int, set[str]]) -> int | None:
    named = [pk for pk in ranked if exact.get(pk, set()) - LOOSE]
    if not named and len(ranked) == 1:
        named = [pk for pk in ranked if pk in exact]
    return named[0] if len(named) == 1 else None


def _inside(clue: SearchTerm) -> Q:
    """`in:eset in:epm-berlin`: both report it now. An unknown name finds nothing."""
    within = Q()
    for name in clue.inside:
        accounts = Account.objects.filter(Q(vendor=name) | Q(name__iexact=name))
        within &= Q(Exists(Sighting.objects.filter(device=OuterRef("pk"), account__in=accounts, life=Life.SEEN)))
    return within


def _by_words(clue: SearchTerm, within: Q) -> Placed:
    words = contains(clue.words, clue.only)
    everything_there = bool(clue.inside) and not clue.rest
    return _first(Device.objects.filter(within & words)) if clue.words or everything_there else {}


def _first(devices: QuerySet[Device]) -> Placed:
    rows = devices.order_by().values_list("pk", "name", "life")[: MOST + 1]
    return {pk: (name, life) for pk, name, life in rows}


def _reasons(clue: SearchTerm, *, most: int) -> tuple[Placed, dict[int, dict[tuple[str, str], MatchedValue]], dict[int, set[str]], bool]:
    """Devices, the identifiers of each that the text means, the kinds that are meant completely, and whether there are more."""
    held: Placed = {}
    reasons: dict[int, dict[tuple[str, str], MatchedValue]] = defaultdict(dict)
    exact: dict[int, set[str]] = defaultdict(set)
    whole = {(form.kind.value, form.key) for form in clue.forms}
    read = 0
    for device, name, life, kind, key, values, times in sorted(
        holders(clue, most=most), key=lambda row: ((row[3], row[4]) not in whole, row[3:])
    ):
        read += times
        if not clue.means(kind, key, values):
            continue
        held[device] = name, life
        reasons[device][kind, key] = MatchedValue(kind=kind, value=min(values))
        if clue.names(kind, key, values):
            exact[device].add(kind)
    return held, reasons, exact, read >= most


def _ranked(devices: Placed, reasons: Collection[int], exact: Collection[int], *, most: int) -> list[int]:
    """The order of the answer; the last contact decides only among those that may be shown, of which there are `most`."""

    def tier(pk: int) -> tuple[bool, bool, int]:
        return pk not in exact, pk not in reasons, LIFE_ORDER.get(devices[pk][1], 2)

    ordered = sorted(devices, key=lambda pk: (tier(pk), devices[pk][0], pk))
    last = tier(ordered[min(most, len(ordered)) - 1]) if ordered else None
    contact = last_contacts([pk for pk in ordered[:MOST_COMPARED] if last is not None and tier(pk) <= last])
    return sorted(ordered, key=lambda pk: (tier(pk), -contact[pk].timestamp() if pk in contact else 0.0))
