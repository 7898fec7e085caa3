"""Normalized records of a vendor's data, immutable. The raw data is kept beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import msgspec

from vendors.field_repairs import Repair
from vendors.patch_states import PatchKind, PatchReason, PatchStatus, Severity
from vendors.secret import Secret
from vendors.states import Enrolment, Family, IdKind, State


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """`value` is the vendor's text, `key` the comparable form (see normalise.py); `junk` keys are shown and never match.

    An empty value is a derived notation, which matches and is never shown (vendors/parsing/notations.py).
    """

    kind: IdKind
    value: str
    key: str
    junk: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with a device. `key` is stable within the device and vendor; `raw` is the vendor's own word."""

    key: str
    title: str
    state: State
    raw: str
    since: datetime | None = None
    silenced: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """What a patch is for. `key` is the vendor's own id of it; `version` is the target version where the vendor has no name."""

    key: str
    name: str
    kind: PatchKind
    developer: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """`number` is the vendor's uint64, by which versions compare; `name` is the displayed one. None and "": not reported."""

    number: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch on one device. `key` is stable within the device; `raw` is the vendor's status.

    `device_id`: the vendor's id of the device; empty where the patch hangs on a Device record. `restart` None: the vendor did not say.
    `since`: when the vendor first detected that it is missing. `repairs`: fields that were left out or mended.
    """

    key: str
    title: Title
    status: PatchStatus
    raw: str
    reason: PatchReason = PatchReason.NONE
    device_id: str = ""
    version: str = ""
    severity: Severity = Severity.UNKNOWN
    security: bool | None = None
    restart: bool | None = None
    fixes: tuple[str, ...] = ()
    released: date | None = None
    since: datetime | None = None
    notes: str = ""
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to install a patch, which vendors forget after days. `device_id` empty: the vendor does not say on which device."""

    title: Title
    status: PatchStatus
    raw: str
    reason: PatchReason = PatchReason.NONE
    device_id: str = ""
    before: Version = Version()
    after: Version = Version()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """One vendor's view of one device. Empty text means that the vendor did not say; times are aware.

    `remediation`: the address of the vendor's page on which this device is repaired; empty: it has none now; None: the vendor has no
    such pages. `patches`: all of them; None: the vendor reports patches elsewhere or not at all. `facts`: JSON values by
    FactName (vendors/facts.py). `repairs`: fields that were left out or mended.
    """

    external_id: str
    name: str
    state: State
    state_raw: str
    enrolment: Enrolment = Enrolment.MANAGED
    serial: str = ""
    user: str = ""
    os_name: str = ""
    os_family: Family = Family.UNKNOWN
    os_release: str = ""
    os_short: str = ""
    model: str = ""
    manufacturer: str = ""
    group_id: str = ""
    group_name: str = ""
    silenced: bool = False
    problem_count: int = 0
    produced_at: datetime | None = None
    identifiers: tuple[Identifier, ...] = ()
    issues: tuple[Issue, ...] = ()
    link: str = ""
    remediation: Secret | None = None
    patches: tuple[Patch, ...] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One device as listed: enough to tell whether it changed since last time.

    `digest` covers what is stable (16 bytes); last-seen times and tokens are outside it. `raw` is the vendor's JSON without secrets, fit to
    be stored: `scrub` makes it of `wire` (None: it is fit as it came). `read()` maps it, and raises BadRecord for what is no record at all.
    Both are asked of new and changed entries only: they cost ten times the digest. `booted_at`: the last start, which is outside the
    digest too. `repairs`: what was wrong with the times outside the digest.
    """

    external_id: str
    seen_at: datetime | None
    digest: bytes
    wire: bytes
    mapper: Callable[[bytes], Device]
    scrub: Callable[[bytes], bytes] | None = None
    repairs: tuple[Repair, ...] = ()
    booted_at: datetime | None = None

    @property
    def raw(self) -> bytes:
        return self.scrub(self.wire) if self.scrub else self.wire

    def __repr__(self) -> str:
        return f"Entry({self.external_id!r}, {len(self.wire)} bytes)"

    def read(self) -> Device:
        return self.map(self.raw)

    def map(self, raw: bytes) -> Device:
        """`raw` normalized, with all repairs."""
        device = self.mapper(raw)
        return replace(device, repairs=(*self.repairs, *device.repairs)) if self.repairs else device


@dataclass(frozen=True, slots=True)
class Reject:
    """A record too broken to name its device. `sample` is redacted and at most 2 kB."""

    reason: str
    sample: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of devices as the vendor names it; `static` groups can take installers."""

    external_id: str
    name: str
    parent_id: str = ""
    static: bool = False
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """What an installer activates, and the licence that pays for it."""

    name: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Installer:
    """An installer as the vendor lists it. `link` is a secret: it allows installing with the customer's licenses.

    `usable` None: the vendor did not say. It may be False before `expires_at`.
    """

    external_id: str
    name: str
    family: Family
    link: Secret
    language: str = ""
    group_id: str = ""
    group_name: str = ""
    usable: bool | None = None
    made_at: datetime | None = None
    expires_at: datetime | None = None
    products: tuple[Product, ...] = ()
    components: tuple[str, ...] = ()
    detect_unwanted: bool = False
    cloud_feedback: bool = False
    diagnostics: bool = False
    repairs: tuple[Repair, ...] = ()
