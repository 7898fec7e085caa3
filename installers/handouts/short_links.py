"""Short links for recipients without an account: viewing is free, each download counts.

A link works only while the user who created it could still share its installer.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from devices.audit import log as audit
from devices.audit.context import ANONYMOUS, AuditContext
from devices.errors import ActionRefused
from installers.handouts.services import hash_of, may_share, usable_link
from installers.models import Handout, Way
from vendors.secret import Secret


class UnavailableReason(StrEnum):
    """Why a short link does not work. Its page shows only this."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED_UP = "used up"
    OFF = "off"
    WITHDRAWN = "withdrawn"


class LinkUnavailable(Exception):
    def __init__(self, why: UnavailableReason) -> None:
        super().__init__(why.value)
        self.why = why


def peek(token: str, *, now: datetime) -> Handout:
    """Raises LinkUnavailable."""
    found = Handout.objects.select_related("installer__account", "given_by").filter(mark=hash_of(token), way=Way.SHORT).first()
    return _usable(found, now)[0]


def redeem(token: str, *, now: datetime, address: str | None = None) -> tuple[Handout, Secret]:
    """Count a download and return the vendor's link. The row is locked, so no download is counted twice. Raises LinkUnavailable."""
    with transaction.atomic():
        rows = Handout.objects.select_related("installer__account", "given_by").select_for_update(of=("self",))
        held, link = _usable(rows.filter(mark=hash_of(token), way=Way.SHORT).first(), now)
        held.uses, held.used_at = held.uses + 1, now
        held.save(update_fields=["uses", "used_at"])
        detail = {"installer": held.installer_id, "handout": held.pk, "use": held.uses}
        act = AuditContext(now, name=ANONYMOUS, ticket=held.ticket, address=address)
        audit.record("short link used", act=act, target=held.installer.account.name, **detail)
    return held, link


def _usable(found: Handout | None, now: datetime) -> tuple[Handout, Secret]:
    if found is None:
        raise LinkUnavailable(UnavailableReason.UNKNOWN)
    if found.ended_at is not None or not may_share(found.given_by, found.installer):
        raise LinkUnavailable(UnavailableReason.OFF)
    if found.expires_at is None or found.expires_at <= now:
        raise LinkUnavailable(UnavailableReason.EXPIRED)
    if found.left == 0:
        raise LinkUnavailable(UnavailableReason.USED_UP)
    try:
        return found, usable_link(found.installer, now)
    except ActionRefused:
        raise LinkUnavailable(UnavailableReason.WITHDRAWN) from None
