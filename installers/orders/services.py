"""What people ask for: an installer, its revocation, an end to doubt. Each becomes a row that a worker acts on; nothing is sent here."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.models import Account, JobState
from installers.models import Installer, Standing
from installers.orders.requests import InstallerRequest, RequestConflict, checked, digest_of
from installers.orders.vendor_records import marked
from vendors.parsing.normalise import UNSTORABLE

NONCE_BYTES = 4


def new_key() -> uuid.UUID:
    """One for each form that is shown: however often it is sent, it orders once."""
    return uuid.uuid4()


def order(
    account: Account,
    *,
    key: uuid.UUID,
    wish: InstallerRequest,
    act: AuditContext,
) -> Installer:
    """The installer of this key: a new one, or the one that the same key ordered before. Raises ActionRefused; RequestConflict."""
    digest = digest_of(account, wish, act.ticket)
    if before := Installer.objects.filter(request_key=key).first():
        return _same(before, digest)
    offer, group = checked(account, wish, act.ticket)
    nonce = secrets.token_hex(NONCE_BYTES)
    asked = Installer(
        account=account,
        request_key=key,
        digest=digest,
        nonce=nonce,
        name=marked(wish.purpose.strip(), nonce=nonce),
        purpose=wish.purpose.strip(),
        family=wish.family,
        language_asked=wish.language.lower() or offer.fallback,
        group_id=group.external_id if group else "",
        group_name=group.name if group else "",
        detect_unwanted=wish.detect_unwanted,
        cloud_feedback=wish.cloud_feedback,
        diagnostics=wish.diagnostics,
        for_helpdesk=wish.for_helpdesk,
        ticket=act.ticket.strip(),
        requested_by=act.person,
        created_at=act.now,
        next_step_at=act.now,
    )
    with transaction.atomic():
        Installer.objects.bulk_create([asked], ignore_conflicts=True)
        made = Installer.objects.filter(request_key=key).first()
        if made is not None and made.nonce == nonce:
            told: dict[str, Any] = {"installer": made.pk, "name": made.name, "os": made.family, "group": made.group_name}
            audit.record("installer ordered", act=act, target=account.name, **told)
    if made is None:
        raise ActionRefused("The order could not be written down: send it again.")
    return _same(made, digest)


def revoke(installer: Installer, *, act: AuditContext) -> Installer:
    """Have the vendor delete it, once however many ask. Raises ActionRefused."""
    with transaction.atomic():
        held = _held(installer)
        if held.active and (held.cursor or {}).get("phase") == "revoke":
            return held
        if held.standing not in (Standing.READY, Standing.EXPIRED) or not held.external_id:
            raise ActionRefused(
                f"This installer is {held.get_standing_display().lower()}: only one that is ready or expired can be revoked."
            )
        if not held.account.enabled:
            raise ActionRefused(f"The account {held.account.name} is disabled: enable it to revoke this installer.")
        held.revoked_by = act.person
        _send(held, {"phase": "revoke"}, act.now)
        told: dict[str, Any] = {"installer": held.pk, "name": held.name}
        audit.record("installer revocation asked", act=act, target=held.account.name, **told)
    return held


def look_again(installer: Installer, *, act: AuditContext) -> Installer:
    """Look in the vendor's list once more, for one that waits for a person. Raises ActionRefused."""
    with transaction.atomic():
        held = _undecided(installer)
        _send(held, {"phase": "look"}, act.now)
        audit.record("installer settled", act=act, target=held.account.name, installer=held.pk, decision="look again")
    return held


def confirm_creation(installer: Installer, *, made: bool, act: AuditContext, external_id: str = "") -> Installer:
    """Record a user's decision whether the vendor made it. If it did, `external_id` is the vendor's id. Raises ActionRefused."""
    with transaction.atomic():
        held = _undecided(installer)
        if made:
            if not external_id.strip() or len(external_id) > 100 or UNSTORABLE.search(external_id):
                raise ActionRefused("Enter the id that the vendor gave the installer, so that it can be read.", field="external_id")
            if Installer.objects.filter(account=held.account, external_id__iexact=external_id.strip()).exists():
                raise ActionRefused("Another installer of the register has this id: look at that one.", field="external_id")
            _send(held, {"phase": "adopt", "id": external_id.strip()}, act.now)
        else:
            held.standing, held.error_code = Standing.FAILED, "given_up"
            held.error, held.error_next_step = f"{_named(act)} decided that it was not made.", "Order again."
            held.save(update_fields=["standing", "error_code", "error", "error_next_step"])
        told: dict[str, Any] = {"installer": held.pk, "decision": "made" if made else "not made"}
        audit.record("installer settled", act=act, target=held.account.name, **told)
    return held


def mark_for_helpdesk(installer: Installer, *, may: bool, act: AuditContext) -> None:
    """Whether the helpdesk may see it and hand it out."""
    with transaction.atomic():
        held = _held(installer)
        if held.for_helpdesk == may:
            return
        held.for_helpdesk = may
        held.save(update_fields=["for_helpdesk"])
        told: dict[str, Any] = {"installer": held.pk, "name": held.name, "may": may}
        audit.record("installer marked", act=act, target=held.account.name, **told)


def _same(installer: Installer, digest: str) -> Installer:
    if installer.digest != digest:
        raise RequestConflict("This form was sent before with another wish, and that one counts: open the form anew to order this one too.")
    return installer


def _held(installer: Installer) -> Installer:
    return Installer.objects.select_related("account").select_for_update(of=("self",)).get(pk=installer.pk)


def _undecided(installer: Installer) -> Installer:
    held = _held(installer)
    if not held.needs_person:
        raise ActionRefused(f"There is nothing to decide: this installer is {held.get_standing_display().lower()}.")
    return held


def _send(installer: Installer, cursor: dict[str, str], now: datetime) -> None:
    """Back to the workers, to go on at `cursor`."""
    installer.state, installer.cursor, installer.next_step_at = JobState.REQUESTED, cursor, now
    installer.attempts, installer.refusals, installer.finished_at, installer.progressed_at = 0, 0, None, now
    installer.error_code = installer.error = installer.error_next_step = ""
    installer.save()


def _named(act: AuditContext) -> str:
    return act.name if act.person else "Somebody at the command line"
