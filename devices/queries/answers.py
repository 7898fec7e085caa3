"""What "not found" is worth, account by account: searched, stale, never fetched, or not able to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from devices.models import Account, Health
from devices.queries.aged import off_words, why_old
from devices.queries.as_json import moment
from devices.queries.clue import Clue
from devices.queries.search import Answer
from vendors import spellings
from vendors.base import Scope, Vendor
from vendors.registry import VENDORS
from vendors.states import IdKind

# A vendor is asked for names only: what looks like a pattern or a sentence is not sent.
ASKABLE = re.compile(r"\w[\w .\-/]{1,62}")


class AccountAnswer(TypedDict):
    name: str
    answer: str
    complete_as_of: str | None
    old_because: str | None  # nobody fetches it any more


@dataclass(frozen=True, slots=True)
class Silence:
    """What it means that an account has no such device. `code`: searched, stale, never, cannot or left_out."""

    account: Account
    code: str
    words: str
    scope: Scope | None  # what the vendor can be asked now, and would say that it does not know

    @property
    def vendor_label(self) -> str:
        vendor = VENDORS.get(self.account.vendor)
        return vendor.label if vendor else self.account.vendor


def silences(clue: Clue, *, now: datetime) -> list[Silence]:
    """One query."""
    accounts = Account.objects.order_by("name").only("name", "vendor", "enabled", "switched_off_at", "health", "complete_at", "full_every")
    return [Silence(account, *_answer(account, clue, now), question(account, clue)) for account in accounts]


def account_answers(clue: Clue, *, now: datetime) -> list[AccountAnswer]:
    """One query."""
    return [
        AccountAnswer(
            name=each.account.name,
            answer=each.words,
            complete_as_of=moment(each.account.complete_at),
            old_because=f"it {why}" if (why := why_old(each.account, now)) else None,
        )
        for each in silences(clue, now=now)
    ]


def document(term: str, answer: Answer, accounts: list[AccountAnswer]) -> dict[str, Any]:
    """The answer as JSON: an interface, the same on every way out. `more`: there are devices beyond `matches`."""
    matches = [{**match.device, "matched": match.matched} for match in answer.matches]
    return {"query": term, "matches": matches, "accounts": accounts, "more": answer.more}


def question(account: Account, clue: Clue) -> Scope | None:
    """The names that this account can be asked for now, in every form in which its vendor may keep them."""
    vendor = VENDORS.get(account.vendor)
    if vendor is None or not account.enabled or not ASKABLE.fullmatch(spellings.plain(clue.rest)):
        return None
    asked = {kind for kind in clue.kinds if kind in vendor.asked_by}
    hostnames = spellings.host_names(clue.rest) if IdKind.HOSTNAME in asked else ()
    named = IdKind.HOSTNAME in asked and spellings.full_name(clue.rest)
    serials = spellings.serials(clue.rest) if IdKind.SERIAL in asked and not named else ()
    return Scope(hostnames=hostnames, serials=serials) if hostnames or serials else None


def _answer(account: Account, clue: Clue, now: datetime) -> tuple[str, str]:
    vendor = VENDORS.get(account.vendor)
    if vendor is None:
        return "cannot", "cannot answer: this version does not know its vendor"
    if any(name not in (account.vendor, account.name.lower()) for name in clue.inside):
        return "left_out", "left out: the search names another vendor or account with in:"
    unknown = [kind for kind in clue.kinds if kind not in vendor.answers]
    if len(unknown) == len(clue.kinds):
        return "cannot", f"cannot answer this kind of clue ({_words(unknown)})"
    if account.complete_at is None:
        return "never", "never fetched"
    listed = f"complete list as of {account.complete_at:%Y-%m-%d %H:%M} UTC"
    if reasons := list(_stale(account, vendor, now)):
        return "stale", f"list is stale ({'; '.join(reasons)}; {listed})"
    note = f"; it does not tell: {_words(unknown)}" if unknown else ""
    return "searched", f"searched ({listed}{note})"


def _stale(account: Account, vendor: Vendor, now: datetime) -> Iterator[str]:
    if not account.enabled:
        yield off_words(account.switched_off_at).removeprefix("is ")
    elif account.health in (Health.FAILING, Health.PERSON):
        yield Health(account.health).label.lower()
    every = account.full_every or vendor.full_every
    if account.complete_at is not None and now - account.complete_at > timedelta(seconds=2 * every):
        yield "fetched only when somebody asks" if account.full_every == 0 else "older than two intervals"


def _words(kinds: list[IdKind]) -> str:
    return ", ".join(kind.label for kind in kinds)
