"""What people and scanners put around an identifier: punctuation, asterisks of a bar code, a label. Pure."""

from __future__ import annotations

import re

from devices.search import ip_beginnings
from vendors.states import IdKind

QUOTATION_MARKS = "\"'“”„‚‘’«»‹›`´"
PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
STOPS = ".,;!?"
LETTERS = re.compile(r"[^\w]|_")
SERIAL, HOST, USER = (IdKind.SERIAL,), (IdKind.HOSTNAME,), (IdKind.USER,)
# `user:anna` searches one kind of identifier only; an unknown prefix is plain text.
SCOPES = {
    "user": USER,
    "host": HOST,
    "sn": SERIAL,
    "serial": SERIAL,
    "mac": (IdKind.MAC,),
    "ip": (IdKind.IP,),
    "tag": (IdKind.TAG, IdKind.NICKNAME, IdKind.CUSTOM),
}
UUID = (IdKind.BIOS_UUID, IdKind.VENDOR_ID, IdKind.SERIAL, IdKind.MAC)  # with what a UUID holds
ASSET = (IdKind.TAG, IdKind.CUSTOM, IdKind.NICKNAME, IdKind.SERIAL, IdKind.HOSTNAME, IdKind.VENDOR_ID)
# What is printed before an identifier, compared by its letters and digits only.
LABELS = {
    **dict.fromkeys(
        ("serialno", "serialnumber", "serialnr", "snr", "servicetag", "st", "seriennummer", "seriennr", "numerodeserie"), SERIAL
    ),
    **dict.fromkeys(("hostname", "computername", "computer", "pcname", "devicename", "rechner", "rechnername", "gerätename"), HOST),
    **dict.fromkeys(("username", "benutzer", "benutzername", "loginname"), USER),
    **dict.fromkeys(("macaddress", "macadresse", "physicaladdress", "physischeadresse", "hwaddr", "wlanmac", "lanmac"), (IdKind.MAC,)),
    **dict.fromkeys(("ipaddress", "ipadresse", "ipv4address", "ipv4adresse", "ipv6address", "ipv6adresse", "ipv4", "ipv6"), (IdKind.IP,)),
    **dict.fromkeys(("uuid", "biosuuid", "systemuuid", "hardwareuuid", "guid"), UUID),
    **dict.fromkeys(("asset", "assettag", "assetno", "inventarnummer", "inventarnr", "inventorynumber"), ASSET),
}


def unwrapped(text: str) -> tuple[str, bool]:
    """The text without what stands around it, and whether it is certainly the same one: the asterisks of a bar code may belong to it."""
    certain = True
    for _ in range(4):
        before = text
        text = text.strip(QUOTATION_MARKS).strip()
        if len(text) > 1 and PAIRS.get(text[0]) == text[-1]:
            text = text[1:-1].strip()
        if not ip_beginnings.v4_beginning(text):
            text = text.rstrip(STOPS).rstrip()
        plain = text.strip("*").strip()
        certain &= plain == text
        text = plain
        if text == before:
            break
    return text, certain


def labelled_serials(text: str) -> list[str]:
    """What follows a printed label of a serial without a colon: `SN PFABCDEF`, `Serial Number PFABCDEF`."""
    words = text.split()
    found = []
    for place in range(1, len(words)):
        scopes = [LETTERS.sub("", "".join(words[max(0, place - size) : place]).casefold()) for size in (1, 2)]
        if any(SERIAL in (LABELS.get(scope), SCOPES.get(scope)) for scope in scopes):
            found.append(words[place])
    return found


def label(text: str) -> tuple[tuple[IdKind, ...], str, bool]:
    """The kinds that a prefix limits the search to, the text behind it, and whether it is a printed label. No kinds: all of them."""
    word, _, rest = text.partition(":")
    scope = word.strip().casefold()
    kinds = SCOPES.get(scope)
    if kinds:
        return kinds, rest.strip(), False
    scope = LETTERS.sub("", scope)
    found = LABELS.get(scope) or SCOPES.get(scope)
    return (found, rest.strip(), True) if found and rest.strip() else ((), text, False)
