"""An installer in words: its state, what that means, and what to do next. What a service would refuse is not offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from installers.models import Installer, Standing

DAY = 86400
DO_NOT_ORDER = "We do not know yet whether it was made: do not order again."


@dataclass(frozen=True, slots=True)
class InstallerStatusText:
    """`look`: ok, attention, critical, unknown or busy; `icon`: a lucide name."""

    word: str
    look: str
    icon: str
    sentence: str
    next_step: str = ""


def status_text(installer: Installer, *, now: datetime) -> InstallerStatusText:
    if installer.standing == Standing.AMBIGUOUS:
        return _doubtful(installer)
    if installer.active and installer.standing in (Standing.READY, Standing.EXPIRED):
        return InstallerStatusText("Being revoked", "busy", "hourglass", "The vendor is asked to delete it.", _pause(installer))
    if installer.standing == Standing.READY:
        return _ready(installer, now)
    told = {
        Standing.REQUESTED: InstallerStatusText("Requested", "busy", "clock", "It is ordered, and waits to be sent.", _pause(installer)),
        Standing.CREATING: InstallerStatusText("Creating", "busy", "hourglass", "The vendor is making it.", _pause(installer)),
        Standing.FAILED: InstallerStatusText(
            "Failed", "critical", "octagon-alert", installer.error or "It was not made.", installer.error_next_step
        ),
        Standing.EXPIRED: InstallerStatusText(
            "Expired", "unknown", "clock-alert", "It came to its end: its link no longer works.", "Create replacement."
        ),
        Standing.REVOKED: InstallerStatusText(
            "Revoked", "unknown", "ban", _revoked(installer), "Copies that were downloaded before may still install."
        ),
    }
    return told[Standing(installer.standing)]


def countdown(at: datetime, *, now: datetime) -> str:
    """`in 12 days`, `in 5 h`, `3 days ago`: rounded towards now, so that nobody counts on more than there is."""
    seconds = (at - now).total_seconds()
    size, unit = (DAY, "days") if abs(seconds) >= 2 * DAY else (3600, "h") if abs(seconds) >= 3600 else (60, "min")
    number = int(abs(seconds) // size)
    return f"in {number} {unit}" if seconds > 0 else f"{number} {unit} ago"


def _ready(installer: Installer, now: datetime) -> InstallerStatusText:
    if installer.expires_at and installer.expires_at <= now:
        return InstallerStatusText(
            "Expired", "unknown", "clock-alert", "It came to its end: its link no longer works.", "Create replacement."
        )
    if installer.usable is False:
        sentence = "The vendor made it, and says that it cannot be used."
        return InstallerStatusText(
            "Not usable", "attention", "triangle-alert", sentence, "Look at the licences in the vendor's console, or make a successor."
        )
    until = f" until {installer.expires_at:%Y-%m-%d}" if installer.expires_at else ""
    return InstallerStatusText("Ready", "ok", "circle-check", f"It can be handed out{until}.")


def _doubtful(installer: Installer) -> InstallerStatusText:
    if installer.active:
        step = "Rollcall looks for it in the vendor's list, and this page says what it found."
        return InstallerStatusText("Unconfirmed", "attention", "package-search", DO_NOT_ORDER, step)
    return InstallerStatusText(
        "Needs a decision", "attention", "circle-user", DO_NOT_ORDER, "Nobody but a person can find out: look at the vendor, then decide."
    )


def _pause(installer: Installer) -> str:
    """Why it is not further, where that is known."""
    return f"Waiting: {installer.waiting_for}." if installer.waiting_for else "A worker takes it within seconds."


def _revoked(installer: Installer) -> str:
    if installer.revoked_by is None:
        return installer.remark or "The vendor deleted it: its link no longer works."
    return f"{installer.revoked_by} had the vendor delete it: its link no longer works."
