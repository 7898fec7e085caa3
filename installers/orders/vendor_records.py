"""What a vendor says about an installer → its row in the register."""

from __future__ import annotations

import re
from datetime import datetime

from devices.models import Account, JobState
from installers.models import Installer, Standing
from vendors import records

MARK = re.compile(r" \[req-([0-9a-f]{8})\]$")


def marked(purpose: str, *, nonce: str) -> str:
    """The display name at the vendor, by whose end an order is found again."""
    return f"{purpose} [req-{nonce}]"


def nonce_of(name: str) -> str:
    """The nonce in a display name, or nothing."""
    found = MARK.search(name)
    return found[1] if found else ""


def adopt(installer: Installer, told: records.Installer, now: datetime) -> None:
    """This is the one that was ordered. Does not save."""
    installer.external_id = told.external_id
    installer.made_at, installer.ambiguous_since = told.made_at, None
    installer.standing = Standing.READY
    describe(installer, told, now)


def describe(installer: Installer, told: records.Installer, now: datetime) -> None:
    """What may change while it lives, and what only the vendor knows. A link that is not told again is kept. Does not save."""
    installer.language = told.language or installer.language
    installer.group_name = told.group_name or installer.group_name
    installer.usable, installer.expires_at, installer.listed_at = told.usable, told.expires_at, now
    installer.products = [[each.name, each.licence] for each in told.products]
    installer.components = list(told.components)
    if told.link:
        installer.seal(told.link)
    if installer.expires_at and installer.expires_at <= now:
        installer.standing = Standing.EXPIRED


def enter(account: Account, told: records.Installer, now: datetime) -> Installer:
    """A row for one that was made elsewhere. Saved, because a link is sealed to its row."""
    installer = Installer.objects.create(
        account=account,
        state=JobState.DONE,
        next_step_at=now,
        created_at=now,
        finished_at=now,
        name=told.name,
        purpose=MARK.sub("", told.name)[:200],
        family=told.family,
        group_id=told.group_id,
        language_asked="",
        detect_unwanted=told.detect_unwanted,
        cloud_feedback=told.cloud_feedback,
        diagnostics=told.diagnostics,
        external_id=told.external_id,
        made_at=told.made_at,
        standing=Standing.READY,
    )
    describe(installer, told, now)
    installer.save()
    return installer
