"""Interpretations of a search text: which identifier it may be, whether that is certain, and how it was read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from vendors.states import IdKind


class How(Enum):
    """How an identifier was read from a text. TYPED: the text as it stands."""

    TYPED = auto()
    PUNCTUATION = auto()  # quotation marks, brackets or a full stop around it
    LABEL = auto()  # behind `Service Tag:`
    PATH = auto()  # `\\NB-0042\share`
    ACCOUNT = auto()  # the computer account `CORP\NB-0042$`, or a distinguished name
    URL = auto()
    HEX = auto()  # a MAC as `0x001b21aabb01`
    CLIENT_ID = auto()  # a MAC in a DHCP client id
    EUI64 = auto()  # a MAC in an IPv6 address or in an EUI-64
    BYTE_ORDER = auto()  # a UUID whose first three groups are turned
    UUID = auto()  # a serial or MAC inside a UUID
    VIRTUAL = auto()  # the UUID of a virtual machine, which is its serial too
    EXPRESS_CODE = auto()  # a Dell service tag written as a number
    SEPARATORS = auto()  # a serial without its dashes
    CUT = auto()  # the first 15 characters of a host name
    BAR_CODE = auto()  # a serial where a maker's bar code has it
    ENDING = auto()  # a serial at the end of a longer code, or behind a label without a colon
    PART = auto()  # a part of a sentence


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One reading of the text. `whole`: it is the complete identifier, else the beginning of one may be meant.

    `spelled`: the key has lost a part of the text, so that only a value that reads like this, folded, is meant.
    `exact`: whether a device that has the key is certainly the one that is meant. `text`: as it is shown and sent to a vendor.
    """

    kind: IdKind
    key: str
    whole: bool = True
    spelled: str = ""
    exact: bool = True
    how: How = How.TYPED
    text: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        return self.kind.value, self.key


# `kind`: the label of an identifier; `text`: the identifier as it was read.
TEXTS: dict[How, Promise] = {
    How.PUNCTUATION: gettext_lazy("%(text)s without punctuation"),
    How.LABEL: gettext_lazy("%(kind)s %(text)s from a label"),
    How.PATH: gettext_lazy("%(kind)s %(text)s from a network path"),
    How.ACCOUNT: gettext_lazy("%(kind)s %(text)s from a computer account"),
    How.URL: gettext_lazy("%(kind)s %(text)s from a URL"),
    How.HEX: gettext_lazy("%(kind)s %(text)s from a hexadecimal number"),
    How.CLIENT_ID: gettext_lazy("%(kind)s %(text)s from a DHCP client ID"),
    How.EUI64: gettext_lazy("%(kind)s %(text)s from an IPv6 address"),
    How.BYTE_ORDER: gettext_lazy("%(kind)s %(text)s in the other byte order"),
    How.UUID: gettext_lazy("%(kind)s %(text)s from a UUID"),
    How.VIRTUAL: gettext_lazy("%(kind)s %(text)s from a serial number"),
    How.EXPRESS_CODE: gettext_lazy("%(kind)s %(text)s from an Express Service Code"),
    How.SEPARATORS: gettext_lazy("%(kind)s %(text)s without separators"),
    How.CUT: gettext_lazy("%(kind)s %(text)s, the first 15 characters"),
    How.BAR_CODE: gettext_lazy("%(kind)s %(text)s from a bar code"),
    How.ENDING: gettext_lazy("%(kind)s %(text)s at the end of the text"),
    How.PART: gettext_lazy("%(kind)s %(text)s in the text"),
}


def words(reading: Interpretation) -> str:
    """`Serial PF0ABCDE without separators`; "" for text that was read as it stands."""
    text = TEXTS.get(reading.how)
    return str(text) % {"kind": gettext(reading.kind.label), "text": reading.text} if text else ""
