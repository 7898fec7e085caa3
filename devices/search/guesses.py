"""What a text may mean when nothing is called so: identifiers inside a sentence, serials at the end of a bar code. Pure.

None of these names a device with certainty: a letter that is dropped may belong to the serial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from devices.search import bar_codes, host_notations, labels, mac_notations
from devices.search.interpretations import How, Interpretation
from vendors.parsing import normalise
from vendors.states import IdKind

BETWEEN_PARTS = re.compile(r"[\s,;|/()\[\]{}<>\"“”„?!=&*#]+")
MOST_PARTS = 24
SHORTEST_PART = 3
SHORTEST_PLAIN = 4  # of letters alone, which may be an ordinary word
STOPS = ".:,'’-_"
WORDS = re.compile(r"(?:^|\s)[^\W\d_]{3,}(?=\s|$)")
LONGEST_SPACED = 16  # characters of a serial that may be printed with blanks


@lru_cache(maxsize=64)
def guesses(text: str) -> tuple[Interpretation, ...]:
    """The likeliest first: whole parts, serials without separators, then endings."""
    pieces = [piece for piece in BETWEEN_PARTS.split(text) if piece.strip(STOPS)][:MOST_PARTS]
    parts = list(dict.fromkeys(piece.strip(STOPS) for piece in pieces))
    numbered = [part for part in parts if _numbered(part)]
    found = [_mac(key) for key in mac_notations.macs_inside(text)]
    if parts != [text]:
        for part in numbered:
            found += _of_part(part)
    codes = numbered if is_sentence(text) else dict.fromkeys((text, *numbered))
    for code in codes:
        found += _of_code(code)
    found += [_of_label(serial.strip(STOPS)) for serial in labels.labelled_serials(text)]
    if parts != [text]:
        found += [each for part in parts if part.isalpha() and len(part) >= SHORTEST_PLAIN for each in _of_word(part)]
    return tuple(each for each in dict.fromkeys(found) if each.key)


def has_words(text: str) -> bool:
    """Whether it has words of letters alone; a serial with blanks may have one too."""
    return WORDS.search(text) is not None


def is_sentence(text: str) -> bool:
    """Whether it has words beside identifiers, and is too long to be a serial with blanks."""
    return has_words(text) and len(text.split()) > 2 and len(bar_codes.bare(text)) > LONGEST_SPACED


def is_part(part: str, *, of: str) -> bool:
    """Whether a part of a text is worth a question to a vendor: `77` of the serial `qq 77` is none."""
    return _numbered(part) and (has_words(of) or len(part) >= bar_codes.SHORTEST_SERIAL)


def _numbered(part: str) -> bool:
    return len(part) >= SHORTEST_PART and any(letter.isdigit() for letter in part)


def _of_part(part: str) -> Iterator[Interpretation]:
    named = host_notations.host_in(part)
    name = named[0] if named else part
    yield _guess(IdKind.HOSTNAME, normalise.hostname_key(name), name)
    yield _guess(IdKind.SERIAL, normalise.serial_key(part), part)
    yield _guess(IdKind.IP, normalise.ip_key(name), name)
    yield _guess(IdKind.BIOS_UUID, normalise.uuid_key(part), part)
    yield _guess(IdKind.USER, normalise.user_key(part), part)
    if mac := normalise.mac_key(part):
        yield _mac(mac)
    for each in mac_notations.mac_notations(part):
        yield _guess(IdKind.MAC, each.key, each.text)
    if tag := bar_codes.express_tag(part):
        yield Interpretation(IdKind.SERIAL, normalise.serial_key(tag), exact=False, how=How.EXPRESS_CODE, text=tag)


def _of_code(code: str) -> Iterator[Interpretation]:
    plain = bar_codes.bare(code)
    if plain != code and plain.isalnum() and (_numbered(plain) or (len(plain) >= bar_codes.SHORTEST_SERIAL and " " not in code)):
        yield Interpretation(IdKind.SERIAL, normalise.serial_key(plain), exact=False, how=How.SEPARATORS, text=plain)
    for serial in bar_codes.serials_in(code):
        yield Interpretation(IdKind.SERIAL, normalise.serial_key(serial), exact=False, how=How.BAR_CODE, text=serial)
    for ending in bar_codes.endings(code):
        yield Interpretation(IdKind.SERIAL, normalise.serial_key(ending), exact=False, how=How.ENDING, text=ending)


def _of_label(serial: str) -> Interpretation:
    key = normalise.serial_key(serial) if len(serial) >= SHORTEST_PLAIN else ""
    return Interpretation(IdKind.SERIAL, key, exact=False, how=How.LABEL, text=serial)


def _of_word(word: str) -> Iterator[Interpretation]:
    for kind, to_key in ((IdKind.HOSTNAME, normalise.hostname_key), (IdKind.USER, normalise.user_key)):
        found = normalise.identifier(kind, word)
        if found and not found.junk:
            yield _guess(kind, to_key(word), word)


def _guess(kind: IdKind, key: str, text: str) -> Interpretation:
    return Interpretation(kind, key, exact=False, how=How.PART, text=text)


def _mac(key: str) -> Interpretation:
    return _guess(IdKind.MAC, key, mac_notations.shown(key))
