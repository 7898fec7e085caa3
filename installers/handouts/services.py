"""Sharing an installer: its vendor link shown once, or a short link of Rollcall. Anyone with either can install with the customer's
licenses, so each delivery is stored with user, ticket and recipient."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.encryption import cipher
from devices.errors import ActionRefused
from devices.models import Device, User
from installers.models import Handout, Installer, Standing, Way
from installers.models.handout import LONGEST_RECIPIENT
from installers.orders.requests import checked_ticket
from vendors.secret import Secret

KEY_BYTES = 16
TOKEN_BYTES = 18  # 144 bits cannot be guessed, and 24 letters can still be typed
LONGEST_KEY = 64
MOST_DAYS = 366
MOST_USES = 1000
# Of users who see only the installers that are available to the helpdesk.
HELPDESK_DAYS = 31
HELPDESK_USES = 20


@dataclass(frozen=True, slots=True)
class Recipient:
    """`device`: the id of the device it is for."""

    recipient: str = ""
    device: int | None = None


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """When a short link expires, and how many downloads it allows; `uses` None: unlimited."""

    days: int
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """What a user may choose for a short link. `unlimited`: also any number of downloads."""

    days: int = MOST_DAYS
    uses: int = MOST_USES
    unlimited: bool = True

    @classmethod
    def of(cls, person: User | None) -> LinkLimits:
        all_of_them = person is None or person.has_perm("installers.view_installer")
        return cls() if all_of_them else cls(HELPDESK_DAYS, HELPDESK_USES, unlimited=False)

    @property
    def default_days(self) -> int:
        return min(int(settings.HANDOUT_DAYS), self.days)

    def check(self, terms: LinkTerms) -> None:
        """Raises ActionRefused."""
        if not 1 <= terms.days <= self.days:
            raise ActionRefused(self.days_refusal, field="days")
        if not self.unlimited if terms.uses is None else not 1 <= terms.uses <= self.uses:
            raise ActionRefused(self.uses_refusal, field="uses")

    @property
    def days_refusal(self) -> str:
        return gettext("Enter 1 to %(most)s days.") % {"most": self.days}

    @property
    def uses_refusal(self) -> str:
        most = {"most": number_format(self.uses, force_grouping=True)}
        if self.unlimited:
            return gettext("Enter 1 to %(most)s downloads, or leave blank for no limit.") % most
        return gettext("Enter 1 to %(most)s downloads.") % most


def may_share(person: User | None, installer: Installer) -> bool:
    """Whether this user could share this installer now: enabled, with the permission, and all of them or those for the helpdesk."""
    if person is None or not person.has_perm("installers.hand_out_installer"):
        return False
    return installer.for_helpdesk or person.has_perm("installers.view_installer")


def new_key() -> str:
    """One for each form that is shown: a form that is sent twice shares once."""
    return secrets.token_urlsafe(KEY_BYTES)


def show_link(installer: Installer, *, act: AuditContext, to: Recipient | None = None, key: str = "") -> Secret:
    """The vendor's link. The caller has checked with `queries.one` that the installer is visible to the user. Raises ActionRefused."""
    to = _checked(to or Recipient(), act)
    token = _token(key or new_key(), installer, act=act, to=to, terms=None)
    with transaction.atomic():
        held = _held(installer)
        link = usable_link(held, act.now)
        handout = _saved(held, Way.SHOWN, token, to, act=act)[0]
        audit.record("installer link shown", act=act, target=held.account.name, **_detail(handout))
    return link


def make_short_link(installer: Installer, *, key: str, to: Recipient, terms: LinkTerms, act: AuditContext) -> tuple[Handout, Secret]:
    """The row and the token, which is stored nowhere. The same form again returns the same ones. Raises ActionRefused."""
    to = _checked(to, act)
    LinkLimits.of(act.person).check(terms)
    token = _token(key, installer, act=act, to=to, terms=terms)
    with transaction.atomic():
        held = _held(installer)
        usable_link(held, act.now)
        ends = act.now + timedelta(days=terms.days)
        limits = {"expires_at": min(ends, held.expires_at) if held.expires_at else ends, "most_uses": terms.uses}
        handout, new = _saved(held, Way.SHORT, token, to, act=act, **limits)
        if handout.ended_at or (handout.expires_at and handout.expires_at <= act.now):
            raise ActionRefused(gettext("This form was already sent, and its short link has ended. Open a new form."))
        if new:
            detail = _detail(handout) | {"expires": f"{handout.expires_at:%Y-%m-%d %H:%M} UTC", "uses": terms.uses or "unlimited"}
            audit.record("short link made", act=act, target=held.account.name, **detail)
    return handout, token


def end(handout: Handout, *, act: AuditContext) -> None:
    """Disable a short link, or close the delivery of a vendor link. The vendor's link stays valid."""
    with transaction.atomic():
        held = Handout.objects.select_related("installer__account").select_for_update(of=("self",)).get(pk=handout.pk)
        if held.ended_at is not None:
            return
        held.ended_at, held.ended_by = act.now, act.person
        held.save(update_fields=["ended_at", "ended_by"])
        Handout.objects.filter(through=held, ended_at=None).update(ended_at=act.now, ended_by=act.person)
        action = "short link switched off" if held.short else "hand-out closed"
        target = held.installer.account.name
        audit.record(action, act=act.for_ticket(held.ticket), target=target, **_detail(held))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def usable_link(held: Installer, now: datetime) -> Secret:
    """The vendor's link of an installer that can be shared. Raises ActionRefused."""
    if held.standing != Standing.READY or (held.expires_at and held.expires_at <= now):
        status = Standing.EXPIRED.label if held.standing == Standing.READY else held.get_standing_display()
        raise ActionRefused(
            gettext("This installer can't be shared (status: %(status)s). Choose or create another one.") % {"status": status}
        )
    if held.account.being_deleted:
        text = gettext("The vendor account %(account)s is being deleted. Choose an installer of another vendor account.")
        raise ActionRefused(text % {"account": held.account.name})
    if held.active:
        raise ActionRefused(gettext("This installer is being revoked. Choose or create another one."))
    if held.usable is False:
        raise ActionRefused(
            gettext("The vendor reports this installer as not usable. Check the licenses there, or choose or create another one.")
        )
    try:
        link = held.open()
    except cipher.DecryptionFailed:
        raise ActionRefused(gettext("The stored link can't be decrypted. Contact your Rollcall administrator.")) from None
    if not link:
        raise ActionRefused(gettext("The vendor provided no link for this installer. Create another one."))
    return link


def _held(installer: Installer) -> Installer:
    return Installer.objects.select_related("account").select_for_update(of=("self",)).get(pk=installer.pk)


def _checked(to: Recipient, act: AuditContext) -> Recipient:
    recipient = to.recipient.strip()
    if len(recipient) > LONGEST_RECIPIENT or (recipient and not recipient.isprintable()):
        text = gettext("Enter a recipient of at most %(most)s characters on one line.")
        raise ActionRefused(text % {"most": LONGEST_RECIPIENT}, field="recipient")
    checked_ticket(act.ticket)
    device = to.device if to.device and Device.objects.filter(pk=to.device).exists() else None
    return Recipient(recipient, device)


def _token(key: str, installer: Installer, *, act: AuditContext, to: Recipient, terms: LinkTerms | None) -> Secret:
    """Derived from the form's random key with a secret of this server: a form that is sent twice has one token, which is stored nowhere."""
    if not key or len(key) > LONGEST_KEY:
        raise ActionRefused(gettext("This form is incomplete. Open a new form."))
    request = json.dumps([key, installer.pk, act.signed_in.pk, act.ticket, asdict(to), asdict(terms) if terms else None])
    digest = salted_hmac("installers.handing.token", request, algorithm="sha256").digest()
    return Secret(urlsafe_b64encode(digest[:TOKEN_BYTES]).decode())


def _saved(held: Installer, way: Way, token: Secret, to: Recipient, *, act: AuditContext, **limits: Any) -> tuple[Handout, bool]:
    return Handout.objects.get_or_create(
        mark=hash_of(token.reveal()),
        defaults={
            "installer": held,
            "way": way,
            "given_at": act.now,
            "given_by": act.person,
            "giver": act.name,
            "recipient": to.recipient,
            "ticket": act.ticket,
            "device_id": to.device,
            **limits,
        },
    )


def _detail(handout: Handout) -> dict[str, Any]:
    detail = {"installer": handout.installer_id, "name": handout.installer.name, "handout": handout.pk, "recipient": handout.recipient}
    return detail | ({"device": handout.device_id} if handout.device_id else {})
