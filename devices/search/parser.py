"""Search terms: the identifiers and words that a text can be. Pure; no text is an error."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from devices.lists.filters import clean_query
from devices.reconciliation.search_text import SHORTEST, marks_of, words_of
from devices.search import ip_beginnings
from vendors.parsing import normalise
from vendors.states import IdKind

# Two letters are in half of all names: a trigram index cannot help there, so short words find only identifiers that begin so.
SHORTEST_WORD = SHORTEST
MOST_WORDS = 8
SHORTEST_MAC_PART = 4
HEX = frozenset("0123456789abcdef")
HOST_NAME = re.compile(r"[\w.-]+")
# `user:anna` searches one kind of identifier only; an unknown prefix is plain text.
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
class Interpretation:
    """One reading of the text. `whole`: it is the complete identifier, else the beginning of one may be meant.

    `spelled`: the key has lost a part of the text, so that only a value that reads like this, folded, is meant.
    """

    kind: IdKind
    key: str
    whole: bool = True
    spelled: str = ""


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """`words` are looked for anywhere in the text of a device; `kinds` is what such a text most likely is.

    `only`: the kinds that a prefix names, in which alone forms and words are looked for; none: in all.

    `addresses`: the beginnings of IPv6 addresses that are meant, as hex digits.

    `rest` is the text without its prefixes. `inside` names vendors or accounts: only what each of them sees now is meant.
    """

    text: str
    words: tuple[str, ...]
    forms: tuple[Interpretation, ...]
    kinds: tuple[IdKind, ...]
    rest: str
    inside: tuple[str, ...] = ()
    only: tuple[IdKind, ...] = ()
    addresses: tuple[str, ...] = ()

    def means(self, kind: str, key: str, values: Collection[str]) -> bool:
        """Whether an identifier that a form found is meant at all. `values`: as its vendors write it."""
        if kind == IdKind.IP and ":" in key:
            return ip_beginnings.begins(key, self.addresses) or Interpretation(IdKind.IP, key) in self.forms
        spelled = {form.spelled for form in self.forms if (form.kind, form.key) == (kind, key)}
        return "" in spelled or not spelled or any(normalise.text_key(value) in spelled for value in values)

    def names(self, kind: str, key: str, values: Collection[str]) -> bool:
        """Whether the text is this identifier, completely. A host name in another domain is another host."""
        forms = {(form.kind.value, form.key) for form in self.forms if form.whole or not (form.kind == IdKind.IP and ":" in form.key)}
        if (kind, key) not in forms:
            return False
        asked = normalise.fqdn_key(self.rest) if kind == IdKind.HOSTNAME else ""
        told = {full for value in values if (full := normalise.fqdn_key(value))} if asked else set()
        return self.means(kind, key, values) and (not told or asked in told)


def says_nothing(term: str) -> bool:
    """Whether a text names nothing to search for: it is empty, or only the prefix of a kind, such as `user:`."""
    text = clean_query(term)
    scope, colon, rest = text.partition(":")
    return not text or (bool(colon) and not rest.strip() and scope.strip().lower() in (*SCOPES, "in"))


def parse(term: str) -> SearchTerm:
    text = clean_query(term)
    inside = tuple(word[3:].lower() for word in text.split() if _is_inside(word))[:MOST_WORDS]
    plain = " ".join(word for word in text.split() if not _is_inside(word))
    scope, _, rest = plain.partition(":")
    kinds = SCOPES.get(scope.strip().lower())
    if kinds and rest.strip():
        rest = rest.strip()
        words = _words(rest) if marks_of(kinds) else ()
        alone = kinds == (IdKind.IP,)
        forms = tuple(form for form in _forms(rest, address_alone=alone) if form.kind in kinds)
        return SearchTerm(text, words, forms, kinds, rest, inside, only=kinds, addresses=ip_beginnings.v6_beginnings(rest, alone=alone))
    return SearchTerm(text, _words(plain), tuple(_forms(plain)), _meant(plain), plain, inside, addresses=ip_beginnings.v6_beginnings(plain))


def _words(text: str) -> tuple[str, ...]:
    """None where all of them are too short for the index."""
    words = tuple(words_of(text)[:MOST_WORDS])
    return words if any(len(word) >= SHORTEST_WORD for word in words) else ()


def _is_inside(word: str) -> bool:
    return word[:3].lower() == "in:" and len(word) > 3


def _forms(text: str, *, address_alone: bool = False) -> list[Interpretation]:
    """`address_alone`: only an IP address is searched."""
    forms = [
        Interpretation(IdKind.SERIAL, normalise.serial_key(text), whole=False),
        Interpretation(IdKind.BIOS_UUID, normalise.uuid_key(text)),
        _host(text),
        Interpretation(IdKind.USER, normalise.user_key(text), whole="@" in text),
        Interpretation(IdKind.VENDOR_ID, normalise.exact_key(text)),
        Interpretation(IdKind.VENDOR_ID, normalise.uuid_key(text)),
    ]
    named = normalise.text_key(text)
    forms += [Interpretation(kind, named, whole=len(named) < SHORTEST_WORD) for kind in (IdKind.NICKNAME, IdKind.TAG, IdKind.CUSTOM)]
    forms += _addresses(text, alone=address_alone)
    mac = normalise.mac_key(text)
    if not ip_beginnings.is_v6_only(text):
        forms.append(Interpretation(IdKind.MAC, mac) if mac else Interpretation(IdKind.MAC, _part_of_mac(text), whole=False))
    return [form for form in forms if form.key]


def _host(text: str) -> Interpretation:
    """Only a host name has a domain behind its first dot; of `Dr. Meier's iPad` the key keeps too little to know it by."""
    whole = "." in text
    spelled = "" if not whole or HOST_NAME.fullmatch(text) else normalise.text_key(text)
    return Interpretation(IdKind.HOSTNAME, normalise.hostname_key(text), whole=whole, spelled=spelled)


def _addresses(text: str, *, alone: bool) -> list[Interpretation]:
    """An IP address, and the beginnings of those that go on from the text: a short IPv6 address may be the beginning of a longer one."""
    address = normalise.ip_key(text)
    whole = (
        [Interpretation(IdKind.IP, address)]
        if address
        else [Interpretation(IdKind.IP, ip_beginnings.v4_beginning(text, alone=alone), whole=False)]
    )
    starts = ip_beginnings.key_starts(ip_beginnings.v6_beginnings(text, alone=alone))
    return whole + [Interpretation(IdKind.IP, start, whole=False) for start in starts]


def _meant(text: str) -> tuple[IdKind, ...]:
    beginning = ip_beginnings.is_v6_only(text) and ip_beginnings.v6_beginnings(text)
    if normalise.ip_key(text) or ip_beginnings.v4_beginning(text) or beginning:
        return (IdKind.IP,)
    if normalise.mac_key(text) or (":" in text and _part_of_mac(text)):
        return (IdKind.MAC, IdKind.IP) if ip_beginnings.is_v6_or_mac(text) else (IdKind.MAC,)
    if normalise.uuid_key(text):
        return (IdKind.BIOS_UUID, IdKind.VENDOR_ID)
    if "\\" in text or "@" in text:
        return (IdKind.USER,)
    return (IdKind.HOSTNAME, IdKind.SERIAL, IdKind.USER)


def _part_of_mac(text: str) -> str:
    digits = "".join(letter for letter in text.lower() if letter not in ":.- ")
    return digits if HEX.issuperset(digits) and SHORTEST_MAC_PART <= len(digits) < 12 else ""
