"""Bulk search: the device of each cell of a pasted list. The same number of queries for one cell as for 500."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from devices.lists.file_table import FileTable
from devices.lookup.pasted_list import is_shortened, names_in, numbers, readings
from devices.search import labels
from devices.search.documents import DeviceDocument, device_documents
from devices.search.identifiers import Holder, by_pair, exact_holders, full_names
from devices.search.interpretations import How, Interpretation
from devices.search.parser import parse
from devices.search.queries import likeliest
from vendors.states import IdKind

MOST_LINES = 500
MOST_DEVICES = 10  # kept per line; a key that more devices share identifies none
FACTS = ("id", "name", "serial", "user", "os", "state", "life", "seen_by", "seen_at", "switched_off")
LABELS = ("Device id", "Device", "Serial", "User", "OS", "Status", "Inventory status", "Reported by", "Last check-in", "Disabled accounts")
COLUMNS = ("Line", "Result", "Matched", *LABELS, "Read as")


@dataclass(frozen=True, slots=True)
class BatchRow:
    """`answer`: found, not found, ambiguous or text. Text is no identifier: a letter around the list, or a number that a spreadsheet
    changed (`shortened`). `more`: there are devices beyond those kept. `read_as`: what was found instead of the text as it stands, such as
    a number with its leading zeros; else empty."""

    text: str
    matched: list[str]
    devices: list[DeviceDocument]
    more: bool
    read_as: str = ""
    written: bool = False
    shortened: bool = False

    @property
    def answer(self) -> str:
        if self.devices:
            return "found" if len(self.devices) == 1 else "ambiguous"
        return "text" if self.written or self.shortened else "not found"


DERIVED = (IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC)  # kinds with notations that are stored beside the vendor's own
Kinds = dict[int, set[str]]  # device → the kinds of identifier by which it was found


def answers(texts: list[str], *, letter: Collection[str] = ()) -> list[BatchRow]:
    """Exact matches, and where there is none the guesses that a device has. Nine queries at most, however many cells.

    `letter`: texts that are called no identifier if nothing is found.
    """
    meant = {text: readings(text) for text in texts}
    apart = {text: names_in(text) for text in texts}
    exact = _exact({reading for name in (*texts, *(part for some in apart.values() for part in some)) for reading in readings(name)})
    whole = {text: any(reading in exact for reading in some) for text, some in meant.items()}
    names = list(dict.fromkeys(name for text in texts for name in ([text] if whole[text] or not apart[text] else apart[text])))
    found = {name: {reading: exact[reading]} for name in names if (reading := _reading(name, exact))}
    numbered = {name: numbers(name) for name in names if name not in found}
    changed = _exact({number for some in numbered.values() for number in some})
    found |= {name: there for name, some in numbered.items() if (there := {each: changed[each] for each in some if each in changed})}
    guessed = _guessed([name for name in names if name not in found])
    documents = device_documents(_shown([*found.values(), *guessed.values()]))
    return [row for name in names for row in _rows_of(name, found.get(name), guessed.get(name, {}), documents, written=name in letter)]


def file_table(lines: list[BatchRow]) -> FileTable:
    """A row per device, and one for a line without any."""
    return FileTable(COLUMNS, _rows(lines))


def _exact(texts: Collection[str]) -> dict[str, Kinds]:
    """Texts without any device are left out. Two queries at most."""
    clues = {text: parse(text) for text in texts}
    held = by_pair(exact_holders(form.pair for clue in clues.values() for form in clue.forms))
    named = {each.device for some in held.values() for each in some if each.kind == IdKind.HOSTNAME}
    full = full_names(named) if any(clue.host_names for clue in clues.values()) else {}
    found: dict[str, Kinds] = defaultdict(lambda: defaultdict(set))
    for text, clue in clues.items():
        for pair in {form.pair for form in clue.forms}:
            for each in held.get(pair, ()):
                if clue.names(*pair, each.values, full.get(each.device, ())):
                    found[text][each.device].add(each.kind)
    return dict(found)


def _reading(text: str, exact: dict[str, Kinds]) -> str:
    """The first reading that a device has, "" for none; the text without punctuation where the devices are the same."""
    found = next((each for each in readings(text) if each in exact), "")
    plain, _ = labels.unwrapped(found)
    return plain if plain in exact and exact[plain] == exact[found] else found


def _guessed(texts: list[str]) -> dict[str, dict[str, Kinds]]:
    """text → how it was read → devices, of what it may mean. One query."""
    possible = {text: [each for each in _possible(text) if _is_guess(each)] for text in texts}
    held = by_pair(exact_holders(guess.pair for some in possible.values() for guess in some))
    found: dict[str, dict[str, Kinds]] = {}
    for text, some in possible.items():
        for guess in likeliest([each for each in some if _meant(each, held)], held):
            for each in _meant(guess, held):
                found.setdefault(text, {}).setdefault(guess.text, {}).setdefault(each.device, set()).add(each.kind)
    return found


def _possible(text: str) -> Iterator[Interpretation]:
    for reading in readings(text)[-1:]:
        clue = parse(reading)
        yield from (replace(form, text=form.text or reading) for form in clue.forms)
        yield from clue.guesses


def _meant(guess: Interpretation, held: dict[tuple[str, str], list[Holder]]) -> list[Holder]:
    """The devices of a guess; of an identifier as it stands those of which it is a derived notation: the others were not meant."""
    return [each for each in held.get(guess.pair, ()) if not guess.exact or not any(each.values)]


def _is_guess(guess: Interpretation) -> bool:
    """Ordinary words are too common for a list, unless they follow a label."""
    if guess.exact:
        return guess.kind in DERIVED
    return guess.how is not How.CUT and (guess.how is How.LABEL or not guess.text.isalpha())


def _shown(found: Iterable[dict[str, Kinds]]) -> set[int]:
    return {device for readings in found for some in readings.values() for device in sorted(some)[:MOST_DEVICES]}


def _rows(lines: list[BatchRow]) -> Iterator[list[object]]:
    for line in lines:
        devices: list[DeviceDocument | None] = [*line.devices] or [None]
        for device in devices:
            yield [line.text, line.answer, " ".join(line.matched), *_facts(device), line.read_as]


def _rows_of(
    text: str, found: dict[str, Kinds] | None, guessed: dict[str, Kinds], documents: dict[int, DeviceDocument], *, written: bool
) -> Iterator[BatchRow]:
    """`found`: by reading, several where numbers of several lengths fit. `guessed`: by a part of the text; parts of several machines have a
    row each."""
    if found is None and len({frozenset(some) for some in guessed.values()}) > 1:
        yield from (_row_of(part, {part: some}, documents, read_as=f"{part} ({text})") for part, some in guessed.items())
        return
    known = found or dict(list(guessed.items())[:1])
    read_as = "" if list(known) in ([], [text]) else " or ".join(known)
    yield _row_of(text, known, documents, read_as=read_as, written=written)


def _row_of(text: str, known: dict[str, Kinds], documents: dict[int, DeviceDocument], *, read_as: str, written: bool = False) -> BatchRow:
    found: Kinds = defaultdict(set)
    for some in known.values():
        for pk, kinds in some.items():
            found[pk] |= kinds
    kept = [documents[pk] for pk in sorted(found)[:MOST_DEVICES] if pk in documents]
    matched = sorted({kind for kinds in found.values() for kind in kinds})
    return BatchRow(text, matched, kept, len(found) > MOST_DEVICES, read_as, written, is_shortened(text))


def _facts(device: DeviceDocument | None) -> Iterator[object]:
    if device is None:
        yield from [""] * len(FACTS)
        return
    sightings = device["sightings"]
    yield from (device["id"], device["name"], device["serial"], device["user"], device["os"], device["state"], device["life"])
    yield " ".join(sorted({seen["account"] for seen in sightings if seen["present"]}))
    yield max((seen["seen_at"] or "" for seen in sightings), default="")
    yield " ".join(sorted({seen["account"] for seen in sightings if seen["account_off"]}))
