"""Enumerations of patch data, with labels. UNKNOWN stands for a vendor value that no table maps, and counts as open."""

from __future__ import annotations

from vendors.texts import gettext_noop
from vendors.vocabulary import LabelledEnum


class PatchStatus(LabelledEnum):
    """Status of a patch on a device, or of an attempt to install it."""

    AVAILABLE = "available", gettext_noop("Available")
    SCHEDULED = "scheduled", gettext_noop("Scheduled")
    INSTALLING = "installing", gettext_noop("Installing")
    INSTALLED = "installed", gettext_noop("Installed")
    RESTART = "restart", gettext_noop("Restart required")
    FAILED = "failed", gettext_noop("Failed")
    EXCLUDED = "excluded", gettext_noop("Excluded")
    NOT_APPLICABLE = "not_applicable", gettext_noop("Not applicable")
    UNKNOWN = "unknown", gettext_noop("Unknown")


# Not finished; an unknown status never counts as finished.
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
    RUNNING = "running", gettext_noop("Application was running")
    UNINSTALL = "uninstall", gettext_noop("Old version not removed")
    DOWNLOAD = "download", gettext_noop("Download failed")
    CORRUPT = "corrupt", gettext_noop("Installer damaged")
    PREPARE = "prepare", gettext_noop("Preparation failed")
    UNTOLD = "untold", gettext_noop("No reason reported")


class PatchKind(LabelledEnum):
    """What a patch changes."""

    APPLICATION = "application", gettext_noop("Application")
    SYSTEM = "system", gettext_noop("Operating system")
    PACKAGE = "package", gettext_noop("Package")
    VULNERABILITY = "vulnerability", gettext_noop("Vulnerability")


class Severity(LabelledEnum):
    """Severity of a missing patch as the vendor reports it; most report none."""

    HIGH = "high", gettext_noop("High")
    MEDIUM = "medium", gettext_noop("Medium")
    LOW = "low", gettext_noop("Low")
    INFORMATIONAL = "informational", gettext_noop("Informational")
    UNKNOWN = "unknown", gettext_noop("Unknown")
