"""Options of a new installer, checked before anything is stored."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from django.utils.translation import gettext

from devices.db.messages import translated
from devices.errors import ActionRefused
from devices.models import Account, DeviceGroup
from vendors.errors import Unsupported
from vendors.installer_api import InstallerOptions
from vendors.parsing.normalise import UNSTORABLE
from vendors.states import Family

LONGEST_PURPOSE = 80
LONGEST_TICKET = 100


class RequestConflict(ActionRefused):
    """The form was sent before, with other options."""


@dataclass(frozen=True, slots=True)
class InstallerRequest:
    """What a user chose. `group`: the vendor's id of a cached static group, or nothing."""

    purpose: str
    family: str
    language: str = ""
    group: str = ""
    detect_unwanted: bool = True
    cloud_feedback: bool = True
    diagnostics: bool = False
    for_helpdesk: bool = False


def checked(account: Account, wish: InstallerRequest, ticket: str) -> tuple[InstallerOptions, DeviceGroup | None]:
    """Raises ActionRefused for what the vendor would refuse."""
    try:
        offer = account.about.installers()
    except Unsupported as error:
        raise ActionRefused(f"{translated(error.sentence)} {translated(error.next_step)}".strip(), field="account") from None
    if not account.enabled:
        raise ActionRefused(account_disabled(account), field="account")
    purpose = wish.purpose.strip()
    if not purpose or len(purpose) > LONGEST_PURPOSE or not purpose.isprintable():
        raise ActionRefused(gettext("Enter a name of 1 to %(most)s characters on one line.") % {"most": LONGEST_PURPOSE}, field="purpose")
    if wish.family not in offer.families:
        raise ActionRefused(_family_refusal(offer, wish.family), field="family")
    if wish.language and wish.language.lower() not in dict(offer.languages):
        raise ActionRefused(gettext("Choose a language from the list."), field="language")
    checked_ticket(ticket)
    return offer, _group(account, wish.group)


def checked_ticket(ticket: str) -> None:
    """Raises ActionRefused."""
    if len(ticket) > LONGEST_TICKET or UNSTORABLE.search(ticket):
        raise ActionRefused(gettext("Enter a ticket of at most %(most)s characters.") % {"most": LONGEST_TICKET}, field="ticket")


def account_disabled(account: Account) -> str:
    return gettext("The vendor account %(account)s is disabled. Enable it first.") % {"account": account.name}


def _family_refusal(offer: InstallerOptions, family: str) -> str:
    refusal = offer.refusals.get(Family(family)) if family in set(Family) else None
    if refusal:
        return gettext(refusal)
    return gettext("Choose an operating system: %(known)s.") % {"known": ", ".join(each.label for each in offer.families)}


def _group(account: Account, given: str) -> DeviceGroup | None:
    if not given:
        return None
    group = None if UNSTORABLE.search(given) else DeviceGroup.objects.filter(account=account, external_id=given[:128], static=True).first()
    if group is None and not DeviceGroup.objects.filter(account=account).exists():
        raise ActionRefused(gettext("Groups are not synced yet. Wait for the first full sync, or choose no group."), field="group")
    if group is None:
        raise ActionRefused(gettext("Choose an existing static group of this vendor account."), field="group")
    return group


def digest_of(account: Account, wish: InstallerRequest, ticket: str) -> str:
    options = json.dumps([account.pk, asdict(wish), ticket], sort_keys=True)
    return hashlib.sha256(options.encode("utf-8", "surrogatepass")).hexdigest()
