"""Interface of vendors with patch data beside the list of devices: walks of their own, each of which a credential may be refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from vendors.errors import Misconfigured, VendorError
from vendors.records import Attempt, Patch, Reject
from vendors.texts import gettext_noop
from vendors.vocabulary import LabelledEnum


class Source(LabelledEnum):
    """A walk about patching. PATCHES is complete: what it no longer shows is not missing any more. The others only ever add."""

    RECENT = "recent", gettext_noop("Recent attempts, without devices")
    ATTEMPTS = "attempts", gettext_noop("Attempts per device")
    PATCHES = "patches", gettext_noop("Missing patches per device")


@dataclass(frozen=True, slots=True)
class PatchPage:
    """One step of such a walk. `cursor` None: the walk is complete."""

    attempts: tuple[Attempt, ...] = ()
    patches: tuple[Patch, ...] = ()
    rejects: tuple[Reject, ...] = ()
    cursor: dict[str, Any] | None = None
    wait: float = 0.0
    waiting_for: str = ""


@runtime_checkable
class ReadsPatches(Protocol):
    """A connection to one account that can walk the sources that its Vendor names in `patch_sources`."""

    def read_patches(self, source: Source, since: datetime | None, cursor: dict[str, Any] | None) -> PatchPage:
        """`since`: only attempts from then on, where the source can tell. Raise any error of vendors.errors; one that `refused` names means
        that this credential may not."""
        ...


def refused(error: VendorError) -> bool:
    """The credential, or the subscription behind it, does not reach this source."""
    return isinstance(error, Misconfigured) and error.status in (403, 404, 501)
