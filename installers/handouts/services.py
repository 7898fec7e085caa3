"""Giving an installer to somebody: its link shown once, or a short link of ours. Whoever has either can install with our licences,
so each is written down, with the person, the ticket and the recipient."""

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

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.encryption import cipher
from devices.errors import ActionRefused
from devices.models import Device
from installers.models import Handout, Installer, Standing, Way
from installers.models.handout import LONGEST_RECIPIENT
from installers.orders.requests import LONGEST_TICKET
from vendors.parsing.normalise import UNSTORABLE
from vendors.secret import Secret

KEY_BYTES = 16
TOKEN_BYTES = 18  # nobody guesses 144 bits, and 24 letters can still be typed
LONGEST_KEY = 64
MOST_DAYS = 366
MOST_USES = 1000


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom. `device`: the id of what it is meant for."""

    recipient: str = ""
    device: int | None = None


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """How long a short link lives, and how often it can be used; `uses` None: as often as it is asked for."""

    days: int
    uses: int | None = None


def default_days() -> int:
    return min(int(settings.HANDOUT_DAYS), MOST_DAYS)


def new_key() -> str:
    """One for each form that is shown: however often it is sent, it gives once."""
    return secrets.token_urlsafe(KEY_BYTES)


def show_link(installer: Installer, *, act: AuditContext, slip: Recipient | None = None, key: str = "") -> Secret:
    """The vendor's link, for one person. The caller has asked `queries.one` whether this person may know of it. Raises ActionRefused."""
    slip = _checked(slip or Recipient(), act)
    token = _token(key or new_key(), installer, act=act, slip=slip, terms=None)
    with transaction.atomic():
        held = _held(installer)
        link = usable_link(held, act.now)
        given = _written(held, Way.SHOWN, token, slip, act=act)[0]
        audit.record("installer link shown", act=act, target=held.account.name, **_told(given))
    return link


def make_short_link(installer: Installer, *, key: str, slip: Recipient, terms: LinkTerms, act: AuditContext) -> tuple[Handout, Secret]:
    """The row and the token, which is known to nobody else from now on. The same form again gives the same one. Raises ActionRefused."""
    slip = _checked(slip, act)
    if not 1 <= terms.days <= MOST_DAYS:
        raise ActionRefused(f"A short link lives for 1 to {MOST_DAYS} days, and never longer than the installer.", field="days")
    if terms.uses is not None and not 1 <= terms.uses <= MOST_USES:
        raise ActionRefused(f"A short link can be used 1 to {MOST_USES:,} times; leave it empty for no limit.", field="uses")
    token = _token(key, installer, act=act, slip=slip, terms=terms)
    with transaction.atomic():
        held = _held(installer)
        usable_link(held, act.now)
        ends = act.now + timedelta(days=terms.days)
        limits = {"expires_at": min(ends, held.expires_at) if held.expires_at else ends, "most_uses": terms.uses}
        given, new = _written(held, Way.SHORT, token, slip, act=act, **limits)
        if given.ended_at or (given.expires_at and given.expires_at <= act.now):
            raise ActionRefused("This form was sent before, and the short link that it made has ended: open the form anew.")
        if new:
            told = _told(given) | {"expires": f"{given.expires_at:%Y-%m-%d %H:%M} UTC", "uses": terms.uses or "any number"}
            audit.record("short link made", act=act, target=held.account.name, **told)
    return given, token


def end(handout: Handout, *, act: AuditContext) -> None:
    """Switch a short link off, or stop waiting for what was shown. What the vendor's link can do does not change."""
    with transaction.atomic():
        held = Handout.objects.select_related("installer__account").select_for_update(of=("self",)).get(pk=handout.pk)
        if held.ended_at is not None:
            return
        held.ended_at, held.ended_by = act.now, act.person
        held.save(update_fields=["ended_at", "ended_by"])
        action = "short link switched off" if held.short else "hand-out closed"
        target = held.installer.account.name
        audit.record(action, act=act.for_ticket(held.ticket), target=target, **_told(held))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def usable_link(held: Installer, now: datetime) -> Secret:
    """The vendor's link of an installer that can be used. Raises ActionRefused."""
    if held.standing != Standing.READY or (held.expires_at and held.expires_at <= now):
        word = Standing.EXPIRED.label if held.standing == Standing.READY else held.get_standing_display()
        raise ActionRefused(f"This installer is {word.lower()} and has no link to give: make or choose another one.")
    if held.account.being_deleted:
        raise ActionRefused(f"The account {held.account.name} is being deleted: choose an installer of another account.")
    if held.active:
        raise ActionRefused("This installer is being revoked, so nobody should get it any more: make or choose another one.")
    if held.usable is False:
        raise ActionRefused(
            "The vendor says that this installer cannot be used: look at the licences there, then make or choose another one."
        )
    try:
        link = held.open()
    except cipher.DecryptionFailed:
        raise ActionRefused("The stored link does not open: tell an administrator of Rollcall.") from None
    if not link:
        raise ActionRefused("The vendor told no link for this installer: make another one.")
    return link


def _held(installer: Installer) -> Installer:
    return Installer.objects.select_related("account").select_for_update(of=("self",)).get(pk=installer.pk)


def _checked(slip: Recipient, act: AuditContext) -> Recipient:
    recipient = slip.recipient.strip()
    if len(recipient) > LONGEST_RECIPIENT or (recipient and not recipient.isprintable()):
        raise ActionRefused(f"Say to whom in at most {LONGEST_RECIPIENT} letters, on one line.", field="recipient")
    if len(act.ticket) > LONGEST_TICKET or UNSTORABLE.search(act.ticket):
        raise ActionRefused(f"A ticket has at most {LONGEST_TICKET} letters.", field="ticket")
    device = slip.device if slip.device and Device.objects.filter(pk=slip.device).exists() else None
    return Recipient(recipient, device)


def _token(key: str, installer: Installer, *, act: AuditContext, slip: Recipient, terms: LinkTerms | None) -> Secret:
    """What only this server can make, from the form's own random key: sent twice a form gives one link, stored nowhere."""
    if not key or len(key) > LONGEST_KEY:
        raise ActionRefused("The form was incomplete: open it anew.")
    wish = json.dumps([key, installer.pk, act.signed_in.pk, act.ticket, asdict(slip), asdict(terms) if terms else None])
    made = salted_hmac("installers.handing.token", wish, algorithm="sha256").digest()
    return Secret(urlsafe_b64encode(made[:TOKEN_BYTES]).decode())


def _written(held: Installer, way: Way, token: Secret, slip: Recipient, *, act: AuditContext, **limits: Any) -> tuple[Handout, bool]:
    given, new = Handout.objects.get_or_create(
        mark=hash_of(token.reveal()),
        defaults={
            "installer": held,
            "way": way,
            "given_at": act.now,
            "given_by": act.person,
            "giver": act.name,
            "recipient": slip.recipient,
            "ticket": act.ticket,
            "device_id": slip.device,
            **limits,
        },
    )
    return given, new


def _told(given: Handout) -> dict[str, Any]:
    told = {"installer": given.installer_id, "name": given.installer.name, "handout": given.pk, "recipient": given.recipient}
    return told | ({"device": given.device_id} if given.device_id else {})
