"""ESET's JSON of installers → records, and orders → ESET's JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from vendors.errors import BadRecord
from vendors.eset.ids import canonical
from vendors.field_repairs import REPLACED, FieldFault, Repairs
from vendors.gateway.address_rules import openable
from vendors.installer_api import InstallerOrder
from vendors.parsing.fields import Fields
from vendors.parsing.pages import json_pages
from vendors.records import Installer, Product
from vendors.secret import Secret
from vendors.states import Family
from vendors.texts import Message, gettext_noop

FAMILIES = {Family.WINDOWS: 1, Family.MACOS: 3}  # 2, Linux, is refused by ESET
LONGEST_LINK = 4000


class InstallerListing(msgspec.Struct):
    """`installers` None: the answer holds no list at all, which is not the same as an empty one."""

    installers: list[msgspec.Raw] | None = None
    nextPageToken: str | None = None
    totalSize: Any = None


class Single(msgspec.Struct):
    installer: msgspec.Raw


def wish(order: InstallerOrder) -> dict[str, Any]:
    """The body of the request; always the same for the same order, because a delayed answer belongs to the identical request."""
    body: dict[str, Any] = {
        "displayName": order.name,
        "operatingSystemFamilyId": FAMILIES[order.family],
        "preferredLanguageCode": order.language,
        "enablePuaDetection": order.detect_unwanted,
        "enableCloudScannerFeedback": order.cloud_feedback,
        "sendAnonymousDiagnosticData": order.diagnostics,
    }
    if order.group_id:
        body["deviceEnrollment"] = {"securityGroupUuid": order.group_id}
    return {"installer": body}


def installers(rows: Sequence[msgspec.Raw], *, simulator: str = "") -> tuple[tuple[Installer, ...], int]:
    """The records, and how many could not be read. `simulator`: as for `installer`."""
    good: list[Installer] = []
    for row in rows:
        try:
            good.append(installer(bytes(row), simulator=simulator))
        except BadRecord:
            continue
    return tuple(good), len(rows) - len(good)


def installer(raw: bytes, *, simulator: str = "") -> Installer:
    """Raises BadRecord, whose text never quotes the record: it holds the link. `simulator`: where links may begin besides https, for an
    account of a simulator only."""
    repairs = Repairs()
    record = Fields(json_pages.checked(raw, repairs), repairs)
    uuid = canonical(record.get("uuid"))
    if not uuid:
        raise BadRecord(Message(gettext_noop("The record has no usable uuid.")))
    home = record.section("deviceEnrollment")
    group = home.text("securityGroupUuid")
    if group and not canonical(group):
        home.wrong("securityGroupUuid", FieldFault.ID)
    found = Installer(
        external_id=uuid,
        name=record.text("displayName", limit=255),
        family=_family(record),
        link=_link(record, simulator),
        language=record.text("preferredLanguageCode", limit=20).lower(),
        group_id=canonical(group),
        group_name=home.text("groupDisplayName", limit=255),
        usable=record.flag("usable"),
        made_at=record.time("createTime"),
        expires_at=record.time("expireTime"),
        products=tuple(map(_product, record.rows("activatedProducts"))),
        components=tuple(_component(each) for each in record.rows("installedComponents")),
        detect_unwanted=record.flag("enablePuaDetection"),
        cloud_feedback=record.flag("enableCloudScannerFeedback"),
        diagnostics=record.flag("sendAnonymousDiagnosticData"),
    )
    return replace(found, repairs=repairs.all())


def _family(record: Fields) -> Family:
    number = record.number("operatingSystemFamilyId")
    return next((family for family, known in FAMILIES.items() if known == number), Family.LINUX if number == 2 else Family.UNKNOWN)


def _link(record: Fields, simulator: str) -> Secret:
    """Empty when it is missing or nothing that a browser should be sent to."""
    text = record.text("downloadUrl", limit=LONGEST_LINK)
    simulated = bool(simulator) and text.startswith(simulator)
    usable = REPLACED not in text and openable(text.replace("http://", "https://", 1) if simulated else text, longest=LONGEST_LINK + 1)
    if usable and not record.shortened("downloadUrl", limit=LONGEST_LINK):
        return Secret(text)
    if text:
        record.wrong("downloadUrl", FieldFault.LINK)
    return Secret("")


def _product(each: Fields) -> Product:
    name = each.text("productDisplayName", limit=255) or f"Product {each.number('productId')}"
    return Product(name, each.text("poolDisplayName", limit=255) or each.text("subscriptionSupportCode", limit=60))


def _component(each: Fields) -> str:
    return each.text("displayName", limit=255) or each.text("name", limit=255) or f"Component {each.number('id')}"
