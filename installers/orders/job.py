"""Job of one installer: send the request once, fetch its answer, check the vendor's list if it is unconfirmed, revoke it.

The cursor's `phase` is the next step. `order` turns into `sent`, committed, before the first byte of the request leaves; a worker that
finds a row in `sent` knows that an earlier one may have sent it, and checks the list instead of sending. `at` is the vendor's own cursor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from devices.jobs import engine as jobs
from devices.jobs.handler import JobHandler
from installers.models import Installer, Standing
from installers.orders import verification
from installers.orders.connection import InstallerJobConnection
from installers.orders.vendor_records import adopt
from vendors import records, retry
from vendors.errors import Lost, RateLimited, VendorError
from vendors.installer_api import InstallerPage
from vendors.texts import Message

log = logging.getLogger(__name__)
Cursor = dict[str, Any]
INTERRUPTED = Message(gettext_noop("The worker stopped while the request was being sent."))


@dataclass(frozen=True, slots=True)
class InstallerStep:
    """A completed step. `standing`: the new status; `made`: the vendor's record of the requested installer."""

    cursor: Cursor | None = None
    wait: float = 0.0
    waiting_for: str = ""
    standing: Standing | None = None
    made: records.Installer | None = None
    remark: str = ""


def phase_of(installer: Installer) -> str:
    return str((installer.cursor or {}).get("phase", "order"))


class InstallerHandler(JobHandler[Installer, InstallerStep]):
    """Used for one slice of one job."""

    model = Installer

    def __init__(self, *, clock: Callable[[], datetime] = jobs.database_clock, line: InstallerJobConnection | None = None) -> None:
        self._clock = clock
        self._line = line or InstallerJobConnection()

    def step(self, installer: Installer) -> InstallerStep:
        phases: dict[str, Callable[[Installer], InstallerStep]] = {
            "order": self._order,
            "sent": self._interrupted,
            "poll": self._poll,
            "look": self._look,
            "adopt": self._adopt,
            "revoke": self._revoke,
        }
        return phases[phase_of(installer)](installer)

    def close(self) -> None:
        self._line.close()

    # -- steps --------------------------------------------------------------------------------------------------------

    def _order(self, installer: Installer) -> InstallerStep:
        at = (installer.cursor or {}).get("at")
        maker = self._line.maker(installer)
        jobs.record_intent(installer, now=self._clock(), cursor={"phase": "sent", "at": at}, standing=Standing.CREATING)
        turn = maker.make_installer(installer.order, at)
        return self._after(turn, accepted=turn.accepted)

    def _interrupted(self, installer: Installer) -> InstallerStep:
        return looking_for(INTERRUPTED, now=self._clock())

    def _poll(self, installer: Installer) -> InstallerStep:
        """The identical request with the vendor's id of the first one: it fetches the answer and creates nothing."""
        turn = self._line.maker(installer).make_installer(installer.order, (installer.cursor or {})["at"])
        return self._after(turn, accepted=True)

    def _after(self, turn: InstallerPage, *, accepted: bool) -> InstallerStep:
        if turn.installers:
            return InstallerStep(made=turn.installers[0])
        phase, standing = ("poll", Standing.CREATING) if accepted else ("order", Standing.REQUESTED)
        return InstallerStep({"phase": phase, "at": turn.cursor}, turn.wait, turn.waiting_for, standing)

    def _look(self, installer: Installer) -> InstallerStep:
        """Reads a page of the vendor's list. Raises NotMade when time is up and a complete list lacks it."""
        now, cursor = self._clock(), installer.cursor or {}
        begun = cursor.get("begun") or now.isoformat()
        turn = self._line.maker(installer).list_installers(cursor.get("at"))
        found = verification.found(cursor.get("found", []), turn, nonce=installer.nonce or "")
        unreadable = cursor.get("unreadable", 0) + turn.unreadable
        if turn.cursor is not None:
            more = {"phase": "look", "at": turn.cursor, "found": found, "begun": begun, "unreadable": unreadable}
            return InstallerStep(more, turn.wait, turn.waiting_for or verification.WAITING_FOR)
        if found:
            older, *others = found
            return InstallerStep({"phase": "adopt", "id": older[1]}, remark=verification.twins([each[1] for each in others]))
        wait = verification.next_look(installer, begun=datetime.fromisoformat(begun), unreadable=unreadable)
        return InstallerStep({"phase": "look"}, wait, verification.WAITING_FOR)

    def _adopt(self, installer: Installer) -> InstallerStep:
        cursor = installer.cursor or {}
        turn = self._line.maker(installer).read_installer(cursor["id"], cursor.get("at"))
        if turn.installers:
            return InstallerStep(made=turn.installers[0])
        if turn.cursor is not None:
            return InstallerStep({**cursor, "at": turn.cursor}, turn.wait, turn.waiting_for)
        raise verification.Vanished

    def _revoke(self, installer: Installer) -> InstallerStep:
        cursor = installer.cursor or {}
        turn = self._line.maker(installer).delete_installer(installer.external_id, cursor.get("at"))
        if turn.cursor is not None:
            return InstallerStep({**cursor, "at": turn.cursor}, turn.wait, turn.waiting_for)
        return InstallerStep(standing=Standing.REVOKED)

    # -- inside the transaction that saves the cursor -----------------------------------------------------------------

    def keep(self, installer: Installer, step: InstallerStep, now: datetime) -> None:
        if step.standing == Standing.AMBIGUOUS and installer.standing != Standing.AMBIGUOUS:
            installer.ambiguous_since = now
        if step.standing == Standing.REVOKED:
            installer.revoked_at, installer.link, installer.usable = now, "", False
        installer.standing = step.standing or installer.standing
        installer.remark = step.remark or installer.remark
        if step.made is not None:
            adopt(installer, step.made, now)

    def finish(self, installer: Installer, now: datetime) -> None:
        installer.error_code = installer.error = installer.error_next_step = installer.request_id = ""

    def stumbled(self, installer: Installer, error: VendorError, now: datetime) -> InstallerStep | None:
        phase, cursor = phase_of(installer), installer.cursor or {}
        if phase == "sent":
            if not error.undone:
                return looking_for(error.sentence, now=now)
            installer.cursor, installer.standing = {"phase": "order", "at": cursor.get("at")}, Standing.REQUESTED
        if phase == "poll":
            again = retry.wait_after(error, attempt=installer.attempts, roll=0.0) is not None and not isinstance(error, Lost)
            return None if again or isinstance(error, RateLimited) else looking_for(error.sentence, now=now)
        if phase in ("look", "adopt") and verification.worth_another(installer, error, now):
            return InstallerStep({"phase": "look"}, verification.PAUSE, verification.WAITING_FOR)
        return None

    def failed(self, installer: Installer, error: VendorError, now: datetime) -> None:
        """Failed if nothing was sent or the list proves it. Otherwise a user decides; a ready installer stays ready."""
        phase = phase_of(installer)
        if phase == "order" or isinstance(error, verification.NotMade):
            installer.standing = Standing.FAILED
        elif phase != "revoke":
            installer.standing = Standing.AMBIGUOUS
            installer.ambiguous_since = installer.ambiguous_since or now
            installer.error, installer.error_next_step = verification.for_a_person(installer.remark, error)
        log.info("installer %s is now %s: %s", installer.pk, installer.standing, error.code)


def looking_for(why: str, *, now: datetime) -> InstallerStep:
    """The request is unconfirmed: never send it again, check the list."""
    return InstallerStep({"phase": "look"}, verification.LOOKS[0], verification.WAITING_FOR, Standing.AMBIGUOUS, remark=why)
