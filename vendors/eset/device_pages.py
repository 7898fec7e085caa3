"""One step of a walk through ESET Connect: one request, chosen by the phase of the cursor.

Everything: groups, then devices, by page token. Named: ids by batchGet in ranges of the scope's ids (atomic, so a range that is refused
is split until the one stale id stands alone), then hostnames by the filter of the list. The cursor holds positions, never the ids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from vendors.base import Cursor, DevicePage, Scope
from vendors.errors import Lost, could_not
from vendors.eset import async_answers, mapping, paging
from vendors.eset.client import Client, Reply
from vendors.eset.ids import canonical
from vendors.eset.session import Session
from vendors.gateway.error_mapping import from_status
from vendors.parsing.pages import json_pages
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

BATCH = 100
NAMES = 20
MOST_PAGES = 20_000


def start(scope: Scope) -> Cursor:
    if scope.kind == "everything":
        return {"phase": "groups", "token": ""}  # nosec B105 # a page token
    if scope.ids:
        count = len(_ids(scope))
        return {
            "phase": "ids",
            "todo": [[first, min(first + BATCH, count)] for first in range(0, count, BATCH)],
        }
    return _names_from(0)


@dataclass(slots=True)
class PhaseStep:
    client: Client
    session: Session
    scope: Scope
    cursor: Cursor
    now: Callable[[], float]

    def take(self) -> DevicePage:
        """Raises delayed.Later and session.SignInLater when the answer is not ready."""
        phases = {
            "groups": self._groups,
            "devices": self._devices,
            "ids": self._by_ids,
            "names": self._by_names,
        }
        phase = phases.get(self.cursor.get("phase", ""))
        if phase is None:
            raise Lost(Message(gettext_noop("Could not continue the list of devices: this version does not know the stored position.")))
        return phase()

    # -- everything ---------------------------------------------------------------------------------------------------

    def _groups(self) -> DevicePage:
        given = self.cursor["token"]
        reply = self._paged(lambda token, known: self.client.device_groups(token, page_token=given, response_id=known))
        listing = json_pages.page(reply.body, type=mapping.GroupListing, operation=reply.operation, request_id=reply.request_id)
        following = self._following(listing.nextPageToken, reply)
        after = following or {"phase": "devices", "token": ""}  # nosec B105 # a page token
        return DevicePage(groups=mapping.groups(listing.deviceGroups or []), cursor=after)

    def _devices(self) -> DevicePage:
        given = self.cursor["token"]
        reply = self._paged(lambda token, known: self.client.devices(token, page_token=given, response_id=known))
        listing = self._listing(reply)
        entries, rejects = mapping.entries(listing.devices or [], now=self._moment())
        return DevicePage(entries=entries, rejects=rejects, cursor=self._following(listing.nextPageToken, reply))

    # -- named --------------------------------------------------------------------------------------------------------

    def _by_ids(self) -> DevicePage:
        ids, todo = _ids(self.scope), self.cursor["todo"]
        if not todo:
            return DevicePage(absent=_unusable(self.scope), cursor=self._after_ids([]))
        (first, last), rest = todo[0], todo[1:]
        asked = ids[first:last]
        reply = self._ask(lambda token, known: self.client.batch_get(token, asked, response_id=known))
        if reply.status not in (200, 400, 404):
            raise from_status(reply.status, operation=reply.operation, request_id=reply.request_id)
        rows = (self._listing(reply).devices or []) if reply.status == 200 else []
        entries, rejects = mapping.entries(rows, now=self._moment())
        if {each.external_id for each in entries} - set(asked):
            raise paging.bad(reply, Message(gettext_noop("the answer has devices that were not requested")))
        if len(rows) < len(asked) and len(asked) > 1:
            middle = (first + last) // 2
            return DevicePage(cursor=self._after_ids([[first, middle], [middle, last], *rest]))
        absent = tuple(asked) if len(rows) < len(asked) else ()
        if not rest:
            absent += _unusable(self.scope)
        return DevicePage(entries=entries, rejects=rejects, absent=absent, cursor=self._after_ids(rest))

    def _after_ids(self, todo: list[list[int]]) -> Cursor | None:
        if todo:
            return {**self.cursor, "todo": todo}
        return _names_from(0) if self.scope.hostnames else None

    def _by_names(self) -> DevicePage:
        given, first = self.cursor["token"], self.cursor["from"]
        asked = self.scope.hostnames[first : first + NAMES]
        reply = self._paged(lambda token, known: self.client.devices(token, page_token=given, names=asked, response_id=known))
        # Nothing by these names may be written as no list at all.
        listing = self._listing(reply, may_be_missing=True)
        rows = listing.devices or []
        found = {name.casefold() for name in mapping.names(rows)} | set(self.cursor["found"])
        following = self._following(listing.nextPageToken, reply)
        absent: tuple[str, ...] = ()
        if following is not None:
            following["found"] = sorted(found & {name.casefold() for name in asked})
        else:
            absent = tuple(name for name in asked if name.casefold() not in found)
            more = first + NAMES < len(self.scope.hostnames)
            following = _names_from(first + NAMES) if more else None
        entries, rejects = mapping.entries(rows, now=self._moment())
        return DevicePage(entries=entries, rejects=rejects, absent=absent, cursor=following)

    # -- one question -------------------------------------------------------------------------------------------------

    def _ask(self, call: Callable[[Secret, str], Reply]) -> Reply:
        known = async_answers.response_id(self.cursor)
        reply = self.session.run(lambda token: call(token, known), trusted=self.cursor.get("trusted", False))
        reply = async_answers.follow(self.cursor, reply, now=self.now())
        self.cursor = async_answers.settled(self.cursor)
        if reply.status == 400:  # with a brand-new token, so it is about the question: no need to sign in for the next one
            self.cursor["trusted"] = True
        return reply

    def _paged(self, call: Callable[[Secret, str], Reply]) -> Reply:
        reply = self._ask(call)
        if reply.status in (400, 404) and self.cursor["token"]:
            raise Lost(
                could_not(reply.operation, paging.LOST),
                status=reply.status,
                request_id=reply.request_id,
            )
        if reply.status != 200:
            raise from_status(reply.status, operation=reply.operation, request_id=reply.request_id)
        return reply

    def _listing(self, reply: Reply, *, may_be_missing: bool = False) -> mapping.DeviceListing:
        """An answer without any list is the end only where a page or a filter came before: an empty fleet must be said, not left out."""
        listing = json_pages.page(reply.body, type=mapping.DeviceListing, operation=reply.operation, request_id=reply.request_id)
        if listing.devices is None and not may_be_missing and not self.cursor.get("token"):
            raise paging.bad(reply, Message(gettext_noop("the answer has no list of devices")))
        return listing

    def _following(self, next_token: str | None, reply: Reply) -> Cursor | None:
        """The cursor of the next page in the same phase; None after the last one."""
        return paging.following(self.cursor, next_token, reply, most=MOST_PAGES)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)


def _ids(scope: Scope) -> list[str]:
    return list(dict.fromkeys(uuid for each in scope.ids if (uuid := canonical(each))))


def _unusable(scope: Scope) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(scope.ids) if not canonical(each))


def _names_from(first: int) -> Cursor:
    return {"phase": "names", "from": first, "token": "", "found": []}  # nosec B105 # a page token
