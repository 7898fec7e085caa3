"""Answers that are cut, have another form, or lead elsewhere: tried three times, the sync is incomplete, and no row is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from devices.models import Account, JobState
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync
from tests.faults.report import Measured
from tests.vendors.sockets import OK, serving

pytestmark = pytest.mark.django_db
LIST = {"eset": "/v1/devices", "opswat": "/v2.3/devices", "five9s": "GetJobData"}
# Length too short for the JSON, half of it until the end of the connection, half of the announced length, and a reset.
TRUNCATED = ("cut-json", "cut-close", "close-early", "short-length", "reset")
OTHER_FORM = ("html200", "html-json", "empty", "null", "object", "utf16", "nested", "204", "http09")
TRIES = 3
INVENTORY = ("device", "sighting", "identifier", "issue", "pulse", "devicegroup", "join", "change")


@pytest.fixture
def sim(settings: Settings) -> Iterator[Simulation]:
    settings.VENDOR_DEADLINE_SECONDS = 2
    with running(devices=40, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture(params=LIST)
def account(sim: Simulation, request: pytest.FixtureRequest) -> Account:
    """Synced once, completely."""
    account = account_at(sim.url, request.param)
    assert sync(account).state == JobState.DONE
    return account


def rows() -> list[str]:
    """Every row of the inventory, as COPY writes it."""
    found = []
    with connection.cursor() as cursor:
        for name in INVENTORY:
            with cursor.copy(f"COPY devices_{name} TO STDOUT") as lines:
                found += [f"{name} {line}" for line in b"".join(map(bytes, lines)).decode().splitlines()]
    return found


def spoiled(sim: Simulation, account: Account, kinds: Sequence[str]) -> tuple[int, list[int]]:
    """Rows that the syncs changed, and tries of each page. Every sync fails, and a good answer heals the account."""
    before, tries = rows(), []
    for kind in kinds:
        sim.fault(f"{account.vendor}:{kind}~{LIST[account.vendor]}")
        first = len(sim.calls(vendor=account.vendor, path=LIST[account.vendor]))
        run = sync(Account.objects.get(pk=account.pk))
        tries.append(len(sim.calls(vendor=account.vendor, path=LIST[account.vendor])) - first)
        assert (run.state, run.missing, run.withheld) == (JobState.FAILED, 0, 0), kind
        assert run.error and "Internal error" not in run.error, (kind, run.error)
        sim.clear_faults()
    changed = len(set(before) ^ set(rows()))
    assert sync(Account.objects.get(pk=account.pk)).state == JobState.DONE
    return changed, tries


@pytest.mark.fault("F21")
def test_a_truncated_answer_changes_no_row(sim: Simulation, account: Account, measured: Measured) -> None:
    changed, tries = spoiled(sim, account, TRUNCATED)
    assert set(tries) == {TRIES}
    measured(f"rows changed by {len(TRUNCATED)} truncated answers of a vendor", changed, at_most=0, unit="rows")


@pytest.mark.fault("F22")
def test_an_answer_of_another_form_changes_no_row(sim: Simulation, account: Account, measured: Measured) -> None:
    changed, tries = spoiled(sim, account, OTHER_FORM)
    assert set(tries) == {TRIES}
    measured(f"rows changed by {len(OTHER_FORM)} answers of another form", changed, at_most=0, unit="rows")


@pytest.mark.fault("F23")
@pytest.mark.parametrize("path", ["", "/login?next=/", "/latest/meta-data/"])
def test_a_redirect_is_not_followed(sim: Simulation, account: Account, path: str, measured: Measured) -> None:
    with serving(OK) as other:
        sim.fault(f"{account.vendor}:redirect={other.url}{path}")
        run = sync(Account.objects.get(pk=account.pk))
    assert run.state == JobState.FAILED and "redirects to another address" in run.error
    measured("connections to the address of the redirect", other.connections, at_most=0, unit="connections")
