"""Verification of an unconfirmed request: when to check the vendor's list, what was found, and when it counts as not created."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_noop

from installers.models import Installer
from installers.orders.vendor_records import nonce_of
from vendors.errors import BadAnswer, VendorError
from vendors.installer_api import InstallerPage
from vendors.texts import Message

LOOKS = (5.0, 30.0, 120.0)  # seconds after the request became unconfirmed; the last check is at the settling time
PAUSE = 30.0  # seconds until a list that could not be read is requested again
GIVE_UP = timedelta(days=1)  # then a user decides
WAITING_FOR = Message(gettext_noop("confirmation by the vendor's list"))
CREATE_AGAIN = Message(gettext_noop("Create it again."))


class NotMade(VendorError):
    code = "not_made"

    def __init__(self) -> None:
        super().__init__(Message(gettext_noop("Not created: the vendor's full list does not contain it.")), next_step=CREATE_AGAIN)


class Vanished(VendorError):
    """The vendor listed it and does not find it when it is read: check again."""

    code = "vanished"
    transient = True

    def __init__(self) -> None:
        sentence = Message(gettext_noop("The vendor listed the installer, but no longer finds it."))
        super().__init__(sentence, next_step=Message(gettext_noop("Check at the vendor.")))


def found(before: Sequence[Sequence[str]], turn: InstallerPage, *, nonce: str) -> list[list[str]]:
    """[created at, id] of all that carry the nonce, the oldest first. Ids only: a cursor must not hold a link."""
    new = [
        [each.made_at.isoformat() if each.made_at else "", each.external_id]
        for each in turn.installers
        if nonce and nonce_of(each.name) == nonce
    ]
    return sorted([*map(list, before), *new])


def twins(others: Sequence[str]) -> str:
    """The remark when the vendor lists several installers of one request."""
    if not others:
        return ""
    text = gettext_noop("The vendor lists %(number)s installers of this request; this is the oldest. Revoke the others: %(ids)s.")
    return Message(text, number=len(others) + 1, ids=", ".join(others))


def next_look(installer: Installer, *, begun: datetime, unreadable: int) -> float:
    """Seconds until the next check, after a complete list that began at `begun` and lacks it. Raises NotMade when time is up."""
    since = installer.ambiguous_since or begun
    waited = (begun - since).total_seconds()
    settle = float(settings.INSTALLER_SETTLE_SECONDS)
    if waited >= settle:
        if unreadable:
            text = gettext_noop("Unreadable installers in the vendor's list: %(number)s. This installer may be one of them.")
            raise BadAnswer(Message(text, number=unreadable))
        raise NotMade
    return next(at for at in (*[look for look in LOOKS if look < settle], settle) if at > waited) - waited


def worth_another(installer: Installer, error: VendorError, now: datetime) -> bool:
    """A vendor that does not answer is called again for a day. A vendor that refuses is not; then a user decides."""
    if not (error.transient or error.code in ("internal", "worker_died")):
        return False
    return now - (installer.ambiguous_since or now) < GIVE_UP


def for_a_person(why: str, error: VendorError) -> tuple[str, str]:
    """Why it is unconfirmed and why the check failed, and the next step."""
    unchecked = Message(gettext_noop("The vendor's list could not be checked: %(error)s"), error=error.sentence)
    decide = Message(gettext_noop("Check again, or mark it as created or not created."))
    return _both(why, unchecked), _both(error.next_step, decide)


def _both(first: str, second: Message) -> Message:
    return Message("%(first)s %(second)s", first=first, second=second) if first else second
