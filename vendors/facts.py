"""Facts: what vendors report about a device beside its name, status and identifiers. The vocabulary, and the rule by which they are kept.

A fact is a JSON value: text, number, true or false, a time or date as ISO 8601 text, or a list of parts (dicts with the keys of PART_KEYS).
Only documented fields become facts, and no secret does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

import msgspec

from vendors.field_repairs import FieldFault, Repairs
from vendors.texts import gettext_noop
from vendors.vocabulary import LabelledEnum

Facts = Mapping[str, Any]

LONGEST_READ = 4000  # characters of free text of which the beginning is kept
LONGEST_FACT = 255  # characters of a text
LONGEST_PART = 200  # characters of a text in a list
MOST_PARTS = 100  # of a list
MOST_BYTES = 16_384  # of all facts of a record, as JSON
PART_KEYS = (
    *("name", "value", "version", "maker", "type", "serial", "bytes", "encryption"),
    *("architecture", "mac", "ips", "since", "until"),
)
# Names of custom fields whose values may be a secret, whole words of them.
_SECRET = re.compile(
    r"pass(?:word|wort|phrase)|kennwort|secret|geheim|token|credential|zugangsdaten|(?:api|private|recovery|product|licen[cs]e).{0,2}key"
    r"|bitlocker|schl(?:ü|ue)ssel|\bp(?:in|uk)\b",
    re.IGNORECASE,
)


class FactTopic(LabelledEnum):
    """Topics of facts, in the order in which they are shown."""

    SYSTEM = "os", gettext_noop("Operating system")
    HARDWARE = "hardware", gettext_noop("Hardware")
    NETWORK = "network", gettext_noop("Network")
    SOFTWARE = "software", gettext_noop("Software and agents")
    LICENSE = "license", gettext_noop("License and warranty")
    PLACE = "place", gettext_noop("Location")
    STATUS = "status", gettext_noop("Management")
    CUSTOM = "custom", gettext_noop("Custom fields")


class FactKind(StrEnum):
    """Type of a fact's value."""

    TEXT = "text"
    WORD = "word"  # of DeviceType, or the vendor's own
    TIME = "time"
    DATE = "date"
    BOOL = "bool"
    BYTES = "bytes"
    NUMBER = "number"
    LIST = "list"


class FactName(StrEnum):
    """Names of facts. Stored, and part of the addresses of lists: they never change."""

    label: str
    topic: FactTopic
    kind: FactKind

    def __new__(cls, word: str, label: str = "", topic: FactTopic = FactTopic.CUSTOM, kind: FactKind = FactKind.TEXT) -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.label, member.topic, member.kind = label, topic, kind
        return member

    OS_EDITION = "os_edition", gettext_noop("Edition"), FactTopic.SYSTEM
    OS_UPDATE = "os_update", gettext_noop("Feature update"), FactTopic.SYSTEM
    OS_BUILD = "os_build", gettext_noop("OS build"), FactTopic.SYSTEM
    OS_VERSION = "os_version", gettext_noop("OS version"), FactTopic.SYSTEM
    SERVICE_PACK = "service_pack", gettext_noop("Service pack"), FactTopic.SYSTEM
    ARCHITECTURE = "architecture", gettext_noop("Architecture"), FactTopic.SYSTEM
    OS_LANGUAGE = "os_language", gettext_noop("OS language"), FactTopic.SYSTEM
    LAST_BOOT = "last_boot", gettext_noop("Last boot"), FactTopic.SYSTEM, FactKind.TIME
    DEVICE_TYPE = "device_type", gettext_noop("Device type"), FactTopic.HARDWARE, FactKind.WORD
    CHASSIS = "chassis", gettext_noop("Chassis"), FactTopic.HARDWARE
    MANUFACTURER = "manufacturer", gettext_noop("Manufacturer"), FactTopic.HARDWARE
    PROCESSORS = "processors", gettext_noop("Processors"), FactTopic.HARDWARE, FactKind.LIST
    DISKS = "disks", gettext_noop("Disks"), FactTopic.HARDWARE, FactKind.LIST
    GOLDEN_IMAGE = "golden_image", gettext_noop("Golden image"), FactTopic.HARDWARE, FactKind.BOOL
    ADAPTERS = "adapters", gettext_noop("Network adapters"), FactTopic.NETWORK, FactKind.LIST
    LOCAL_IP = "local_ip", gettext_noop("Local IP address"), FactTopic.NETWORK
    PUBLIC_IP = "public_ip", gettext_noop("Public IP address"), FactTopic.NETWORK
    PRODUCTS = "products", gettext_noop("Products"), FactTopic.SOFTWARE, FactKind.LIST
    COMPONENTS = "components", gettext_noop("Components"), FactTopic.SOFTWARE, FactKind.LIST
    AGENT_VERSION = "agent_version", gettext_noop("Agent version"), FactTopic.SOFTWARE
    AGENT_TYPE = "agent_type", gettext_noop("Agent type"), FactTopic.SOFTWARE
    LICENSE_EXPIRES = "license_expires", gettext_noop("License expires"), FactTopic.LICENSE, FactKind.DATE
    END_OF_LIFE = "end_of_life", gettext_noop("End of life"), FactTopic.LICENSE, FactKind.DATE
    EXTENDED_WARRANTY = "extended_warranty", gettext_noop("Extended warranty"), FactTopic.LICENSE, FactKind.BOOL
    LOCATION = "location", gettext_noop("Location"), FactTopic.PLACE
    COUNTRY = "country", gettext_noop("Country"), FactTopic.PLACE
    DOMAIN = "domain", gettext_noop("Domain"), FactTopic.PLACE
    ORG_UNIT = "org_unit", gettext_noop("Organizational unit"), FactTopic.PLACE
    DESCRIPTION = "description", gettext_noop("Description"), FactTopic.PLACE
    REGISTERED = "registered", gettext_noop("Registered"), FactTopic.STATUS, FactKind.TIME
    CONNECTED = "connected", gettext_noop("Connected to the vendor"), FactTopic.STATUS, FactKind.BOOL
    EXEMPT = "exempt", gettext_noop("Exempt from policies"), FactTopic.STATUS, FactKind.BOOL
    PASSWORD_SET = "password_set", gettext_noop("Sign-in password set"), FactTopic.STATUS, FactKind.BOOL
    ISSUES = "issues", gettext_noop("Reported issues"), FactTopic.STATUS, FactKind.NUMBER
    CRITICAL_ISSUES = "critical_issues", gettext_noop("Critical issues"), FactTopic.STATUS, FactKind.NUMBER
    CUSTOM = "custom", gettext_noop("Custom fields"), FactTopic.CUSTOM, FactKind.LIST


class DeviceType(LabelledEnum):
    """Types of device that several vendors name."""

    LAPTOP = "laptop", gettext_noop("Laptop")
    DESKTOP = "desktop", gettext_noop("Desktop")
    SERVER = "server", gettext_noop("Server")
    VIRTUAL = "virtual", gettext_noop("Virtual machine")
    PHONE = "phone", gettext_noop("Phone")
    TABLET = "tablet", gettext_noop("Tablet")


_TYPE_WORDS = (
    (("virtual", "vm"), DeviceType.VIRTUAL),
    (("laptop", "notebook"), DeviceType.LAPTOP),
    (("server",), DeviceType.SERVER),
    (("phone", "smartphone"), DeviceType.PHONE),
    (("tablet",), DeviceType.TABLET),
    (("desktop", "workstation"), DeviceType.DESKTOP),
)


def device_type(text: str) -> str:
    """A type of any vendor as a DeviceType, such as "Virtual Workstation" as virtual; another one in the vendor's words."""
    words = text.replace("_", " ").split()
    known = {word.casefold() for word in words}
    found = next((each for names, each in _TYPE_WORDS if known.intersection(names)), None)
    return found.value if found else " ".join(words).capitalize()[:LONGEST_FACT]


def may_be_secret(name: str) -> bool:
    """Whether a custom field of this name may hold a password or key: it is no fact."""
    return _SECRET.search(name) is not None


def kept(found: Mapping[FactName, Any], repairs: Repairs) -> dict[str, Any]:
    """The facts as they are stored, without empty ones. What is too much of a list is left out, and is a repair."""
    facts = {name.value: value for name, each in found.items() if (value := _plain(each)) not in ("", None, [])}
    for name, value in facts.items():
        if isinstance(value, list) and len(value) > MOST_PARTS:
            repairs.add(name, FieldFault.SIZE)
            facts[name] = value[:MOST_PARTS]
    while facts and len(msgspec.json.encode(facts)) > MOST_BYTES:
        longest = max(facts, key=lambda name: len(msgspec.json.encode(facts[name])))
        repairs.add(longest, FieldFault.SIZE)
        if isinstance(facts[longest], list) and len(facts[longest]) > 1:
            facts[longest] = facts[longest][: len(facts[longest]) // 2]
        else:
            del facts[longest]
    return facts


def part(**values: Any) -> dict[str, Any]:
    """A part of a list, without empty values."""
    plain = ((name, _plain(value, longest=LONGEST_PART)) for name, value in values.items())
    return {name: value for name, value in plain if value not in ("", None, [])}


def _plain(value: Any, *, longest: int = LONGEST_FACT) -> Any:
    """As JSON has it; the end of a long text is left out."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return f"{value[: longest - 1]}…" if isinstance(value, str) and len(value) > longest else value
