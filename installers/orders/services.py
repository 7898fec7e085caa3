"""What users request: a new installer, its revocation, a decision on an unconfirmed one. Each is a row that a worker acts on; nothing is
sent here."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.jobs import wake_ups
from devices.models import Account, JobState
from installers.models import Installer, Standing
from installers.orders.requests import InstallerRequest, RequestConflict, account_disabled, checked, digest_of
from installers.orders.vendor_records import marked
from installers.orders.verification import CREATE_AGAIN
from vendors.parsing.normalise import UNSTORABLE
from vendors.texts import Message

NONCE_BYTES = 4


def new_key() -> uuid.UUID:
    """One for each form that is shown: a form that is sent twice creates one installer."""
    return uuid.uuid4()


def order(
    account: Account,
    *,
    key: uuid.UUID,
    wish: InstallerRequest,
    act: AuditContext,
) -> Installer:
    """The installer of this key: a new one, or the one that was created with it before. Raises ActionRefused; RequestConflict."""
    digest = digest_of(account, wish, act.ticket)
    if before := Installer.objects.filter(request_key=key).first():
        return _same(before, digest)
    offer, group = checked(account, wish, act.ticket)
    nonce = secrets.token_hex(NONCE_BYTES)
    new = Installer(
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
        Installer.objects.bulk_create([new], ignore_conflicts=True)
        made = Installer.objects.filter(request_key=key).first()
        if made is not None and made.nonce == nonce:
            detail = {"name": made.name, "os": made.family, "group": made.group_name}
            audit.record("installer ordered", act=act, target=account.name, installer=made.pk, **detail)
            wake_ups.job_after_commit("installer", made.pk)
    if made is None:
        raise ActionRefused(gettext("The installer could not be saved. Send the form again."))
    return _same(made, digest)


def revoke(installer: Installer, *, act: AuditContext) -> Installer:
    """Have the vendor delete it; repeated requests change nothing. Raises ActionRefused."""
    with transaction.atomic():
        held = _held(installer)
        if held.active and (held.cursor or {}).get("phase") == "revoke":
            return held
        if held.standing not in (Standing.READY, Standing.EXPIRED) or not held.external_id:
            raise ActionRefused(
                gettext("Only a ready or expired installer can be revoked. Status: %(status)s.") % {"status": held.get_standing_display()}
            )
        if not held.account.enabled:
            raise ActionRefused(account_disabled(held.account))
        held.revoked_by = act.person
        _send(held, {"phase": "revoke"}, act.now)
        audit.record("installer revocation asked", act=act, target=held.account.name, installer=held.pk, name=held.name)
    return held


def look_again(installer: Installer, *, act: AuditContext) -> Installer:
    """Check the vendor's list once more, for one that waits for a user's decision. Raises ActionRefused."""
    with transaction.atomic():
        held = _undecided(installer)
        _send(held, {"phase": "look"}, act.now)
        audit.record("installer settled", act=act, target=held.account.name, installer=held.pk, decision="look again")
    return held


def confirm_creation(installer: Installer, *, made: bool, act: AuditContext, external_id: str = "") -> Installer:
    """Record a user's decision whether the vendor created it; if so, `external_id` is the vendor's id. Raises ActionRefused."""
    with transaction.atomic():
        held = _undecided(installer)
        if made:
            if not external_id.strip() or len(external_id) > 100 or UNSTORABLE.search(external_id):
                raise ActionRefused(gettext("Enter the ID of the installer at the vendor."), field="external_id")
            if Installer.objects.filter(account=held.account, external_id__iexact=external_id.strip()).exists():
                raise ActionRefused(gettext("Another installer already has this ID. Check the ID."), field="external_id")
            _send(held, {"phase": "adopt", "id": external_id.strip()}, act.now)
        else:
            held.standing, held.error_code = Standing.FAILED, "given_up"
            held.error, held.error_next_step = _marked_not_created(act), CREATE_AGAIN
            held.save(update_fields=["standing", "error_code", "error", "error_next_step"])
        decision = "made" if made else "not made"
        audit.record("installer settled", act=act, target=held.account.name, installer=held.pk, decision=decision)
    return held


def mark_for_helpdesk(installer: Installer, *, may: bool, act: AuditContext) -> None:
    """Whether the helpdesk may see and share it."""
    with transaction.atomic():
        held = _held(installer)
        if held.for_helpdesk == may:
            return
        held.for_helpdesk = may
        held.save(update_fields=["for_helpdesk"])
        audit.record("installer marked", act=act, target=held.account.name, installer=held.pk, name=held.name, may=may)


def _same(installer: Installer, digest: str) -> Installer:
    if installer.digest != digest:
        raise RequestConflict(gettext("This form was already sent with other options. Open a new form."))
    return installer


def _held(installer: Installer) -> Installer:
    return Installer.objects.select_related("account").select_for_update(of=("self",)).get(pk=installer.pk)


def _undecided(installer: Installer) -> Installer:
    held = _held(installer)
    if not held.needs_person:
        raise ActionRefused(gettext("This installer needs no decision. Status: %(status)s.") % {"status": held.get_standing_display()})
    return held


def _send(installer: Installer, cursor: dict[str, str], now: datetime) -> None:
    """Queue it for a worker, which continues at `cursor`."""
    installer.state, installer.cursor, installer.next_step_at = JobState.REQUESTED, cursor, now
    installer.attempts, installer.refusals, installer.finished_at, installer.progressed_at = 0, 0, None, now
    installer.error_code = installer.error = installer.error_next_step = ""
    installer.save()
    wake_ups.job_after_commit("installer", installer.pk)


def _marked_not_created(act: AuditContext) -> Message:
    if act.person:
        return Message(gettext_noop("%(user)s marked it as not created."), user=act.name)
    return Message(gettext_noop("Marked as not created on the command line."))
