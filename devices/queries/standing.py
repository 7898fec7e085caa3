"""How an account stands, in one sentence and one next step. Every case has its own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from devices.models import Account, Health
from devices.queries.aged import off_words

TRIED_AGAIN = "It is tried again by itself; refresh now to try at once."


@dataclass(frozen=True, slots=True)
class Standing:
    """`code` is what tests and styles ask for, `word` what the pill says; look and icon are those of the pill tag."""

    code: str
    word: str
    look: str
    icon: str
    sentence: str
    next_step: str

    @classmethod
    def of(cls, account: Account, *, known: bool, running: bool, late: bool, withheld: int, quarantined: int) -> Self:
        if not account.enabled:
            return cls(
                *("off", "Switched off", "unknown", "circle-off"),
                f"Nothing is fetched. It {off_words(account.switched_off_at)}: what was fetched before is kept and grows old.",
                "Switch it on to fetch again.",
            )
        if not known:
            return cls(
                *("unknown", "Unknown vendor", "critical", "octagon-alert"),
                f"This version of Rollcall does not know the vendor “{account.vendor}”.",
                "Install a version that knows it, or switch the account off.",
            )
        if account.health in (Health.PERSON, Health.FAILING):
            return cls._in_trouble(account)
        if account.complete_at is None:
            return cls._before_the_first(running)
        if late or account.health == Health.LATE:
            return cls(
                *("late", "Late", "attention", "clock"),
                "The last complete list is older than two intervals.",
                "Check that a worker is running, or refresh now.",
            )
        return cls._complete(withheld, quarantined)

    @classmethod
    def _in_trouble(cls, account: Account) -> Self:
        sentence = account.health_sentence or "The last fetch failed."
        if account.health == Health.PERSON:
            next_step = account.health_next_step or "Open “Edit” and correct it."
            return cls("person", "Needs a person", "critical", "circle-user", sentence, next_step)
        return cls("failing", "Failing", "critical", "octagon-alert", sentence, account.health_next_step or TRIED_AGAIN)

    @classmethod
    def _before_the_first(cls, running: bool) -> Self:
        if running:
            return cls("first", "Fetching", "busy", "refresh-cw", "The first fetch is running.", "Devices appear as they arrive.")
        return cls(
            "never",
            "Never fetched",
            "unknown",
            "clock",
            "Nothing has been fetched yet.",
            "The first fetch starts by itself within a minute, or refresh now.",
        )

    @classmethod
    def _complete(cls, withheld: int, quarantined: int) -> Self:
        if withheld:
            vanished = f"{withheld:,} devices vanished" if withheld > 1 else "1 device vanished"
            return cls(
                "partial",
                "Partial",
                "attention",
                "eye-off",
                f"The list is complete, but {vanished} from it at once.",
                "Find out why; until a person decides, they are shown as seen.",
            )
        if quarantined:
            could = f"{quarantined:,} records" if quarantined > 1 else "1 record"
            return cls(
                "partial",
                "Partial",
                "attention",
                "triangle-alert",
                f"The list is complete, but {could} could not be used.",
                "All other devices are up to date; the reasons stand with the records.",
            )
        return cls("ok", "OK", "ok", "circle-check", "The list is complete and recent.", "Nothing to do.")
