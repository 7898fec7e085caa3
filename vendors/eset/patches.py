"""ESET's JSON about missing patches → records. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from vendors.errors import BadRecord
from vendors.eset import titles
from vendors.eset.ids import canonical
from vendors.eset.titles import LONGEST, device_of
from vendors.field_repairs import REPLACED, FieldFault
from vendors.parsing.fields import Fields
from vendors.patch_states import PatchKind, PatchStatus, Severity
from vendors.records import Patch, Reject, Title
from vendors.texts import Message, gettext_noop

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


def patches(rows: Iterable[msgspec.Raw]) -> tuple[tuple[Patch, ...], tuple[Reject, ...]]:
    return titles.read(rows, _patch)


def _patch(record: Fields) -> Patch:
    key, device = canonical(record.get("uuid")), device_of(record)
    if not key or not device:
        raise BadRecord(Message(gettext_noop("The record does not name its patch and its device.")))
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
        notes=_url(part, "releaseNotesUrl"),
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
    part = record.section("applicationPatch")
    return part, _unnamed(part, key)


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
    year, month, day = part.number("year"), part.number("month"), part.number("day")
    if not year or not month or not day:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        part.wrong("", FieldFault.TIME)
        return None


def _url(part: Fields, name: str) -> str:
    text = part.text(name, limit=LONGEST_URL)
    usable = text.isprintable() and " " not in text and REPLACED not in text and text.lower().startswith(SCHEMES)
    if usable and not part.shortened(name, limit=LONGEST_URL):
        return text
    if text:
        part.wrong(name, FieldFault.LINK)
    return ""
