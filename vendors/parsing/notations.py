"""Derived notations: other forms in which a record's identifiers may be written elsewhere. Pure.

They are identifiers with an empty value: stored, matched and searched, and never shown. Only what follows from the identifier itself is
derived; a form that merely may exist, such as the serial of a virtual machine of unknown maker, is left to the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vendors.parsing import hardware_uuid, host_names
from vendors.parsing.normalise import RULES, text_key
from vendors.parsing.placeholders.placeholder_keys import SERIAL_LABEL
from vendors.records import Identifier
from vendors.states import IdKind

SHORTEST_SERIAL = 7  # characters without separators, by which a machine can still be known
_SEPARATORS = re.compile(r"[\s\-._/]+")
_MACHINE_TYPE = "[1-9][0-9][0-9a-z]{8}"
_LENOVO = re.compile(rf"(?:1s{_MACHINE_TYPE}|{_MACHINE_TYPE}[/\-_:])([0-9a-z]{{2}}-?[0-9a-z]{{5,6}})")

Key = tuple[IdKind, str]


def with_notations(identifiers: Sequence[Identifier]) -> tuple[Identifier, ...]:
    """The identifiers as the vendor reports them, followed by their derived notations, each key once."""
    known = {(each.kind, each.key) for each in identifiers}
    derived = dict.fromkeys(key for each in identifiers for key in _derived(each) if key not in known and _is_evidence(key))
    return (*identifiers, *(Identifier(kind, "", key) for kind, key in derived))


def forms_of_serial(serial_key: str) -> tuple[str, ...]:
    """Serial keys of a serial that is written with a label, a machine type or separators; the shortest last."""
    label = SERIAL_LABEL.match(serial_key)
    bare = serial_key[label.end() :] if label else serial_key
    lenovo = _LENOVO.fullmatch(bare)
    found = [bare, lenovo[1] if lenovo else bare]
    plain = _SEPARATORS.sub("", found[-1])
    if len(plain) >= SHORTEST_SERIAL and not hardware_uuid.uuids_of_serial(bare):
        found.append(plain)
    return tuple(form for form in dict.fromkeys(found) if form and form != serial_key)


def forms_of_host_name(key: str, value: str) -> tuple[str, ...]:
    """Host name keys beside the short name: in its DNS domain, as Bonjour writes it, and as NetBIOS cuts each."""
    full, bonjour = host_names.dns_name(text_key(value)), host_names.bonjour_name(key)
    return tuple(filter(None, dict.fromkeys((full, bonjour, host_names.cut(key), host_names.cut(bonjour)))))


def _derived(each: Identifier) -> Iterator[Key]:
    if each.junk:
        return
    if each.kind is IdKind.HOSTNAME:
        yield from ((IdKind.HOSTNAME, key) for key in forms_of_host_name(each.key, each.value))
    elif each.kind is IdKind.SERIAL:
        yield from ((IdKind.SERIAL, key) for key in forms_of_serial(each.key))
        yield from ((IdKind.BIOS_UUID, key) for key in hardware_uuid.uuids_of_serial(each.key))
    elif each.kind is IdKind.BIOS_UUID:
        other = hardware_uuid.turned(each.key)
        yield from ((IdKind.BIOS_UUID, key) for key in (other,) if key)
        yield from ((IdKind.SERIAL, key) for key in hardware_uuid.embedded_serials(each.key))
        yield from ((IdKind.MAC, key) for key in hardware_uuid.macs(each.key))


def _is_evidence(key: Key) -> bool:
    kind, text = key
    return not RULES[kind][1](text, text)
