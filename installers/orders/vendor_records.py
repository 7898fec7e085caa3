"""Writes a vendor's record of an installer to its row."""

from __future__ import annotations

import re
from datetime import datetime

from devices.models import Account, JobState
from installers.models import Installer, Standing
from vendors import records

MARK = re.compile(r" \[req-([0-9a-f]{8})\]$")


def marked(purpose: str, *, nonce: str) -> str:
    """The display name at the vendor; its end identifies the request."""
    return f"{purpose} [req-{nonce}]"


def nonce_of(name: str) -> str:
    """The nonce in a display name, or nothing."""
    found = MARK.search(name)
    return found[1] if found else ""


def adopt(installer: Installer, record: records.Installer, now: datetime) -> None:
    """`record` is the installer that was requested. Does not save."""
    installer.external_id = record.external_id
    installer.made_at, installer.ambiguous_since = record.made_at, None
    installer.standing = Standing.READY
    describe(installer, record, now)


def describe(installer: Installer, record: records.Installer, now: datetime) -> None:
    """Values that may change, and those that only the vendor knows. A link that the record lacks is kept. Does not save."""
    installer.language = record.language or installer.language
    installer.group_name = record.group_name or installer.group_name
    installer.usable, installer.expires_at, installer.listed_at = record.usable, record.expires_at, now
    installer.products = [[each.name, each.licence] for each in record.products]
    installer.components = list(record.components)
    if record.link:
        installer.seal(record.link)
    if installer.expires_at and installer.expires_at <= now:
        installer.standing = Standing.EXPIRED


def enter(account: Account, record: records.Installer, now: datetime) -> Installer:
    """A row for an installer that was created elsewhere. Saved, because the encryption of its link is bound to the row."""
    installer = Installer.objects.create(
        account=account,
        state=JobState.DONE,
        next_step_at=now,
        created_at=now,
        finished_at=now,
        name=record.name,
        purpose=MARK.sub("", record.name)[:200],
        family=record.family,
        group_id=record.group_id,
        language_asked="",
        detect_unwanted=record.detect_unwanted,
        cloud_feedback=record.cloud_feedback,
        diagnostics=record.diagnostics,
        external_id=record.external_id,
        made_at=record.made_at,
        standing=Standing.READY,
    )
    describe(installer, record, now)
    installer.save()
    return installer
