"""Interface of vendors that create installers, the only thing that Rollcall changes at a vendor.

A repeated order would create a second one, so `make_installer` is held to a rule: it sends the order at most once per call, and where
its answer says `accepted` the cursor leads to the same order, never to a second one. An error with `undone` proves that nothing was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from vendors.records import Installer
from vendors.states import Family


@dataclass(frozen=True, slots=True)
class InstallerOptions:
    """What a vendor's API creates. `languages`: code and name, of which `fallback` is used where the requested one is missing.

    `refusals`: a sentence why a system has no installer. `life`: how long an installer is valid. All texts are marked for translation.
    """

    families: tuple[Family, ...]
    languages: tuple[tuple[str, str], ...]
    fallback: str
    life: str
    refusals: Mapping[Family, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstallerOrder:
    """The requested installer. The same order always makes the same request, by which a delayed answer is found."""

    name: str
    family: Family
    language: str
    group_id: str = ""
    detect_unwanted: bool = True
    cloud_feedback: bool = True
    diagnostics: bool = False


@dataclass(frozen=True, slots=True)
class InstallerPage:
    """The result of one call. `cursor` None: it is complete, and what it did not contain does not exist.

    `accepted`: the vendor took the order and prepares the answer. `unreadable`: records that cannot be used: a missing installer may be
    one of them.
    """

    installers: tuple[Installer, ...] = ()
    cursor: dict[str, Any] | None = None
    wait: float = 0.0
    waiting_for: str = ""
    accepted: bool = False
    unreadable: int = 0


@runtime_checkable
class MakesInstallers(Protocol):
    """A connection to one account that can create installers. Each method makes one call, and raises any error of vendors.errors."""

    def make_installer(self, order: InstallerOrder, cursor: dict[str, Any] | None) -> InstallerPage: ...

    def list_installers(self, cursor: dict[str, Any] | None) -> InstallerPage: ...

    def read_installer(self, external_id: str, cursor: dict[str, Any] | None) -> InstallerPage: ...

    def delete_installer(self, external_id: str, cursor: dict[str, Any] | None) -> InstallerPage:
        """Also done when the vendor no longer has it."""
        ...
