"""What a status or a reason asks a person to do, in words."""

from __future__ import annotations

from dataclasses import dataclass

from vendors.patch_states import PatchReason, PatchStatus


@dataclass(frozen=True, slots=True)
class NextStep:
    """A work list: what stands so, and its next step."""

    status: PatchStatus
    reason: PatchReason
    step: str
    how: str
    icon: str

    @property
    def word(self) -> str:
        if self.status == PatchStatus.UNKNOWN:
            return "Unrecognized vendor status"
        return self.reason.label or self.status.label


WORKS = (
    NextStep(
        PatchStatus.FAILED,
        PatchReason.RUNNING,
        "Close the application and try again",
        "It was in use, so it could not be replaced. Ask the user to close it, or patch outside working hours.",
        "app-window",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.UNINSTALL,
        "Uninstall the old version first",
        "The new version does not install over the old one. Remove the old one, then try again.",
        "package-minus",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.DOWNLOAD,
        "Fix the download",
        "The installer did not arrive. Look at the proxy, the free disk space and the network of the device.",
        "cloud-download",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.CORRUPT,
        "Get a new installer",
        "The installer was damaged. Have it downloaded again; if that happens twice, look at what filters downloads on the way.",
        "file-x",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.PREPARE,
        "Look at the device",
        "The preparation failed. Look for a full disk, a restart that is due, or missing rights.",
        "wrench",
    ),
    NextStep(
        PatchStatus.FAILED,
        PatchReason.UNTOLD,
        "Ask the vendor",
        "The vendor says that it failed, not why. Its console or log on the device may know more.",
        "message-circle-question-mark",
    ),
    NextStep(
        PatchStatus.RESTART,
        PatchReason.NONE,
        "Restart the device",
        "The patch is in place and waits for a restart. Ask the user, or plan one.",
        "rotate-ccw",
    ),
    NextStep(
        PatchStatus.UNKNOWN,
        PatchReason.NONE,
        "Look up the vendor status",
        "Rollcall does not know it, so this counts as open. The word stands beside each: ask the vendor's console or documentation.",
        "circle-question-mark",
    ),
)
_BY_KEY = {(work.status.value, work.reason.value): work for work in WORKS}


def work_of(status: str, reason: str) -> NextStep | None:
    """None: nothing for a person to do."""
    return _BY_KEY.get((status, reason)) or (_BY_KEY[status, PatchReason.UNTOLD.value] if status == PatchStatus.FAILED else None)
