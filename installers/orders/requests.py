"""What a person may wish for, checked before anything is written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from devices.errors import ActionRefused
from devices.models import Account, DeviceGroup
from vendors.errors import Unsupported
from vendors.installer_api import InstallerOptions
from vendors.parsing.normalise import UNSTORABLE
from vendors.states import Family

LONGEST_PURPOSE = 80
LONGEST_TICKET = 100


class RequestConflict(ActionRefused):
    """The same click, another wish."""


@dataclass(frozen=True, slots=True)
class InstallerRequest:
    """What a person chose. `group`: the vendor's id of a cached static group, or nothing."""

    purpose: str
    family: str
    language: str = ""
    group: str = ""
    detect_unwanted: bool = True
    cloud_feedback: bool = True
    diagnostics: bool = False
    for_helpdesk: bool = False


def checked(account: Account, wish: InstallerRequest, ticket: str) -> tuple[InstallerOptions, DeviceGroup | None]:
    """Raises ActionRefused for what the vendor would refuse, before anything is written."""
    try:
        offer = account.about.installers()
    except Unsupported as error:
        raise ActionRefused(f"{error.sentence} {error.next_step}".strip(), field="account") from None
    if not account.enabled:
        raise ActionRefused(f"The account {account.name} is disabled: enable it, or choose another one.", field="account")
    purpose = wish.purpose.strip()
    if not purpose or len(purpose) > LONGEST_PURPOSE or not purpose.isprintable():
        raise ActionRefused(f"Say what it is for, in 1 to {LONGEST_PURPOSE} letters on one line.", field="purpose")
    if wish.family not in offer.families:
        known = ", ".join(family.label for family in offer.families)
        refusal = offer.refusals.get(Family(wish.family)) if wish.family in set(Family) else None
        raise ActionRefused(refusal or f"Choose an operating system: {known}.", field="family")
    if wish.language and wish.language.lower() not in dict(offer.languages):
        raise ActionRefused("Choose a language of the list.", field="language")
    if len(ticket) > LONGEST_TICKET or UNSTORABLE.search(ticket):
        raise ActionRefused(f"A ticket has at most {LONGEST_TICKET} letters.", field="ticket")
    return offer, _group(account, wish.group)


def _group(account: Account, given: str) -> DeviceGroup | None:
    if not given:
        return None
    group = None if UNSTORABLE.search(given) else DeviceGroup.objects.filter(account=account, external_id=given[:128], static=True).first()
    if group is None and not DeviceGroup.objects.filter(account=account).exists():
        raise ActionRefused(
            "The groups of this account were not fetched yet: wait for its first list, or order without a group.", field="group"
        )
    if group is None:
        raise ActionRefused(
            "Choose a static group of this account: a dynamic one, or one that is gone, can take no installer.", field="group"
        )
    return group


def digest_of(account: Account, wish: InstallerRequest, ticket: str) -> str:
    told = json.dumps([account.pk, asdict(wish), ticket], sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
