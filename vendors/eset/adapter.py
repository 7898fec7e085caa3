"""ESET Connect as a vendor: its description, and its walks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from vendors import console
from vendors.base import DAY, Connection, Cursor, DevicePage, Field, Scope, Vendor
from vendors.budget import Rate
from vendors.errors import Unsupported
from vendors.eset import address, async_answers, mapping, patching
from vendors.eset.client import REGIONS, URL, Client
from vendors.eset.device_pages import BATCH, PhaseStep, start
from vendors.eset.installer_options import OFFER
from vendors.eset.installers import InstallerConnection
from vendors.eset.session import Session, SignInLater
from vendors.gateway.error_mapping import from_status
from vendors.installer_api import InstallerOrder, InstallerPage
from vendors.parsing import json_pages
from vendors.patching_api import PatchPage, Source


class Eset:
    """A connection to one account. The cursor holds `phase`, `token` of the next page, and what async_answers.py keeps of a request."""

    def __init__(self, connection: Connection, *, now: Callable[[], float] = time.time) -> None:
        self._connection = connection
        self._now = now
        settings = connection.settings
        self._client = Client(connection.gateway, url=settings.get("url") or URL, region=settings.get("region") or REGIONS[0])

    def walk(self, scope: Scope, cursor: Cursor | None) -> DevicePage:
        VENDOR.require(scope.kind)
        if scope.serials:
            raise Unsupported("ESET cannot look up devices by serial number.", next_step=VENDOR.refresh_note)
        state = dict(cursor or start(scope))
        session = self._session(state.pop("sign_in", None))
        step = PhaseStep(self._client, session, scope, state, self._now)
        try:
            return step.take()
        except async_answers.AnswerNotReady as later:
            page = later.page
        except SignInLater as later:
            page = DevicePage(
                cursor={**state, "sign_in": later.page.cursor},
                wait=later.page.wait,
                waiting_for=later.page.waiting_for,
            )
        return page

    def probe(self) -> str:
        try:
            reply = self._session(None).run(lambda token: self._client.devices(token, page_size=1))
        except SignInLater:
            return "ESET Connect takes the sign-in, and needs longer than usual to answer it."
        if reply.status == 202:
            return "Signed in. ESET Connect is still preparing the list of devices."
        if reply.status != 200:
            raise from_status(reply.status, operation=reply.operation, request_id=reply.request_id)
        listing = json_pages.page(reply.body, type=mapping.DeviceListing, operation=reply.operation)
        return "Signed in and read a first device." if listing.devices else "Signed in. The account lists no devices."

    # -- installers: see vendors/installer_api.py -------------------------------------------------------------------------

    def make_installer(self, order: InstallerOrder, cursor: Cursor | None) -> InstallerPage:
        return self._about_installers(cursor).make(order)

    def list_installers(self, cursor: Cursor | None) -> InstallerPage:
        return self._about_installers(cursor).list()

    def read_installer(self, external_id: str, cursor: Cursor | None) -> InstallerPage:
        return self._about_installers(cursor).read(external_id)

    def delete_installer(self, external_id: str, cursor: Cursor | None) -> InstallerPage:
        return self._about_installers(cursor).delete(external_id)

    def _about_installers(self, cursor: Cursor | None) -> InstallerConnection:
        state = dict(cursor or {})
        return InstallerConnection(self._client, self._session(state.pop("sign_in", None)), state, self._now)

    # -- patching: see vendors/patching_api.py -----------------------------------------------------------------------------

    def read_patches(self, source: Source, since: datetime | None, cursor: Cursor | None) -> PatchPage:
        state = dict(cursor or {})
        return patching.PatchSourceReader(self._client, self._session(state.pop("sign_in", None)), state, self._now, since).step(source)

    def _session(self, waiting: Cursor | None) -> Session:
        return Session(
            self._client,
            self._connection.tokens,
            username=self._connection.settings.get("username", ""),
            password=self._connection.secrets["password"],
            now=self._now,
            waiting=waiting,
        )


def _rate(settings: Mapping[str, str]) -> Rate:
    calls = settings.get("calls_per_second") or "10"
    return Rate(int(calls) if calls.isdecimal() else 10, 1.0, reserve=1)


def _check(settings: Mapping[str, str]) -> dict[str, str]:
    faults = {"url": address.fault(settings), **console.check(settings)}
    if (settings.get("region") or REGIONS[0]) not in REGIONS:
        faults["region"] = f"Region is one of {', '.join(REGIONS)}."
        del faults["url"]  # it is judged together with the region
    if not settings.get("username", "").strip():
        faults["username"] = "Enter the user name of the API user."
    calls = settings.get("calls_per_second") or "10"
    if not (calls.isascii() and calls.isdecimal() and 2 <= int(calls[:9]) <= 1000):
        faults["calls_per_second"] = "Calls per second is a whole number from 2 to 1000; ESET allows 10."
    return {name: sentence for name, sentence in faults.items() if sentence}


VENDOR = Vendor(
    slug="eset",
    label="ESET",
    fields=(
        Field(
            "region",
            "Region",
            default="eu",
            help="The first part of the address of your ESET PROTECT console, without digits.",
            choices=(
                ("eu", "Europe"),
                ("de", "Germany"),
                ("us", "United States"),
                ("ca", "Canada"),
                ("jpn", "Japan"),
            ),
            tidy=address.tidy_region,
        ),
        Field(
            "url",
            "Address",
            required=False,
            default=URL,
            help="Leave it as it is, unless a gateway of your own stands before ESET Connect.",
            tidy=address.tidy,
        ),
        Field(
            "username",
            "User name",
            help="Of a user made for this purpose, with the right to use integrations.",
            example="api@example.com",
        ),
        Field("password", "Password", secret=True),
        Field("calls_per_second", "Calls per second", required=False, default="10", help="ESET allows 10."),
        console.FIELD,
    ),
    connect=Eset,
    full_every=15 * 60,
    changes_every=0,
    scopes=frozenset({"everything", "named"}),
    answers=frozenset({"serial", "bios_uuid", "mac", "hostname", "ip", "vendor_id", "nickname", "tag"}),
    rate=_rate,
    check=_check,
    live_for=2 * DAY,  # then the console turns yellow, after two weeks red
    stale_after=14 * DAY,
    unseen_after=30 * DAY,
    named_at_once=BATCH,
    offer=OFFER,
    patch_sources=(Source.RECENT, Source.ATTEMPTS, Source.PATCHES),
    refresh_note="ESET Connect lists everything, or single devices by id or by exact name.",
    urls=address.urls,
    documentation="https://help.eset.com/eset_connect/en-US/create_api_user_account.html",
)
