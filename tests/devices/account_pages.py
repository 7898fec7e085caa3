"""What tests of the account pages share: people at their browsers, filled-in forms, and a list that shrank."""

from __future__ import annotations

from django.db import transaction
from django.test import Client
from django.utils import timezone

from devices.models import Account, Health, JobState, SyncRun, User
from devices.sync import absence, withheld
from devices.sync.page_writer import save_page
from sandbox.credentials import account_settings
from sandbox.server import Simulation
from tests.conftest import confirm
from tests.devices import records as making

HTMX = {"HX-Request": "true"}
ADD = "/vendors/add/"
CANARY = "canary-9f2b-never-show-me"
# Nothing listens there: a test of these accounts fails at once, and they are saved anyway.
NOWHERE = "https://127.0.0.1:1"
ANYWAY = {"anyway": "1"}
ESET = {
    **ANYWAY,
    "vendor": "eset",
    "name": "eset-berlin",
    "set_region": "eu",
    "set_username": "api@example.com",
    "secret_password": CANARY,
    "set_url": NOWHERE + "/{region}/{service}",
    "set_calls_per_second": "10",
}
FIVE9S = {
    **ANYWAY,
    "vendor": "five9s",
    "name": "epm",
    "set_url": "https://epm.example.com",
    "set_time_zone": "Europe/Berlin",
    "secret_token": "C" * 40,
}
OPSWAT = {**ANYWAY, "vendor": "opswat", "name": "opswat", "set_url": NOWHERE, "secret_client_key": CANARY, "secret_client_secret": CANARY}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return confirm(client)


def filled(sim: Simulation, vendor: str, **changed: str) -> dict[str, str]:
    """The form of a new account at the simulated vendor."""
    settings, secrets = account_settings(sim.url)[vendor]
    typed = {f"set_{name}": value for name, value in settings.items()} | {f"secret_{name}": value for name, value in secrets.items()}
    return {"vendor": vendor, "name": f"{vendor}-x", **typed, **changed}


def withheld_run(account: Account, *, seen: int = 30, left: int = 5) -> SyncRun:
    """The second of two complete lists, which lacks so many devices that they wait for a person."""
    now = timezone.now()
    for count in (seen, left):
        run = making.run(account)
        with transaction.atomic():
            save_page(run, [making.entry(f"d{n}") for n in range(count)], now)
        run.records, run.state, run.started_at, run.finished_at, run.calls = count, JobState.DONE, now, now, 7
        absence.apply_absence(run, now)
        run.save()
    account.complete_at, account.health = now, Health.OK
    account.save()
    return run


def mark_what_was_decided() -> None:
    """As a worker does that beat wakes."""
    for run in withheld.claim(timezone.now()):
        while withheld.advance(run, now=timezone.now()):
            pass
