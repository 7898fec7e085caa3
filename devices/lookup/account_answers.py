"""What "not found" is worth, account by account: searched, stale, never synced, or not able to know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from devices.account_status.status import AccountStatus
from devices.models import Account
from devices.search.documents import moment
from devices.search.parser import SearchTerm
from devices.search.queries import SearchResult
from vendors.base import Scope
from vendors.parsing import spellings
from vendors.registry import VENDORS
from vendors.states import IdKind

# A vendor is asked for names only: what looks like a pattern or a sentence is not sent.
ASKABLE = re.compile(r"\w[\w .\-/]{1,62}")


class AccountAnswer(TypedDict):
    name: str
    status: str  # of the account: a code of devices/account_status/status.py
    answer: str
    complete_as_of: str | None
    old_because: str | None  # no sync renews it


@dataclass(frozen=True, slots=True)
class AccountReason:
    """What it means that an account has no such device. `code`: searched, stale, never, cannot or left_out."""

    status: AccountStatus
    code: str
    words: str
    scope: Scope | None  # what the vendor can be asked now, and would say that it does not know

    @property
    def account(self) -> Account:
        return self.status.account


def silences(clue: SearchTerm, known: Iterable[AccountStatus]) -> list[AccountReason]:
    """No query. `known`: the status of every account."""
    return [AccountReason(each, *_answer(each, clue), question(each.account, clue)) for each in known]


def account_answers(clue: SearchTerm, known: Iterable[AccountStatus]) -> list[AccountAnswer]:
    """No query."""
    return [
        AccountAnswer(
            name=each.status.name,
            status=each.status.code.value,
            answer=each.words,
            complete_as_of=moment(each.status.complete_at),
            old_because=f"it {each.status.frozen}" if each.status.frozen else None,
        )
        for each in silences(clue, known)
    ]


def document(term: str, answer: SearchResult, accounts: list[AccountAnswer]) -> dict[str, Any]:
    """The answer as JSON: an interface, the same on every way out. `more`: there are devices beyond `matches`."""
    matches = [{**match.device, "matched": match.matched} for match in answer.matches]
    return {"query": term, "matches": matches, "accounts": accounts, "more": answer.more}


def question(account: Account, clue: SearchTerm) -> Scope | None:
    """The names that this account can be asked for now, in every form in which its vendor may keep them."""
    vendor = VENDORS.get(account.vendor)
    if vendor is None or not account.enabled or account.being_deleted or not ASKABLE.fullmatch(spellings.plain(clue.rest)):
        return None
    asked = {kind for kind in clue.kinds if kind in vendor.asked_by}
    hostnames = spellings.host_names(clue.rest) if IdKind.HOSTNAME in asked else ()
    named = IdKind.HOSTNAME in asked and spellings.full_name(clue.rest)
    serials = spellings.serials(clue.rest) if IdKind.SERIAL in asked and not named else ()
    return Scope(hostnames=hostnames, serials=serials) if hostnames or serials else None


def _answer(status: AccountStatus, clue: SearchTerm) -> tuple[str, str]:
    vendor = status.about
    if vendor is None:
        return "cannot", "cannot answer: this version does not know its vendor"
    if any(name not in (status.vendor, status.name.lower()) for name in clue.inside):
        return "left_out", "left out: the search names another vendor or account with in:"
    unknown = [kind for kind in clue.kinds if kind not in vendor.answers]
    if len(unknown) == len(clue.kinds):
        return "cannot", f"cannot answer this kind of clue ({_words(unknown)})"
    if status.complete_at is None:
        return "never", "never synced"
    listed = f"complete list as of {status.complete_at:%Y-%m-%d %H:%M} UTC"
    if reasons := list(_stale(status)):
        return "stale", f"list is stale ({'; '.join(reasons)}; {listed})"
    notes = [f"it does not tell: {_words(unknown)}"] if unknown else []
    notes += [status.doubt] if status.doubt else []
    return "searched", f"searched ({'; '.join([listed, *notes])})"


def _stale(status: AccountStatus) -> Iterator[str]:
    """Why its list may not be what the vendor would say today."""
    if status.in_error:
        yield status.label.lower()
    if status.outdated:
        yield f"it {status.frozen}" if status.frozen else status.doubt


def _words(kinds: list[IdKind]) -> str:
    return ", ".join(kind.label for kind in kinds)
