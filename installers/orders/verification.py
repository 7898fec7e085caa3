"""Nobody knows whether the vendor made it: when to look, what was found, and when the answer is no."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from installers.models import Installer
from installers.orders.vendor_records import nonce_of
from vendors.errors import BadAnswer, VendorError
from vendors.installer_api import InstallerPage

LOOKS = (5.0, 30.0, 120.0)  # seconds after nobody knew; the last look is at the settling time
PAUSE = 30.0  # seconds until a list that could not be read is asked for again
GIVE_UP = timedelta(days=1)  # then a person decides
WAITING_FOR = "Nobody knows yet whether it was made: do not order again. Rollcall looks for it in the vendor's list"


class NotMade(VendorError):
    code = "not_made"

    def __init__(self) -> None:
        super().__init__("It was not made: the vendor's complete list does not have it.", next_step="Order again.")


class Vanished(VendorError):
    """It was listed a moment ago and can no longer be read: look again."""

    code = "vanished"
    transient = True

    def __init__(self) -> None:
        super().__init__("The vendor listed it, and then did not know it any more.", next_step="Look at the vendor, or decide by hand.")


def found(before: Sequence[Sequence[str]], turn: InstallerPage, *, nonce: str) -> list[list[str]]:
    """[when made, id] of all that carry the nonce, the oldest first. Ids only: a cursor must not hold a link."""
    new = [
        [each.made_at.isoformat() if each.made_at else "", each.external_id]
        for each in turn.installers
        if nonce and nonce_of(each.name) == nonce
    ]
    return sorted([*map(list, before), *new])


def twins(others: Sequence[str]) -> str:
    """What to say when the vendor holds more than one of one order."""
    if not others:
        return ""
    return f"The vendor holds {len(others) + 1} with this mark: the oldest is this one. Revoke the others: {', '.join(others)}."


def next_look(installer: Installer, *, begun: datetime, unreadable: int) -> float:
    """Seconds until the next look, after a complete list that began at `begun` and lacks it. Raises NotMade when time is up."""
    since = installer.ambiguous_since or begun
    waited = (begun - since).total_seconds()
    settle = float(settings.INSTALLER_SETTLE_SECONDS)
    if waited >= settle:
        if unreadable:
            raise BadAnswer(f"The vendor's list has {unreadable} installers that cannot be read, and it may be one of them.")
        raise NotMade
    return next(at for at in (*[look for look in LOOKS if look < settle], settle) if at > waited) - waited


def worth_another(installer: Installer, error: VendorError, now: datetime) -> bool:
    """A vendor that does not answer is asked again for a day; one that refuses is not, and then a person decides."""
    if not (error.transient or error.code in ("internal", "worker_died")):
        return False
    return now - (installer.ambiguous_since or now) < GIVE_UP


def for_a_person(why: str, error: VendorError) -> tuple[str, str]:
    """Both facts, and what to do."""
    sentence = f"{why} It could not be looked for either: {error.sentence}".strip()
    return sentence, f"{error.next_step} Then look again, or decide by hand whether it was made.".strip()
