"""Stale sources: accounts whose data is shown and counted although no sync renews it. An account whose sync is due is in the banner."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from devices.account_status.status import AccountStatus


@dataclass(frozen=True, slots=True)
class StaleSource:
    """One account. `why`: a clause after its name; `at`: its last full sync, if any; `code`: its status, where that is the reason."""

    account: str
    why: str
    at: datetime | None
    off: bool = False
    code: str = ""

    @property
    def because(self) -> str:
        """For a cell of a file, which is in English."""
        return f"it {self.why}" if self.why else ""


def aged(found: Iterable[AccountStatus], *, account: str = "", vendor: str = "") -> list[StaleSource]:
    """Of all accounts that have reported a device, of one, or of those of a vendor."""
    chosen = (each for each in found if each.facts.has_devices and account in ("", each.name) and vendor in ("", each.vendor))
    return aged_among(chosen)


def aged_among(found: Iterable[AccountStatus], names: Collection[str] | None = None) -> list[StaleSource]:
    """Of those with these names, or of all."""
    chosen = (each for each in found if each.frozen and (names is None or each.name in names))
    return [StaleSource(each.name, each.frozen, each.complete_at, not each.enabled, each.code) for each in chosen]
