"""What users, workers and vendors do in the sweep for secrets, so that every kind of secret is in use while each kind of fault is active."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp

from devices.models import Account, User
from installers.models import Installer
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.conftest import PASSWORD
from tests.devices.runs import account_at
from tests.faults.secrets.recording import RecordingBrowser

TOTP_SECRET = "CANARY" * 5 + "22"  # base32
WRONG_PASSWORD = "canary-typed-by-mistake"
LISTS = {"eset": "/v1/devices", "opswat": "/v2.3/devices", "five9s": "GetJobData"}
SIGN_INS = {"eset": "/oauth/token", "opswat": "/oauth/token", "five9s": "RequestAllInfos"}
# Each at simulated vendors of its own. The second of a pair strikes requests for installers.
FAULTS_OF_LISTS: tuple[tuple[str, str], ...] = (
    ("", "after=500@1"),
    ("401", "reset@1"),
    ("403", "no-answer@1"),
    ("429@1", "429=1@1"),
    ("500", "late=3@1"),
    ("502-html", "502-html@1"),
    ("reset", "cut-close@1"),
    ("cut-json", "cut-json@1"),
    ("html200", "html200@1"),
    ("redirect", "redirect@1"),
    ("poison=nul", "202=1@1"),
    ("gzip-bomb=80@1", "202-404=0@1"),
    ("drip@1", "202-missing-header@1"),
    ("no-answer@1", "stall=2@1"),
    ("202-expired@1", "202-expired@1"),
)
FAULTS_OF_SIGN_IN = ("401", "403", "500", "html200", "cut-json", "redirect", "null", "reset")


@dataclass
class Vendors:
    """Simulated vendors, each with one fault, and the accounts at them."""

    simulations: list[Simulation] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)

    def restart(self) -> None:
        """Tokens are worth nothing from now on: with their fault, accounts sign in again."""
        for simulation in self.simulations:
            simulation.restart()


@contextmanager
def vendors() -> Iterator[Vendors]:
    """ESET at each fault of a list, and one of the others; at each fault of a sign-in one of the three."""
    found = Vendors()
    with ExitStack() as kept:
        for number, (fault, of_installers) in enumerate([*FAULTS_OF_LISTS, *((each, "") for each in FAULTS_OF_SIGN_IN)]):
            simulation = kept.enter_context(
                running(devices=4, seed=number, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False))
            )
            of_lists = number < len(FAULTS_OF_LISTS)
            other = ("opswat", "five9s")[number % 2]
            for vendor in ("eset", other) if of_lists else (tuple(LISTS)[number % 3],):
                if fault and (vendor == "eset" or not fault.startswith("202")):
                    simulation.fault(f"{vendor}:{fault}~{(LISTS if of_lists else SIGN_INS)[vendor]}")
                found.accounts.append(account_at(simulation.url, vendor, name=f"{vendor}-{number}"))
            if of_installers:
                simulation.fault(f"eset:{of_installers}~/v1/installers")
            found.simulations.append(simulation)
        yield found


def second_factor(user: User) -> list[str]:
    """The TOTP secret is known; the recovery codes are returned."""
    totp.TOTP.activate(user, TOTP_SECRET)
    return list(map(str, RecoveryCodes.activate(user).get_unused_codes()))


def mistake(browser: RecordingBrowser, user: User) -> None:
    """A wrong password, and a password in the place of the name, which only the form itself shows again."""
    browser.sign_in(user, WRONG_PASSWORD)
    browser.start_over()
    assert browser.revealing("/accounts/login/", login=WRONG_PASSWORD, password=WRONG_PASSWORD).status_code == 200


def sign_in_with_factor(browser: RecordingBrowser, user: User, *, codes: Sequence[str]) -> None:
    """With a recovery code, because a code of the moment works only once."""
    assert browser.sign_in(user).headers["Location"].startswith("/accounts/2fa/")
    assert browser.post("/accounts/2fa/authenticate/", code="000000").status_code == 200
    unused = next(each for each in codes if each in Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes())
    assert browser.post("/accounts/2fa/authenticate/", code=unused).status_code == 302


def confirm(browser: RecordingBrowser) -> None:
    browser.get("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", password=WRONG_PASSWORD)
    assert browser.post("/accounts/reauthenticate/", password=PASSWORD).status_code == 302


def share(browser: RecordingBrowser, installer: Installer) -> str:
    """The path of a new short link."""
    page = f"/installers/{installer.pk}/hand-out/"
    key = re.search(r'name="key" value="([^"]+)"', browser.get(page).text)
    assert key
    answer = browser.revealing(page, way="short", key=key[1], uses="5")
    found = re.search(r"https?://[^/]+(/i/[A-Za-z0-9_-]{24})", answer.text)
    assert found, answer.text[:2000]
    return found[1]
