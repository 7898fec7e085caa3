"""Patch data of ESET Connect: one call a step.

A period has a beginning and no end: a prepared answer, and every further page, belong to the identical request, so no clock may be in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from vendors.base import Cursor, DevicePage
from vendors.errors import Lost, Misconfigured, could_not
from vendors.eset import async_answers, attempts, paging, patches
from vendors.eset.client import Client, Reply
from vendors.eset.session import Session, SignInLater
from vendors.gateway.error_mapping import from_status
from vendors.parsing.pages import json_pages
from vendors.patching_api import PatchPage, Source
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

MOST_PAGES = 20_000
NOT_OFFERED = (404, 501)


@dataclass(slots=True)
class PatchSourceReader:
    """A walk of one source; `cursor` is its position. `since`: see ReadsPatches."""

    client: Client
    session: Session
    cursor: Cursor
    now: Callable[[], float]
    since: datetime | None = None

    def step(self, source: Source) -> PatchPage:
        sources = {Source.RECENT: self._recent, Source.ATTEMPTS: self._attempts, Source.PATCHES: self._patches}
        try:
            return sources[source]()
        except async_answers.AnswerNotReady as later:
            return _later(later.page)
        except SignInLater as later:
            return _later(later.page, {**self.cursor, "sign_in": later.page.cursor})

    def _recent(self) -> PatchPage:
        reply = self._ask(lambda token, known: self.client.recent_attempts(token, response_id=known))
        listing = json_pages.page(reply.body, type=attempts.AttemptListing, operation=reply.operation, request_id=reply.request_id)
        found, rejects = attempts.recent(listing.patchingDetails or [], now=self._moment())
        return PatchPage(attempts=found, rejects=rejects)

    def _attempts(self) -> PatchPage:
        given, start = self._given(), self.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if self.since else ""
        reply = self._ask(lambda token, known: self.client.attempts(token, start=start, page_token=given, response_id=known))
        listing = json_pages.page(reply.body, type=attempts.AttemptListing, operation=reply.operation, request_id=reply.request_id)
        found, rejects = attempts.attempts(listing.patchingDetails or [], now=self._moment())
        return PatchPage(attempts=found, rejects=rejects, cursor=self._following(listing.nextPageToken, reply))

    def _patches(self) -> PatchPage:
        """What this list leaves out is not missing any more, so an empty list must be explicit: present, or with an empty token."""
        given = self._given()
        reply = self._ask(lambda token, known: self.client.patches(token, page_token=given, response_id=known))
        listing = json_pages.page(reply.body, type=patches.PatchListing, operation=reply.operation, request_id=reply.request_id)
        if listing.devices is None and listing.nextPageToken is None and not given:
            raise paging.bad(reply, Message(gettext_noop("the answer has no list of patches")))
        found, rejects = patches.patches(listing.devices or [])
        return PatchPage(patches=found, rejects=rejects, cursor=self._following(listing.nextPageToken, reply))

    def _ask(self, call: Callable[[Secret, str], Reply]) -> Reply:
        known, given = async_answers.response_id(self.cursor), self._given()
        reply = self.session.run(lambda token: call(token, known))
        reply = async_answers.follow(self.cursor, reply, now=self.now())
        self.cursor = async_answers.settled(self.cursor)
        if reply.status in (400, 404) and given:
            raise Lost(could_not(reply.operation, paging.LOST), status=reply.status, request_id=reply.request_id)
        if reply.status in NOT_OFFERED:
            raise _not_offered(reply)
        if reply.status != 200:
            raise from_status(reply.status, operation=reply.operation, request_id=reply.request_id)
        return reply

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def _given(self) -> str:
        return str(self.cursor.get("token", ""))

    def _following(self, token: str | None, reply: Reply) -> Cursor | None:
        return paging.following(self.cursor, token, reply, most=MOST_PAGES)


def _not_offered(reply: Reply) -> Misconfigured:
    return Misconfigured(
        could_not(reply.operation, Message(gettext_noop("not available to this user (status %(status)s)"), status=reply.status)),
        next_step=Message(gettext_noop("It requires a subscription with Vulnerability & Patch Management.")),
        status=reply.status,
        request_id=reply.request_id,
    )


def _later(page: DevicePage, cursor: Cursor | None = None) -> PatchPage:
    return PatchPage(cursor=cursor or page.cursor, wait=page.wait, waiting_for=page.waiting_for)
