"""Installers of ESET Connect: one call a turn.

Reading and deleting may start over when ESET lost a prepared answer. Making may not: a second request without `response-id` would make a
second installer, so whatever is not the answer or "come back later" ends in Lost, and the outcome is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vendors.base import Cursor, DevicePage
from vendors.errors import BadRecord, Lost, Misconfigured, could_not
from vendors.eset import async_answers, installer_mapping, paging
from vendors.eset.client import Client, Reply
from vendors.eset.ids import canonical
from vendors.eset.session import Session, SignInLater
from vendors.gateway.error_mapping import from_status
from vendors.installer_api import InstallerOrder, InstallerPage
from vendors.parsing.pages import json_pages
from vendors.records import Installer
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

MOST_PAGES = 1000


@dataclass(slots=True)
class InstallerConnection:
    """One account. `cursor`: the position, with the state of a long sign-in in `sign_in`."""

    client: Client
    session: Session
    cursor: Cursor
    now: Callable[[], float]

    def make(self, order: InstallerOrder) -> InstallerPage:
        body = installer_mapping.wish(order)
        known = async_answers.response_id(self.cursor)
        try:
            reply = self._ask(lambda token: self.client.create_installer(token, body, response_id=known))
        except async_answers.AnswerNotReady as later:
            if not async_answers.response_id(later.page.cursor or {}):
                raise Lost(Message(gettext_noop("Could not create an installer: ESET lost the prepared answer."))) from None
            return _later(later.page, accepted=True)
        except SignInLater as later:
            return self._sign_in_later(later.page, accepted=bool(known))
        if reply.status != 200:
            raise _refused(reply)
        return InstallerPage((self._one(reply),))

    def list(self) -> InstallerPage:
        given = str(self.cursor.get("token", ""))
        known = async_answers.response_id(self.cursor)
        try:
            reply = self._ask(lambda token: self.client.installers(token, page_token=given, response_id=known))
        except async_answers.AnswerNotReady as later:
            return _later(later.page)
        except SignInLater as later:
            return self._sign_in_later(later.page)
        if reply.status in (400, 404) and given:
            raise Lost(could_not(reply.operation, paging.LOST), request_id=reply.request_id)
        if reply.status != 200:
            raise _refused(reply)
        listing = json_pages.page(
            reply.body, type=installer_mapping.InstallerListing, operation=reply.operation, request_id=reply.request_id
        )
        if listing.installers is None and not given and listing.totalSize in (None, ""):
            raise paging.bad(reply, Message(gettext_noop("the answer has no list of installers")))
        found, unreadable = installer_mapping.installers(listing.installers or [], simulator=self.client.simulator)
        return InstallerPage(found, paging.following(self.cursor, listing.nextPageToken, reply, most=MOST_PAGES), unreadable=unreadable)

    def read(self, uuid: str) -> InstallerPage:
        """No installer in it: ESET does not know this id."""
        return self._single(uuid, self.client.installer)

    def delete(self, uuid: str) -> InstallerPage:
        return self._single(uuid, self.client.delete_installer, empty=True)

    # -- one question -------------------------------------------------------------------------------------------------

    def _single(self, uuid: str, call: Callable[..., Reply], *, empty: bool = False) -> InstallerPage:
        uuid = canonical(uuid)
        if not uuid:
            return InstallerPage()
        known = async_answers.response_id(self.cursor)
        try:
            reply = self._ask(lambda token: call(token, uuid, response_id=known))
        except async_answers.AnswerNotReady as later:
            return _later(later.page)
        except SignInLater as later:
            return self._sign_in_later(later.page)
        if reply.status not in (200, 404):
            raise _refused(reply)
        return InstallerPage() if empty or reply.status == 404 else InstallerPage((self._one(reply),))

    def _ask(self, call: Callable[[Secret], Reply]) -> Reply:
        reply = async_answers.follow(self.cursor, self.session.run(call), now=self.now())
        self.cursor = async_answers.settled(self.cursor)
        return reply

    def _one(self, reply: Reply) -> Installer:
        single = json_pages.page(reply.body, type=installer_mapping.Single, operation=reply.operation, request_id=reply.request_id)
        try:
            return installer_mapping.installer(bytes(single.installer), simulator=self.client.simulator)
        except BadRecord:
            pass
        raise paging.bad(reply, Message(gettext_noop("the answer has no readable installer")))

    def _sign_in_later(self, page: DevicePage, *, accepted: bool = False) -> InstallerPage:
        cursor: dict[str, Any] = {**self.cursor, "sign_in": page.cursor}
        return InstallerPage(cursor=cursor, wait=page.wait, waiting_for=page.waiting_for, accepted=accepted)


def _later(page: DevicePage, *, accepted: bool = False) -> InstallerPage:
    return InstallerPage(cursor=page.cursor, wait=page.wait, waiting_for=page.waiting_for, accepted=accepted)


def _refused(reply: Reply) -> Exception:
    if reply.status == 400:
        return Misconfigured(
            could_not(reply.operation, Message(gettext_noop("ESET refused the request (status 400)"))),
            next_step=Message(gettext_noop("Check that the group still exists and is static, then create the installer again.")),
            status=400,
            request_id=reply.request_id,
        )
    return from_status(reply.status, operation=reply.operation, request_id=reply.request_id)
