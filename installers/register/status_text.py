"""Status of an installer as text: label, meaning and next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from devices.db.messages import translated
from devices.templatetags.ui import day
from installers.models import Installer, Standing

DAY = 86400


@dataclass(frozen=True, slots=True)
class InstallerStatusText:
    """`look`: ok, attention, critical, unknown or busy; `icon`: a name in static/lucide/icons.svg; `ready`: it can be shared."""

    label: str
    look: str
    icon: str
    sentence: str
    next_step: str = ""
    ready: bool = False


def status_text(installer: Installer, *, now: datetime) -> InstallerStatusText:
    expired = installer.standing == Standing.READY and installer.expires_at is not None and installer.expires_at <= now
    standing = Standing.EXPIRED if expired else Standing(installer.standing)
    label, pause = str(standing.label), _pause(installer)
    if standing == Standing.AMBIGUOUS:
        return _unconfirmed(installer, label)
    if installer.active and standing in (Standing.READY, Standing.EXPIRED):
        return InstallerStatusText(gettext("Revoking"), "busy", "hourglass", gettext("The vendor is deleting it."), pause)
    if standing == Standing.READY:
        return _ready(installer, label)
    if standing == Standing.FAILED:
        sentence = translated(installer.error) or gettext("Not created.")
        return InstallerStatusText(label, "critical", "octagon-alert", sentence, translated(installer.error_next_step))
    look, icon, sentence, step = {
        Standing.REQUESTED: ("busy", "clock", gettext("Queued."), pause),
        Standing.CREATING: ("busy", "hourglass", gettext("The vendor is creating it."), pause),
        Standing.EXPIRED: ("unknown", "clock-alert", gettext("The link no longer works."), gettext("Create a replacement.")),
        Standing.REVOKED: ("unknown", "ban", _revoked(installer), gettext("Already downloaded copies still work.")),
    }[standing]
    return InstallerStatusText(label, look, icon, sentence, step)


def countdown(at: datetime, *, now: datetime) -> str:
    """`in 12 days`, `in 5 h`, `3 days ago`: rounded towards now, so that it never shows more time than there is."""
    seconds = (at - now).total_seconds()
    ahead, size = seconds > 0, int(abs(seconds))
    if size >= 2 * DAY:
        number, text = size // DAY, gettext("in %(number)s days") if ahead else gettext("%(number)s days ago")
    elif size >= 3600:
        number, text = size // 3600, gettext("in %(number)s h") if ahead else gettext("%(number)s h ago")
    else:
        number, text = size // 60, gettext("in %(number)s min") if ahead else gettext("%(number)s min ago")
    return text % {"number": number}


def _ready(installer: Installer, label: str) -> InstallerStatusText:
    if installer.usable is False:
        return InstallerStatusText(
            gettext("Not usable"),
            "attention",
            "triangle-alert",
            gettext("Created, but the vendor reports it as not usable."),
            gettext("Check the licenses in the vendor's console, or create a replacement."),
        )
    sentence = gettext("Can be shared.")
    if installer.expires_at:
        sentence = gettext("Can be shared until %(date)s.") % {"date": day(installer.expires_at)}
    return InstallerStatusText(label, "ok", "circle-check", sentence, ready=True)


def _unconfirmed(installer: Installer, label: str) -> InstallerStatusText:
    sentence = gettext("The vendor did not confirm that it was created. Do not create it again.")
    if installer.active:
        return InstallerStatusText(label, "attention", "package-search", sentence, gettext("Rollcall is checking the vendor's list."))
    step = gettext("Check at the vendor, then mark it as created or not created.")
    return InstallerStatusText(gettext("Action required"), "attention", "circle-user", sentence, step)


def _pause(installer: Installer) -> str:
    """What the job waits for, where that is known."""
    if installer.waiting_for:
        return gettext("Waiting: %(reason)s") % {"reason": translated(installer.waiting_for)}
    return gettext("Starts within seconds.")


def _revoked(installer: Installer) -> str:
    if installer.revoked_by is None:
        return translated(installer.remark) or gettext("Deleted at the vendor. The link no longer works.")
    return gettext("Revoked by %(user)s. The link no longer works.") % {"user": installer.revoked_by}
