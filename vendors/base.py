"""Interface of a vendor: a description, and a connection that can walk.

A walk can stop after any page and go on later in another process: `walk(scope, cursor)` does one call (or a few for a token) and returns
a Page with the cursor that leads on. The rest of Rollcall knows nothing else about a vendor.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from vendors.auth import TokenStore
from vendors.budget import Rate
from vendors.errors import Unsupported
from vendors.gateway.address_rules import BadUrl, parse_url, place
from vendors.gateway.http import Gateway
from vendors.installer_api import InstallerOptions
from vendors.parsing.setting_values import trimmed
from vendors.patching_api import Source
from vendors.records import Device, Entry, Group, Reject
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

Cursor = dict[str, Any]
Kind = Literal["everything", "changed", "named"]
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Scope:
    """What to walk: everything, what changed since a time, or named devices (by vendor id, hostname or serial)."""

    since: datetime | None = None
    ids: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        if self.ids or self.hostnames or self.serials:
            return "named"
        return "changed" if self.since else "everything"

    def as_json(self) -> dict[str, Any]:
        named = {"ids": list(self.ids), "hostnames": list(self.hostnames), "serials": list(self.serials)}
        return {"since": self.since.isoformat() if self.since else None, **named}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scope:
        since = data.get("since")
        return cls(
            since=datetime.fromisoformat(since) if since else None,
            ids=tuple(data.get("ids", ())),
            hostnames=tuple(data.get("hostnames", ())),
            serials=tuple(data.get("serials", ())),
        )


@dataclass(frozen=True, slots=True)
class DevicePage:
    """One step of a walk.

    `cursor` None: the walk is complete and what it did not show is not there. `wait`: seconds until the next step makes sense.
    `expected`: devices in the whole walk, where the vendor says so. `absent`: names that the vendor does not know.
    `waiting_for`: the reason of the wait, as a Message.
    """

    entries: tuple[Entry, ...] = ()
    cursor: Cursor | None = None
    wait: float = 0.0
    expected: int | None = None
    groups: tuple[Group, ...] = ()
    rejects: tuple[Reject, ...] = ()
    absent: tuple[str, ...] = ()
    waiting_for: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of an account. Secret fields are write-only everywhere. `example`: what a required one without a default looks like.

    `tidy`: pasted text → stored text; it never raises and is idempotent
    (vendors/parsing/setting_values.py).
    `note`: a sentence, as a Message, about a tidy value at a time, shown beside it. `suggestions`: values to choose from.
    """

    name: str
    label: str
    secret: bool = False
    required: bool = True
    default: str = ""
    help: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    boolean: bool = False
    tidy: Callable[[str], str] = trimmed
    note: Callable[[str, datetime], str] | None = None
    suggestions: Callable[[], Sequence[str]] | None = None


class ReadsDevices(Protocol):
    """A connection to one account that can list devices."""

    def walk(self, scope: Scope, cursor: Cursor | None) -> DevicePage:
        """Raise any error of vendors.errors; then nothing of this page counts and the same cursor may be tried again."""
        ...

    def probe(self) -> str:
        """Sign in and read one small page. Return a sentence about the result, as a Message; raise as `walk` does."""
        ...


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything an adapter is given. `now` is the clock; `settings` hold no secret."""

    settings: Mapping[str, str]
    secrets: Mapping[str, Secret]
    gateway: Gateway
    tokens: TokenStore


def only_url(settings: Mapping[str, str]) -> tuple[str, ...]:
    return (settings.get("url", ""),)


class Connects(Protocol):
    def __call__(self, connection: Connection, /) -> ReadsDevices: ...


@dataclass(frozen=True, slots=True)
class StoredNames:
    """How a vendor keeps a kind of name: another notation that is not found there proves nothing.

    `longest`: characters that are kept, 0: all. `domain`: whether a full name keeps its domain. `display`: whether it may be a display
    name, which is found whole only.
    """

    longest: int = 0
    domain: bool = True
    display: bool = False

    def can_be(self, name: str) -> bool:
        """Whether a name may be stored in this notation."""
        return (not self.longest or len(name) <= self.longest) and (self.domain or "." not in name)


@dataclass(frozen=True, slots=True)
class Vendor:
    """The description of a vendor. `full_every` and `changes_every` are seconds; 0 means that this walk is never planned.

    `answers`: the kinds of identifier (IdKind values) that this vendor's records can contain, so that a search distinguishes "not
    found" from "not available". `scopes` are the walks that the API can do. `rate` reads the budget from an account's settings;
    `check` validates tidy settings before anything is sent: name of the setting → one sentence, as a Message.
    `refresh_note`: a sentence why a scope is missing.
    `live_for`, `stale_after`, `unseen_after`: seconds since the last check-in up to which a device is online, and after which it is
    stale and inactive, by the vendor's own limits; administrators may set others (devices/reconciliation/freshness.py).
    `asked_by`: the kinds of name that a walk of named devices takes, and for which the vendor reports an unknown one.
    `tells_total`: it reports how many devices an account has.
    `stores`: how it keeps names, by kind of identifier; a kind that is missing is kept as the device reports it.
    `named_at_once`: devices in one call of such a walk; 0: it is one job, however many are named.
    `named_calls`: API calls that such a call or job takes, polls included.
    `offer`: the installers that the API creates; the connection is then a MakesInstallers too (vendors/installer_api.py).
    `patch_sources`: the patch data that the API has beside its devices; the connection is then a ReadsPatches too
    (vendors/patching_api.py).
    `patches_with_devices`: its Device records hold their patches.
    `reread` maps a stored raw record again, by the settings of its account: what the rules of matching read changes with a version.
    `urls`: every base address that the settings lead to. `on_premises`: its server is usually on the company's own network.
    `documentation`: the vendor's public page about getting these credentials.
    `mark`: two letters for its badge; empty: the first two of its label.
    """

    slug: str
    label: str
    fields: tuple[Field, ...]
    connect: Connects
    full_every: int
    changes_every: int
    scopes: frozenset[Kind]
    answers: frozenset[str]
    rate: Callable[[Mapping[str, str]], Rate]
    check: Callable[[Mapping[str, str]], dict[str, str]]
    reread: Callable[[bytes, Mapping[str, str]], Device]
    live_for: int = 2 * DAY
    stale_after: int = 14 * DAY
    unseen_after: int = 30 * DAY
    refresh_note: str = ""
    asked_by: frozenset[str] = frozenset()
    tells_total: bool = False
    stores: Mapping[str, StoredNames] = dataclasses.field(default_factory=dict)
    named_at_once: int = 0
    named_calls: int = 1
    offer: InstallerOptions | None = None
    patch_sources: tuple[Source, ...] = ()
    patches_with_devices: bool = False
    urls: Callable[[Mapping[str, str]], tuple[str, ...]] = only_url
    on_premises: bool = False
    documentation: str = ""
    mark: str = ""

    @property
    def longest_host_name(self) -> int:
        """Characters of a host name that the vendor keeps, 0: all of them; a longer one may exist although it is not found."""
        return self.names("hostname").longest

    def names(self, kind: str) -> StoredNames:
        return self.stores.get(kind, StoredNames())

    @property
    def secret_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields if each.secret)

    def tidied(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Every setting as it is stored: what was entered without what was pasted along with it, or the default."""
        plain = [each for each in self.fields if not each.secret]
        values = {each.name: each.tidy(str(settings.get(each.name) or "")) or each.default for each in plain}
        return {each.name: values[each.name].lower() if each.boolean else values[each.name] for each in plain}

    def places(self, settings: Mapping[str, str]) -> tuple[str, ...]:
        """`host:port` of every server that is called with these settings; empty when an address cannot be read."""
        try:
            targets = [parse_url(url) for url in self.urls(settings)]
        except BadUrl:
            return ()
        return tuple(dict.fromkeys(place(target.host, target.port) for target in targets))

    @property
    def tells_patches(self) -> bool:
        return bool(self.patch_sources) or self.patches_with_devices

    def require(self, kind: Kind) -> None:
        """Raise Unsupported when this vendor's API cannot walk so."""
        if kind not in self.scopes:
            raise Unsupported(_cannot_list(kind, self.label), next_step=self.refresh_note)

    def installers(self) -> InstallerOptions:
        """Raise Unsupported when this vendor's API makes none."""
        if self.offer is None:
            raise Unsupported(no_installers(self.label), next_step=Message(gettext_noop("Create them in the vendor's console.")))
        return self.offer


def no_installers(label: str) -> Message:
    return Message(gettext_noop("%(vendor)s cannot create installers through its API."), vendor=label)


def _cannot_list(kind: Kind, label: str) -> Message:
    if kind == "named":
        return Message(gettext_noop("%(vendor)s cannot list single devices."), vendor=label)
    if kind == "changed":
        return Message(gettext_noop("%(vendor)s cannot list only changes."), vendor=label)
    return Message(gettext_noop("%(vendor)s cannot list all devices."), vendor=label)
