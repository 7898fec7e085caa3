"""The next step for a status and a reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from vendors.patch_states import PatchReason, PatchStatus


@dataclass(frozen=True, slots=True)
class NextStep:
    """`step` and `how` are English, for files and commands; pages translate them."""

    status: PatchStatus
    reason: PatchReason
    step: str
    how: str
    icon: str

    @property
    def label(self) -> str:
        """The reason, else the status."""
        if self.status == PatchStatus.UNKNOWN:
            return gettext("Unrecognized vendor status")
        return gettext(self.reason.label or self.status.label)


WORKS = (
    NextStep(
        PatchStatus.FAILED,
        PatchReason.RUNNING,
        gettext_noop("Close the application and retry"),
        gettext_noop("The application was in use. Close it on the device, or install outside working hours."),
        "app-window",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.UNINSTALL,
        gettext_noop("Uninstall the old version"),
        gettext_noop("The new version cannot be installed over the old one. Uninstall the old version, then retry."),
        "package-minus",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.DOWNLOAD,
        gettext_noop("Fix the download"),
        gettext_noop("The download failed. Check the device's proxy, disk space and network."),
        "cloud-download",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.CORRUPT,
        gettext_noop("Download again"),
        gettext_noop("The downloaded file was damaged. If it happens again, check proxies and security software."),
        "file-x",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.PREPARE,
        gettext_noop("Check the device"),
        gettext_noop("The preparation failed. Check disk space, pending restarts and permissions."),
        "wrench",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.UNTOLD,
        gettext_noop("Check the vendor log"),
        gettext_noop("The vendor reports no reason. Check its console, or its log on the device."),
        "message-circle-question-mark",
    ),
    NextStep(
        PatchStatus.RESTART,
        PatchReason.NONE,
        gettext_noop("Restart the device"),
        gettext_noop("The patch is installed and takes effect after a restart."),
        "rotate-ccw",
    ),
    NextStep(
        PatchStatus.UNKNOWN,
        PatchReason.NONE,
        gettext_noop("Check the vendor status"),
        gettext_noop("Rollcall does not recognize this status and counts it as open. See the vendor's documentation."),
        "circle-question-mark",
    ),
)
_BY_KEY = {(work.status.value, work.reason.value): work for work in WORKS}


def work_of(status: str, reason: str) -> NextStep | None:
    """None: no action is needed."""
    return _BY_KEY.get((status, reason)) or (_BY_KEY[status, PatchReason.UNTOLD.value] if status == PatchStatus.FAILED else None)
