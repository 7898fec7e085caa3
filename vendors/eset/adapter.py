"""Adapter of ESET Connect: the vendor's description and its walks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from vendors import console
from vendors.base import DAY, Connection, Cursor, DevicePage, Field, Scope, StoredNames, Vendor
from vendors.budget import Rate
from vendors.errors import Unsupported
from vendors.eset import address, async_answers, mapping, patching
from vendors.eset.client import REGIONS, URL, Client
from vendors.eset.device import device
from vendors.eset.device_pages import BATCH, PhaseStep, start
from vendors.eset.installer_options import OFFER
from vendors.eset.installers import InstallerConnection
from vendors.eset.session import Session, SignInLater
from vendors.gateway.error_mapping import from_status
from vendors.installer_api import InstallerOrder, InstallerPage
from vendors.parsing import setting_values
from vendors.parsing.pages import json_pages
from vendors.patching_api import PatchPage, Source
from vendors.texts import Message, gettext_noop

DEFAULT_CALLS, LEAST_CALLS, MOST_CALLS = 10, 2, 1000  # per second


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
            raise Unsupported(Message(gettext_noop("ESET cannot find devices by serial number.")), next_step=VENDOR.refresh_note)
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
            return Message(gettext_noop("ESET Connect accepted the request to sign in; the answer takes longer than usual."))
        if reply.status == 202:
            return Message(gettext_noop("Signed in. ESET Connect is still preparing the list of devices."))
        if reply.status != 200:
            raise from_status(reply.status, operation=reply.operation, request_id=reply.request_id)
        listing = json_pages.page(reply.body, type=mapping.DeviceListing, operation=reply.operation)
        if listing.devices:
            return Message(gettext_noop("Signed in and read a first device."))
        return Message(gettext_noop("Signed in. The account has no devices."))

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
    calls = setting_values.whole_number(settings.get("calls_per_second", ""), least=LEAST_CALLS, most=MOST_CALLS)
    return Rate(calls or DEFAULT_CALLS, 1.0, reserve=1)


def _check(settings: Mapping[str, str]) -> dict[str, str]:
    faults = {"url": address.fault(settings), **console.check(settings)}
    if (settings.get("region") or REGIONS[0]) not in REGIONS:
        faults["region"] = Message(gettext_noop("Choose one of these regions: %(regions)s."), regions=", ".join(REGIONS))
        del faults["url"]  # it is judged together with the region
    if not settings.get("username", "").strip():
        faults["username"] = Message(gettext_noop("Enter the username of the API user."))
    calls = settings.get("calls_per_second", "")
    if calls and setting_values.whole_number(calls, least=LEAST_CALLS, most=MOST_CALLS) is None:
        faults["calls_per_second"] = Message(gettext_noop("Enter a whole number from 2 to 1000; ESET allows 10."))
    return {name: sentence for name, sentence in faults.items() if sentence}


VENDOR = Vendor(
    slug="eset",
    label="ESET",
    fields=(
        Field(
            "region",
            gettext_noop("Region"),
            default="eu",
            help=gettext_noop("First part of your ESET PROTECT console address, without digits."),
            choices=(
                ("eu", gettext_noop("Europe")),
                ("de", gettext_noop("Germany")),
                ("us", gettext_noop("United States")),
                ("ca", gettext_noop("Canada")),
                ("jpn", gettext_noop("Japan")),
            ),
            tidy=address.tidy_region,
        ),
        Field(
            "url",
            gettext_noop("Address"),
            required=False,
            default=URL,
            help=gettext_noop("Change only if you use a proxy or gateway."),
            tidy=address.tidy,
        ),
        Field(
            "username",
            gettext_noop("Username"),
            help=gettext_noop("A dedicated API user with the Integrations permission."),
            example="api@example.com",
        ),
        Field("password", gettext_noop("Password"), secret=True),
        Field("calls_per_second", gettext_noop("Calls per second"), required=False, default="10", help=gettext_noop("ESET allows 10.")),
        console.FIELD,
    ),
    connect=Eset,
    full_every=15 * 60,
    changes_every=0,
    scopes=frozenset({"everything", "named"}),
    answers=frozenset({"serial", "bios_uuid", "mac", "hostname", "ip", "vendor_id", "nickname", "tag"}),
    reread=lambda raw, _settings: device(raw),
    stores={"hostname": StoredNames(display=True)},
    rate=_rate,
    check=_check,
    live_for=2 * DAY,  # then the console turns yellow, after two weeks red
    stale_after=14 * DAY,
    unseen_after=30 * DAY,
    named_at_once=BATCH,
    offer=OFFER,
    patch_sources=(Source.RECENT, Source.ATTEMPTS, Source.PATCHES),
    refresh_note=Message(gettext_noop("ESET Connect can list all devices, or single devices by ID or exact name.")),
    urls=address.urls,
    documentation="https://help.eset.com/eset_connect/en-US/create_api_user_account.html",
)
