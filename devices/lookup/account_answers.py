"""What "not found" means for each account: searched, stale, never synced, left out or not supported by its vendor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from django.utils.translation import gettext

from devices.account_status.status import AccountStatus
from devices.models import Account
from devices.search.documents import moment
from devices.search.parser import SearchTerm
from devices.search.queries import SearchResult
from vendors.base import Scope
from vendors.parsing import spellings
from vendors.registry import VENDORS
from vendors.states import IdKind

# A vendor is queried for names only: what looks like a pattern or a sentence is not sent.
ASKABLE = re.compile(r"\w[\w .\-/]{1,62}")
MOST_FORMS = 32  # of one kind, in one question


class AccountAnswer(TypedDict):
    name: str
    status: str  # of the account: a code of devices/account_status/status.py
    answer: str
    complete_as_of: str | None
    old_because: str | None  # no sync renews it


@dataclass(frozen=True, slots=True)
class AccountReason:
    """What it means that an account has no such device. `code`: searched, stale, never, cannot or left_out.

    `unknown`: the kinds of the term that the vendor does not report. `doubts`: why its data may be incomplete, a clause each.
    `scope`: the names that the vendor can be queried for now, and for which it would answer that it has no device.
    """

    status: AccountStatus
    code: str
    scope: Scope | None
    unknown: tuple[IdKind, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def account(self) -> Account:
        return self.status.account

    @property
    def unknown_labels(self) -> str:
        """In the user's language."""
        return ", ".join(gettext(kind.label) for kind in self.unknown)


def account_reasons(term: SearchTerm, known: Iterable[AccountStatus]) -> list[AccountReason]:
    """No query. `known`: the status of every account."""
    return [_reason(each, term) for each in known]


def account_answers(term: SearchTerm, known: Iterable[AccountStatus]) -> list[AccountAnswer]:
    """For JSON and commands, in English: `known` too must be computed in English. No query."""
    return [
        AccountAnswer(
            name=each.status.name,
            status=each.status.code.value,
            answer=_answer(each),
            complete_as_of=moment(each.status.complete_at),
            old_because=f"it {each.status.frozen}" if each.status.frozen else None,
        )
        for each in account_reasons(term, known)
    ]


def document(term: str, answer: SearchResult, accounts: list[AccountAnswer]) -> dict[str, Any]:
    """The answer as JSON: an interface, the same on every way out. `more`: there are devices beyond `matches`."""
    matches = [{**match.device, "matched": match.matched} for match in answer.matches]
    return {"query": term, "matches": matches, "accounts": accounts, "more": answer.more}


def question(account: Account, term: SearchTerm) -> Scope | None:
    """The names that this account can be queried for now, in every form in which its vendor may have them."""
    vendor = VENDORS.get(account.vendor)
    if vendor is None or not account.enabled or account.being_deleted:
        return None
    kinds = {kind for kind in term.kinds if kind in vendor.asked_by}
    hostnames = _forms(term.texts(IdKind.HOSTNAME), spellings.host_names) if IdKind.HOSTNAME in kinds else ()
    named = IdKind.HOSTNAME in kinds  # then a name with a domain is no serial
    possible = [text for text in term.texts(IdKind.SERIAL) if not (named and spellings.full_name(text))]
    serials = _forms(possible, spellings.serials) if IdKind.SERIAL in kinds and not (named and spellings.full_name(term.rest)) else ()
    return Scope(hostnames=hostnames, serials=serials) if hostnames or serials else None


def _forms(texts: Iterable[str], spelled: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """Each in its first spelling, at most MOST_FORMS; case makes no difference."""
    found: dict[str, str] = {}
    for text in texts:
        for each in spelled(text) if ASKABLE.fullmatch(spellings.plain(text)) else ():
            found.setdefault(each.casefold(), each)
    return tuple(found.values())[:MOST_FORMS]


def _reason(status: AccountStatus, term: SearchTerm) -> AccountReason:
    vendor, scope = status.about, question(status.account, term)
    if vendor is None:
        return AccountReason(status, "cannot", scope)
    if any(name not in (status.vendor, status.name.lower()) for name in term.inside):
        return AccountReason(status, "left_out", scope)
    unknown = tuple(kind for kind in term.kinds if kind not in vendor.answers)
    if len(unknown) == len(term.kinds):
        return AccountReason(status, "cannot", scope, unknown)
    if status.complete_at is None:
        return AccountReason(status, "never", scope, unknown)
    if stale := tuple(_stale(status)):
        return AccountReason(status, "stale", scope, unknown, stale)
    return AccountReason(status, "searched", scope, unknown, (status.doubt,) if status.doubt else ())


def _stale(status: AccountStatus) -> Iterator[str]:
    """Why its data may differ from what the vendor has today."""
    if status.in_error:
        yield status.label
    if status.outdated:
        yield status.doubt


def _answer(reason: AccountReason) -> str:
    kinds = ", ".join(kind.label for kind in reason.unknown)
    if reason.code == "cannot":
        return f"not searched: this vendor has no such data ({kinds})" if kinds else "not searched: this version does not know its vendor"
    if reason.code == "left_out":
        return "not searched: excluded by in:"
    if reason.code == "never":
        return "never synced"
    synced = f"last full sync {reason.status.complete_at:%Y-%m-%d %H:%M} UTC"
    if reason.code == "stale":
        status = reason.status
        why = [f"it {status.frozen}" if status.frozen and each == status.doubt else each[:1].lower() + each[1:] for each in reason.doubts]
        return f"list is stale ({'; '.join([*why, synced])})"
    return f"searched ({'; '.join([synced, *([f'no data: {kinds}'] if kinds else []), *reason.doubts])})"
