"""Closed vocabularies of patching with labels. A vendor's word that no table knows is UNKNOWN, and counts as open."""

from __future__ import annotations

from enum import StrEnum


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
