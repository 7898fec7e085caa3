"""ESET's JSON about missing patches → records. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from vendors import untyped
from vendors.errors import BadRecord
from vendors.eset import titles
from vendors.eset.mapping import usable_uuid
from vendors.eset.titles import LONGEST, device_of
from vendors.patch_states import PatchKind, PatchStatus, Severity
from vendors.records import Patch, Reject, Title
from vendors.untyped import LONGEST_ID, Fields

SEVERITIES = {
    "SEVERITY_LEVEL_HIGH": Severity.HIGH,
    "SEVERITY_LEVEL_MEDIUM": Severity.MEDIUM,
    "SEVERITY_LEVEL_LOW": Severity.LOW,
    "SEVERITY_LEVEL_INFORMATIONAL": Severity.INFORMATIONAL,
    "SEVERITY_LEVEL_DIAGNOSTIC": Severity.INFORMATIONAL,
}
SECURITY = {"PATCH_CATEGORY_SECURITY_UPDATE": True, "PATCH_CATEGORY_REGULAR_UPDATE": False}
RESTART = {"RESTART_REQUIREMENT_YES": True, "RESTART_REQUIREMENT_NO": False}
SCHEMES = ("https://", "http://")
LONGEST_URL, MOST_FIXES, LONGEST_CVE = 1000, 200, 30


class PatchListing(msgspec.Struct):
    """The list is called `devices`, and its items are patches."""

    devices: list[msgspec.Raw] | None = None
    nextPageToken: str | None = None


class _Names(msgspec.Struct):
    uuid: str | None = None
    deviceUuid: str | None = None


def patches(rows: Iterable[msgspec.Raw]) -> tuple[tuple[Patch, ...], tuple[Reject, ...]]:
    return titles.read(rows, _patch)


def named(row: bytes) -> tuple[str, str] | None:
    """Device and key of a patch that cannot be read otherwise: it is there, and so is not missing."""
    try:
        names = msgspec.json.decode(row, type=_Names)
    except untyped.BROKEN:
        return None
    device, key = names.deviceUuid or "", names.uuid or ""
    return (device, key) if usable_uuid(device) and usable_uuid(key) else None


def _patch(record: Fields) -> Patch:
    key, device = record.text("uuid", limit=LONGEST_ID), device_of(record)
    if not usable_uuid(key) or not device:
        raise BadRecord("The record does not name its patch and its device.")
    part, title = _wanted(record, key)
    severity = part.text("severity", limit=60)
    return Patch(
        key=key,
        title=title,
        status=PatchStatus.AVAILABLE,
        raw="",
        device_id=device,
        version=part.text("resultVersionName", limit=LONGEST),
        severity=SEVERITIES.get(severity, Severity.UNKNOWN),
        security=SECURITY.get(part.text("category", limit=60)),
        restart=RESTART.get(part.text("restartRequired", limit=60)),
        fixes=_fixes(part),
        released=_date(part.section("releaseDate")),
        notes=_url(part.text("releaseNotesUrl", limit=LONGEST_URL + 1)),
    )


def _wanted(record: Fields, key: str) -> tuple[Fields, Title]:
    if "packagePatch" in record:
        part = record.section("packagePatch")
        package = part.section("package")
        reference = package.text("reference", limit=LONGEST) or package.text("name", limit=LONGEST)
        name = package.text("displayName", limit=LONGEST) or package.text("name", limit=LONGEST)
        return part, titles.package(reference or key, name or "Unnamed package", part.text("developerDisplayName", limit=LONGEST))
    if "osPatch" in record:
        part = record.section("osPatch")
        return part, titles.system(part)
    if "applicationPatch" in record:
        part = record.section("applicationPatch")
        return part, _unnamed(part, key)
    raise BadRecord("The record tells neither an application, a package nor a system.")


def _unnamed(part: Fields, key: str) -> Title:
    """ESET does not say here which application it is: only who makes it, and the version that would be reached."""
    developer, version = part.text("developerDisplayName", limit=100), part.text("resultVersionName", limit=100)
    catalogue = part.word("catalogId")
    maker = f"Application by {developer}" if developer else "Unnamed application"
    unique = (
        titles.key("catalogue", catalogue) if catalogue not in ("", "0") else titles.key("result", f"{developer} {version}".strip() or key)
    )
    return Title(unique, f"{maker}, version {version}" if version else maker, PatchKind.APPLICATION, developer, version)


def _fixes(part: Fields) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.texts("fixedCves", limit=LONGEST_CVE)))[:MOST_FIXES]


def _date(part: Fields) -> date | None:
    """A partial date, whose unknown parts are 0, says too little."""
    try:
        return date(part.number("year"), part.number("month"), part.number("day"))
    except ValueError:
        return None


def _url(text: str) -> str:
    whole = len(text) <= LONGEST_URL and text.isprintable() and " " not in text
    return text if whole and text.lower().startswith(SCHEMES) else ""
