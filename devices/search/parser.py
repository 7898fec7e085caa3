"""Search terms: the identifiers and words that a text can be. Pure; no text is an error."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from devices.lists.filters import clean_query
from devices.reconciliation.search_text import SHORTEST, marks_of, words_of
from devices.search import bar_codes, host_notations, ip_beginnings, labels, mac_notations
from devices.search.domains import other_domain, other_user_domain
from devices.search.guesses import guesses, is_part, is_sentence
from devices.search.interpretations import How, Interpretation
from vendors.parsing import hardware_uuid, normalise
from vendors.parsing.spellings import NETBIOS, canonical
from vendors.states import IdKind

# Two letters are in half of all names: a trigram index cannot help there, so short words find only identifiers that begin so.
SHORTEST_WORD = SHORTEST
MOST_WORDS = 8
SHORTEST_MAC_PART = 4
HEX = frozenset("0123456789abcdef")
HOST_NAME = re.compile(r"[\w.-]+")
UUID_DIGITS = 32
LONGEST_HOST = 63  # characters of a name in DNS; a longer text is none, whole or cut
NAMES = (IdKind.HOSTNAME, IdKind.SERIAL, IdKind.USER)


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """`words` are looked for anywhere in the text of a device; `kinds` is what such a text most likely is.

    `forms`: what the text is. `guesses`: what it may mean when nothing else is found; none of them is exact.

    `only`: the kinds that a prefix names, in which alone forms and words are looked for; none: in all.

    `addresses`: the beginnings of IPv6 addresses that are meant, as hex digits.

    `rest` is the text without its prefixes and what stands around it. `inside` names vendors or accounts: only what each of them sees now
    is meant.
    """

    text: str
    words: tuple[str, ...]
    forms: tuple[Interpretation, ...]
    kinds: tuple[IdKind, ...]
    rest: str
    inside: tuple[str, ...] = ()
    only: tuple[IdKind, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def guesses(self) -> tuple[Interpretation, ...]:
        return tuple(each for each in guesses(self.rest) if not self.only or each.kind in self.only)

    def means(self, kind: str, key: str, values: Collection[str]) -> bool:
        """Whether an identifier that a form found is meant at all. `values`: as its vendors write it, "" for a derived notation."""
        if kind == IdKind.IP and ":" in key:
            return ip_beginnings.begins(key, self.addresses) or any(form.pair == (kind, key) for form in self.forms)
        forms = [form for form in self.forms if form.pair == (kind, key)]
        if forms and all(form.how is How.CUT for form in forms):  # the beginning of a longer name is another name
            return any(values)
        spelled = {form.spelled for form in forms}
        return "" in spelled or not spelled or any(normalise.text_key(value) in spelled for value in values)

    def names(self, kind: str, key: str, values: Collection[str], full_names: Collection[str] = ()) -> bool:
        """Whether the text is this identifier, completely. A host or user in another domain is another one, and a derived notation is no
        identifier. `full_names`: those of the device, with their domains."""
        exact = any(
            form.exact and form.pair == (kind, key) and (form.whole or not (form.kind == IdKind.IP and ":" in form.key))
            for form in self.forms
        )
        if not exact or not any(values) or not self.means(kind, key, values):
            return False
        if kind == IdKind.HOSTNAME:
            told = {full for value in values if (full := normalise.fqdn_key(value))} | set(full_names)
            return all(not other_domain(asked, told) for asked in self.host_names)
        return kind != IdKind.USER or not other_user_domain(self.rest, values)

    @property
    def host_names(self) -> tuple[str, ...]:
        """The full names, with their domain, that were typed whole."""
        texts = (self.rest, *(form.text for form in self.forms if form.kind == IdKind.HOSTNAME))
        return tuple({full: None for text in texts if HOST_NAME.fullmatch(text) and (full := normalise.fqdn_key(text))})

    def texts(self, kind: IdKind) -> tuple[str, ...]:
        """As what a vendor may know it, as it was typed: not the endings, of which there are many, and no short group of a serial."""
        sentence = is_sentence(self.rest)
        read = (form for form in (*self.forms, *self.guesses) if form.kind == kind and form.text and form.how is not How.ENDING)
        parts = [form.text for form in read if form.how not in (How.PART, How.SEPARATORS) or is_part(form.text, of=self.rest)]
        return tuple(dict.fromkeys(parts if sentence else (self.rest, *parts)))


def says_nothing(term: str) -> bool:
    """Whether a text names nothing to search for: it is empty, or only the prefix of a kind, such as `user:`."""
    text = clean_query(term)
    scope, colon, rest = text.partition(":")
    return not text or (bool(colon) and not rest.strip() and scope.strip().lower() in (*labels.SCOPES, "in"))


def parse(term: str) -> SearchTerm:
    text = clean_query(term)
    inside = tuple(word[3:].lower() for word in text.split() if _is_inside(word))[:MOST_WORDS]
    plain = " ".join(word for word in text.split() if not _is_inside(word))
    inner, certain = labels.unwrapped(plain)
    kinds, typed, printed = labels.label(inner or plain)
    if not typed:
        kinds, typed, printed = (), plain, False
    rest = typed
    if kinds:  # behind a prefix, as without one
        inner, sure = labels.unwrapped(typed)
        rest, certain = inner or typed, certain and sure
    alone = kinds == (IdKind.IP,)
    literal_text = typed if kinds else plain
    how = How.LABEL if printed else How.TYPED if rest == literal_text else How.PUNCTUATION
    literal = [] if rest == literal_text else _forms(literal_text, alone)
    read = [replace(form, exact=form.exact and certain, how=how, text=rest if how is not How.TYPED else "") for form in _forms(rest, alone)]
    forms = _once((*literal, *read, *_notations(rest)))
    found = tuple(form for form in forms if not kinds or form.kind in kinds)
    return SearchTerm(
        text,
        _words(rest) if not kinds or marks_of(kinds) else (),
        found,
        kinds or _meant(rest),
        rest,
        inside,
        only=kinds,
        addresses=ip_beginnings.v6_beginnings(rest, alone=alone),
    )


def _once(forms: Iterable[Interpretation]) -> list[Interpretation]:
    """The first reading of each key; a whole one beside a beginning."""
    found: dict[tuple[IdKind, str, bool, str], Interpretation] = {}
    for form in forms:
        if form.key:
            found.setdefault((form.kind, form.key, form.whole, form.spelled), form)
    return list(found.values())


def _words(text: str) -> tuple[str, ...]:
    """None where all of them are too short for the index."""
    words = tuple(words_of(text)[:MOST_WORDS])
    return words if any(len(word) >= SHORTEST_WORD for word in words) else ()


def _is_inside(word: str) -> bool:
    return word[:3].lower() == "in:" and len(word) > 3


def _forms(text: str, address_alone: bool = False) -> list[Interpretation]:
    """The text as it stands. `address_alone`: only an IP address is searched."""
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
    if any(each.key == mac for each in mac_notations.mac_notations(text)):  # it says how it was read
        return [form for form in forms if form.key]
    if not ip_beginnings.is_v6_only(text):
        forms.append(Interpretation(IdKind.MAC, mac) if mac else Interpretation(IdKind.MAC, _part_of_mac(text), whole=False))
    return [form for form in forms if form.key]


def _notations(text: str) -> Iterator[Interpretation]:
    """Identifiers that the text contains in another notation."""
    yield from mac_notations.mac_notations(text)
    yield from _of_uuid(text)
    for key in hardware_uuid.uuids_of_serial(normalise.serial_key(text)):
        yield Interpretation(IdKind.BIOS_UUID, key, exact=False, how=How.VIRTUAL, text=key)
    if found := host_notations.host_in(text):
        name, how = found
        yield replace(_host(name), how=how, text=name)
        yield Interpretation(IdKind.IP, normalise.ip_key(name), how=how, text=name)
    name = found[0] if found else text
    short = normalise.hostname_key(name) if HOST_NAME.fullmatch(name) and not _uuid(name) else ""
    if NETBIOS < len(short) <= LONGEST_HOST:
        yield Interpretation(IdKind.HOSTNAME, short[:NETBIOS], exact=False, how=How.CUT, text=name.partition(".")[0][:NETBIOS])
    if tag := bar_codes.express_tag(text):
        yield Interpretation(IdKind.SERIAL, normalise.serial_key(tag), exact=False, how=How.EXPRESS_CODE, text=tag)


def _of_uuid(text: str) -> Iterator[Interpretation]:
    """The UUID in both byte orders, and what firmware wrote into it."""
    key = _uuid(text)
    if not key:
        return
    turned = hardware_uuid.turned(key)
    yield Interpretation(IdKind.BIOS_UUID, key)
    yield Interpretation(IdKind.BIOS_UUID, turned, how=How.BYTE_ORDER, text=turned)
    yield Interpretation(IdKind.VENDOR_ID, turned, how=How.BYTE_ORDER, text=turned)
    for serial in hardware_uuid.serials(key):
        shown = serial.upper() if serial.isalnum() and len(serial) < UUID_DIGITS else canonical(serial)
        yield Interpretation(IdKind.SERIAL, normalise.serial_key(serial), exact=False, how=How.UUID, text=shown)
    for mac in hardware_uuid.macs(key):
        yield Interpretation(IdKind.MAC, mac, exact=False, how=How.UUID, text=mac_notations.shown(mac))


def _uuid(text: str) -> str:
    """Also as VMware's files write it: `56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f`."""
    return normalise.uuid_key(text) or normalise.uuid_key(text.replace(" ", "").replace(":", ""))


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
    others = tuple(dict.fromkeys(form.kind for form in _notations(text) if form.key and form.how is not How.CUT))
    beginning = ip_beginnings.is_v6_only(text) and ip_beginnings.v6_beginnings(text)
    if normalise.ip_key(text) or ip_beginnings.v4_beginning(text) or beginning:
        return tuple(dict.fromkeys((IdKind.IP, *others)))
    if normalise.mac_key(text) or (":" in text and _part_of_mac(text)):
        return (IdKind.MAC, IdKind.IP) if ip_beginnings.is_v6_or_mac(text) else (IdKind.MAC,)
    if _uuid(text):
        return tuple(dict.fromkeys((IdKind.BIOS_UUID, IdKind.VENDOR_ID, *others)))
    if others and others[0] in (IdKind.HOSTNAME, IdKind.MAC) and (not text.isalnum() or text.lower().startswith("0x")):
        return others
    if "\\" in text or "@" in text:
        return (IdKind.USER,)
    return NAMES


def _part_of_mac(text: str) -> str:
    digits = "".join(letter for letter in text.lower() if letter not in ":.- ")
    return digits if HEX.issuperset(digits) and SHORTEST_MAC_PART <= len(digits) < 12 else ""
