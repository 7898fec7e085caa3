"""Search for devices: by words anywhere in their data, or by an identifier in any notation.

`candidates(query, within)` gives ids for a list that filters; `search(term)` gives ranked answers with the reason of each.
At most MOST + 1 candidates are taken, so that a wide term costs as little as a narrow one; beyond that the page asks for more characters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from devices.models import Account, Device, Life, Sighting
from devices.reconciliation.last_contact import last_contacts, record_contacts
from devices.reconciliation.search_text import contains
from devices.search.documents import DeviceDocument, device_documents
from devices.search.domains import other_domain
from devices.search.identifiers import DEVICE_AGE, GONE, Holder, by_pair, devices_holding, exact_holders, full_names, holders
from devices.search.interpretations import How, Interpretation
from devices.search.match_reasons import MatchedValue, add_words
from devices.search.parser import SearchTerm, parse
from vendors.states import IdKind

MOST = 1000
# A prefix that more identifiers share finds too much; reading them all would cost seconds at a million devices.
MOST_HOLDERS = 3 * MOST
FEW_HOLDERS, MANY_NAMES = 300, 200
MOST_COMPARED = 300  # by their last contact
MOST_REASONS = 20  # shown per device
SHORTEST_NAME = 3  # letters of a user's name that opens the device
_WORDS = re.compile(r"[^\W_]+")
MOST_READINGS = 4  # shown above the result
# What many machines may be called: such a hit does not open a device while others were meant too.
LOOSE = frozenset({IdKind.NICKNAME, IdKind.TAG, IdKind.CUSTOM})
# Notations that are worth a line when nothing was found.
NOTED = frozenset(How) - {How.TYPED, How.PUNCTUATION, How.ENDING, How.PART, How.BAR_CODE, How.CUT}
Placed = dict[int, tuple[str, str]]  # device → its name and its life, by which answers are ordered


@dataclass(frozen=True, slots=True)
class SearchMatch:
    device: DeviceDocument
    matched: list[MatchedValue]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`more`: there are devices beyond `matches`. `clue`: the term as it was read.

    `total` counts up to MOST; `many`: there are more than that. `opens` is the one device that the text names completely; `only` the one
    that is found at all, where the text is whole words of its user's name, as a caller gives it: a part of a name or number may be that of
    another device.
    `readings`: how the text was read, where it is not found as it stands. `domains`: full host names of matches in another domain.
    """

    clue: SearchTerm
    matches: list[SearchMatch]
    more: bool
    total: int
    many: bool
    opens: int | None
    only: int | None = None
    readings: tuple[Interpretation, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(slots=True)
class _Held:
    """Devices by their identifiers: the reasons of each, the kinds that name it exactly, how old the records are, and their ids.

    `cut`: there are more.
    """

    places: Placed = field(default_factory=dict)
    reasons: dict[int, dict[tuple[str, str], MatchedValue]] = field(default_factory=lambda: defaultdict(dict))
    exact: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    ages: dict[int, int] = field(default_factory=dict)
    records: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    readings: list[Interpretation] = field(default_factory=list)
    domains: set[str] = field(default_factory=set)
    cut: bool = False


def candidates(query: str, within: Q) -> list[int]:
    """Ids of devices that the text means and that `within` allows; MOST + 1 of them when there are more. At most five queries."""
    clue = parse(query)
    within &= _inside(clue)
    named = _by_words(clue, within)
    held = [] if len(named) > MOST else devices_holding(clue, most=MOST_HOLDERS)
    if not named and not held:
        held = [each.device for each in _guessed(clue)]
    allowed = _first(Device.objects.filter(within, pk__in=held)) if held else {}
    return list({**allowed, **named})[: MOST + 1]


def search(term: str, *, limit: int = 50) -> SearchResult:
    """Devices that the text means: exact identifiers first, current records before old ones, the latest contact first.

    At most eleven queries.
    """
    clue = parse(term)
    within = _inside(clue)
    named = _by_words(clue, within)
    # Words in so many names fill the page already: then only the best of the identifiers are wanted.
    most = FEW_HOLDERS if len(named) > MANY_NAMES else MOST_HOLDERS
    held = _held(clue, holders(clue, most=most), most=most)
    if not named and not held.places:
        held = _held(clue, _guessed(clue), most=most, guessed=True)
    if clue.inside and held.places:
        held.places = _first(Device.objects.filter(within, pk__in=held.places))
    ranked = _ranked({**held.places, **named}, held, most=min(limit, MOST))
    shown = ranked[: min(limit, MOST)]
    add_words(clue, shown, held.reasons)
    documents = device_documents(shown)
    matches = [SearchMatch(documents[pk], list(held.reasons[pk].values())[:MOST_REASONS]) for pk in shown if pk in documents]
    many = held.cut or len(ranked) > MOST
    total = min(len(ranked), MOST)
    return SearchResult(
        clue,
        matches,
        more=many or total > len(shown),
        total=total,
        many=many,
        opens=_opens(ranked, held.exact),
        only=_only(clue, ranked, matches),
        readings=tuple(_readings(clue, held) if matches else _unfound(clue)),
        domains=tuple(sorted(held.domains)[:MOST_READINGS]),
    )


def _opens(ranked: Sequence[int], exact: dict[int, set[str]]) -> int | None:
    named = [pk for pk in ranked if exact.get(pk, set()) - LOOSE]
    if not named and len(ranked) == 1:
        named = [pk for pk in ranked if pk in exact]
    return named[0] if len(named) == 1 else None


def _only(clue: SearchTerm, ranked: Sequence[int], matches: Sequence[SearchMatch]) -> int | None:
    words = set(_WORDS.findall(clue.rest.casefold()))
    if len(ranked) != 1 or not matches or len(clue.rest) < SHORTEST_NAME:
        return None
    return ranked[0] if words and words <= set(_WORDS.findall(matches[0].device["user"].casefold())) else None


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


def _guessed(clue: SearchTerm) -> list[Holder]:
    """By what the text may mean."""
    held = by_pair(exact_holders(guess.pair for guess in clue.guesses))
    pairs = dict.fromkeys(guess.pair for guess in likeliest(clue.guesses, held))
    return [each for pair in pairs for each in held[pair]]


def likeliest(guesses: Sequence[Interpretation], held: Mapping[tuple[str, str], Sequence[Holder]]) -> list[Interpretation]:
    """Of the guesses that some device has: an ordinary word or the end of a bar code only where nothing else is there, and of the ends only
    the longest. The beginning of a long host name is not the name of a device."""
    there = [guess for guess in guesses if any(any(each.values) or each.kind != IdKind.HOSTNAME for each in held.get(guess.pair, ()))]
    plain = [guess for guess in there if guess.how is How.LABEL or (guess.how is not How.ENDING and not guess.text.isalpha())]
    return plain or [guess for guess in there if guess.how is How.ENDING][:1] or there


def _held(clue: SearchTerm, found: Iterable[Holder], *, most: int, guessed: bool = False) -> _Held:
    """What the text means of the identifiers that were found, and what of it is exact."""
    found = list(found)
    held = _Held(cut=not guessed and sum(each.times for each in found) >= most)
    meant = [each for each in found if guessed or clue.means(each.kind, each.key, each.values)]
    asked = clue.host_names
    whole = {form.pair for form in (*clue.forms, *clue.guesses)}
    full = full_names({each.device for each in meant if each.kind == IdKind.HOSTNAME}) if asked else {}
    for each in sorted(meant, key=lambda each: (each.pair not in whole, each.kind, each.key, each.values)):
        pk, names = each.device, full.get(each.device, set())
        held.places.setdefault(pk, (each.name, ""))
        held.reasons[pk][each.pair] = MatchedValue(kind=each.kind, value=each.shown)
        exact = not guessed and clue.names(each.kind, each.key, each.values, names)
        if exact and not held.exact.get(pk):  # what names it decides how old it is
            held.ages.pop(pk, None)
            held.records[pk] = []
        if exact:
            held.exact[pk].add(each.kind)
        if exact or not held.exact.get(pk):
            held.ages[pk] = min(each.age, held.ages.get(pk, GONE))
            held.records[pk] += each.records
        if each.kind == IdKind.HOSTNAME and not exact and any(other_domain(name, names) for name in asked):
            held.domains |= names
    return held


def _readings(clue: SearchTerm, held: _Held) -> list[Interpretation]:
    """How the text was read to find these devices: none where it is the identifier as it stands."""
    pairs = {pair for reasons in held.reasons.values() for pair in reasons}
    typed = {form.pair for form in clue.forms if form.how is How.TYPED}
    read = [form for form in (*clue.forms, *clue.guesses) if form.how is not How.TYPED and form.text]
    found = {form.pair: form for form in reversed(read) if form.pair in pairs - typed}
    return list(reversed(found.values()))[:MOST_READINGS]


def _unfound(clue: SearchTerm) -> list[Interpretation]:
    """The notations in which the text was searched without a result."""
    notes = {(form.how, form.text): form for form in (*clue.forms, *clue.guesses) if form.how in NOTED and form.text}
    return list(notes.values())[:MOST_READINGS]


def _ranked(devices: Placed, held: _Held, *, most: int) -> list[int]:
    """The order of the answer; the last contact decides only among those that may be shown, of which there are `most`.

    Of a device that was found by an identifier, the records that have it count: an address may have passed to another device since.
    """

    def tier(pk: int) -> tuple[bool, bool, int]:
        age = held.ages[pk] if pk in held.ages else DEVICE_AGE.get(devices[pk][1], GONE)
        return pk not in held.exact, pk not in held.reasons, age

    ordered = sorted(devices, key=lambda pk: (tier(pk), devices[pk][0], pk))
    last = tier(ordered[min(most, len(ordered)) - 1]) if ordered else None
    compared = [pk for pk in ordered[:MOST_COMPARED] if last is not None and tier(pk) <= last]
    contact = last_contacts([pk for pk in compared if not held.records.get(pk)])
    contact |= record_contacts({pk: held.records[pk] for pk in compared if held.records.get(pk)})
    return sorted(ordered, key=lambda pk: (tier(pk), -contact[pk].timestamp() if pk in contact else 0.0))
