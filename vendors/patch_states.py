"""Closed vocabularies of patching with labels. A vendor's word that no table knows is UNKNOWN, and counts as open."""

from __future__ import annotations

from vendors.vocabulary import LabelledEnum


class PatchStatus(LabelledEnum):
    """How far a patch is on a device, or how an attempt to install it went."""

    AVAILABLE = "available", "Available"
    SCHEDULED = "scheduled", "Scheduled"
    INSTALLING = "installing", "Installing"
    INSTALLED = "installed", "Installed"
    RESTART = "restart", "Restart needed"
    FAILED = "failed", "Failed"
    EXCLUDED = "excluded", "Excluded"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    UNKNOWN = "unknown", "Unknown"


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


class PatchReason(LabelledEnum):
    """Why a patch failed; NONE beside every other status."""

    NONE = "", ""
    RUNNING = "running", "Application was running"
    UNINSTALL = "uninstall", "Old version must go first"
    DOWNLOAD = "download", "Download failed"
    CORRUPT = "corrupt", "Installer was damaged"
    PREPARE = "prepare", "Preparation failed"
    UNTOLD = "untold", "Vendor gives no reason"


class PatchKind(LabelledEnum):
    """What a patch changes."""

    APPLICATION = "application", "Application"
    SYSTEM = "system", "Operating system"
    PACKAGE = "package", "Package"
    VULNERABILITY = "vulnerability", "Vulnerability"


class Severity(LabelledEnum):
    """How bad a vendor says that a missing patch is; most say nothing."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"
    INFORMATIONAL = "informational", "Informational"
    UNKNOWN = "unknown", "Not told"
