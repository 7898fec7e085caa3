"""Closed vocabularies with labels. Each ends in UNKNOWN: a vendor's word that no table knows is never healthy."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How a device is, from best to worst; UNKNOWN is neither."""

    OK = "ok"
    ATTENTION = "attention"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS = {
    State.OK: "OK",
    State.ATTENTION: "Attention",
    State.CRITICAL: "Critical",
    State.UNKNOWN: "Unknown",
}


class Family(StrEnum):
    """Operating system family."""

    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    ANDROID = "android"
    IOS = "ios"
    UNIX = "unix"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return FAMILY_LABELS[self]


FAMILY_LABELS = {
    Family.WINDOWS: "Windows",
    Family.MACOS: "macOS",
    Family.LINUX: "Linux",
    Family.ANDROID: "Android",
    Family.IOS: "iOS",
    Family.UNIX: "UNIX",
    Family.UNKNOWN: "Unknown",
}


class Enrolment(StrEnum):
    """Whether the vendor manages the device already."""

    MANAGED = "managed"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"


class IdKind(StrEnum):
    """Kinds of identifier, strongest for matching first."""

    SERIAL = "serial"
    BIOS_UUID = "bios_uuid"
    MAC = "mac"
    HOSTNAME = "hostname"
    USER = "user"
    IP = "ip"
    VENDOR_ID = "vendor_id"
    NICKNAME = "nickname"
    TAG = "tag"
    CUSTOM = "custom"

    @property
    def label(self) -> str:
        return ID_LABELS[self]


ID_LABELS = {
    IdKind.SERIAL: "Serial",
    IdKind.BIOS_UUID: "BIOS UUID",
    IdKind.MAC: "MAC",
    IdKind.HOSTNAME: "Hostname",
    IdKind.USER: "User",
    IdKind.IP: "IP",
    IdKind.VENDOR_ID: "Vendor id",
    IdKind.NICKNAME: "Nickname",
    IdKind.TAG: "Tag",
    IdKind.CUSTOM: "Custom field",
}


class PatchStatus(StrEnum):
    """How far a patch is on a device, or how an attempt to install it went."""

    AVAILABLE = "available"
    SCHEDULED = "scheduled"
    INSTALLING = "installing"
    INSTALLED = "installed"
    RESTART = "restart"
    FAILED = "failed"
    EXCLUDED = "excluded"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return PATCH_LABELS[self]


PATCH_LABELS = {
    PatchStatus.AVAILABLE: "Available",
    PatchStatus.SCHEDULED: "Scheduled",
    PatchStatus.INSTALLING: "Installing",
    PatchStatus.INSTALLED: "Installed",
    PatchStatus.RESTART: "Restart needed",
    PatchStatus.FAILED: "Failed",
    PatchStatus.EXCLUDED: "Excluded",
    PatchStatus.NOT_APPLICABLE: "Not applicable",
    PatchStatus.UNKNOWN: "Unknown",
}
# Somebody or something still has work to do; an unknown word is never taken for done.
OPEN_PATCHES = frozenset(
    {
        PatchStatus.AVAILABLE,
        PatchStatus.SCHEDULED,
        PatchStatus.INSTALLING,
        PatchStatus.RESTART,
        PatchStatus.FAILED,
        PatchStatus.UNKNOWN,
    }
)


class Reason(StrEnum):
    """Why a patch failed; NONE beside every other status."""

    NONE = ""
    RUNNING = "running"
    UNINSTALL = "uninstall"
    DOWNLOAD = "download"
    CORRUPT = "corrupt"
    PREPARE = "prepare"
    UNTOLD = "untold"

    @property
    def label(self) -> str:
        return REASON_LABELS[self]


REASON_LABELS = {
    Reason.NONE: "",
    Reason.RUNNING: "Application was running",
    Reason.UNINSTALL: "Old version must go first",
    Reason.DOWNLOAD: "Download failed",
    Reason.CORRUPT: "Installer was damaged",
    Reason.PREPARE: "Preparation failed",
    Reason.UNTOLD: "Vendor gives no reason",
}


class PatchKind(StrEnum):
    """What a patch changes."""

    APPLICATION = "application"
    SYSTEM = "system"
    PACKAGE = "package"
    VULNERABILITY = "vulnerability"

    @property
    def label(self) -> str:
        return PATCH_KIND_LABELS[self]


PATCH_KIND_LABELS = {
    PatchKind.APPLICATION: "Application",
    PatchKind.SYSTEM: "Operating system",
    PatchKind.PACKAGE: "Package",
    PatchKind.VULNERABILITY: "Vulnerability",
}


class Severity(StrEnum):
    """How bad a vendor says that a missing patch is; most say nothing."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return SEVERITY_LABELS[self]


SEVERITY_LABELS = {
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.INFORMATIONAL: "Informational",
    Severity.UNKNOWN: "Not told",
}
