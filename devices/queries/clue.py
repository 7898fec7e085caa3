"""What a piece of text could be: pure, and never an error, whatever was typed or pasted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from devices.queries.asked import clean_query
from vendors import normalise
from vendors.states import IdKind

# Two letters are in half of all names: a trigram index cannot help there, so short words look for identifiers that begin so.
SHORTEST_WORD = 3
MOST_WORDS = 8
SHORTEST_MAC_PART = 4
SHORTEST_BEGINNING = 2
HEX = frozenset("0123456789abcdef")
# `user:anna` asks for one kind of identifier only; an unknown prefix is plain text.
SCOPES = {
    "user": (IdKind.USER,),
    "host": (IdKind.HOSTNAME,),
    "sn": (IdKind.SERIAL,),
    "serial": (IdKind.SERIAL,),
    "mac": (IdKind.MAC,),
    "ip": (IdKind.IP,),
    "tag": (IdKind.TAG, IdKind.NICKNAME, IdKind.CUSTOM),
}


@dataclass(frozen=True, slots=True)
class Form:
    """One reading of the text. `whole`: it is the complete identifier, else the beginning of one may be meant."""

    kind: IdKind
    key: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Clue:
    """`words` are looked for anywhere in a device's summary; `kinds` is what a person most likely means by such text.

    `rest` is the text without its prefixes. `inside` names vendors or accounts: only what each of them sees now is meant.
    """

    text: str
    words: tuple[str, ...]
    forms: tuple[Form, ...]
    kinds: tuple[IdKind, ...]
    rest: str
    inside: tuple[str, ...] = ()


def parse(term: str) -> Clue:
    text = clean_query(term)
    inside = tuple(word[3:].lower() for word in text.split() if _is_inside(word))[:MOST_WORDS]
    plain = " ".join(word for word in text.split() if not _is_inside(word))
    scope, _, rest = plain.partition(":")
    kinds = SCOPES.get(scope.strip().lower())
    if kinds and rest.strip():
        rest = rest.strip()
        return Clue(text, (), tuple(form for form in _forms(rest) if form.kind in kinds), kinds, rest, inside)
    words = tuple(word for word in plain.lower().split()[:MOST_WORDS] if len(word) >= SHORTEST_WORD)
    return Clue(text, words, tuple(_forms(plain)), _meant(plain), plain, inside)


def _is_inside(word: str) -> bool:
    return word[:3].lower() == "in:" and len(word) > 3


def _forms(text: str) -> list[Form]:
    forms = [
        Form(IdKind.SERIAL, normalise.serial_key(text), whole=False),
        Form(IdKind.BIOS_UUID, normalise.uuid_key(text)),
        Form(IdKind.HOSTNAME, normalise.hostname_key(text), whole="." in text),
        Form(IdKind.USER, normalise.user_key(text), whole="@" in text),
        Form(IdKind.VENDOR_ID, normalise.exact_key(text)),
        Form(IdKind.VENDOR_ID, normalise.uuid_key(text)),
    ]
    named = normalise.text_key(text)
    forms += [Form(kind, named, whole=len(named) < SHORTEST_WORD) for kind in (IdKind.NICKNAME, IdKind.TAG, IdKind.CUSTOM)]
    address, mac = normalise.ip_key(text), normalise.mac_key(text)
    forms.append(Form(IdKind.IP, address) if address else Form(IdKind.IP, _part_of_ip(text), whole=False))
    forms.append(Form(IdKind.MAC, mac) if mac else Form(IdKind.MAC, _part_of_mac(text), whole=False))
    return [form if len(form.key) >= SHORTEST_BEGINNING else replace(form, whole=True) for form in forms if form.key]


def _meant(text: str) -> tuple[IdKind, ...]:
    if normalise.ip_key(text) or _part_of_ip(text):
        return (IdKind.IP,)
    if normalise.mac_key(text) or (":" in text and _part_of_mac(text)):
        return (IdKind.MAC,)
    if normalise.uuid_key(text):
        return (IdKind.BIOS_UUID, IdKind.VENDOR_ID)
    if "\\" in text or "@" in text:
        return (IdKind.USER,)
    return (IdKind.HOSTNAME, IdKind.SERIAL, IdKind.USER)


def _part_of_ip(text: str) -> str:
    """`10.0.50.`: the beginning of an IPv4 address, at least two numbers of it."""
    parts = text.split(".")
    plain = all(part.isascii() and part.isdigit() for part in parts if part)
    return text if plain and parts[0] and 2 <= len(parts) <= 4 else ""


def _part_of_mac(text: str) -> str:
    digits = "".join(letter for letter in text.lower() if letter not in ":.- ")
    return digits if HEX.issuperset(digits) and SHORTEST_MAC_PART <= len(digits) < 12 else ""
