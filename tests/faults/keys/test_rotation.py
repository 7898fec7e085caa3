"""Keys are rotated while workers sync, and the rotation is killed five times: no sync fails, and every secret stays readable."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.encryption import cipher, rotation
from devices.models import Account, AccountSecret, JobState, SyncRun
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.devices.shell import start
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import story
from vendors.secret import Secret

OLD, NEW = os.urandom(32), os.urandom(32)
BOTH = f"new:{base64.b64encode(NEW).decode()},old:{base64.b64encode(OLD).decode()}"
MANY = 3000
KILLS = 5


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=10, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def many_secrets(sim: Simulation) -> None:
    """Of an account that is not synced, so that a rotation takes long enough to be killed in the middle."""
    account = account_at(sim.url, "five9s", name="large")
    Account.objects.filter(pk=account.pk).update(enabled=False)
    rows = [AccountSecret(account=account, name=f"s{number}", set_at=timezone.now()) for number in range(MANY)]
    for row in rows:
        row.seal(Secret(f"value of {row.name}"))
    AccountSecret.objects.bulk_create(rows)


def moved() -> int:
    return AccountSecret.objects.filter(sealed__startswith=f"{cipher.PREFIX}:new:").count()


def unreadable() -> int:
    """Secrets and tokens that the loaded keys do not open."""
    sealed = [(secret.sealed, AccountSecret.context(secret.pk)) for secret in AccountSecret.objects.all()]
    sealed += [(account.tokens, Account.tokens_context(account.pk)) for account in Account.objects.exclude(tokens="")]
    return sum(not opens(text, context) for text, context in sealed)


def opens(text: str, context: str) -> bool:
    try:
        return bool(cipher.unseal(text, context=context))
    except cipher.DecryptionFailed:
        return False


@pytest.mark.fault("F39")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_syncs_go_on_while_the_rotation_is_killed_again_and_again(
    sim: Simulation, processes: Processes, settings: Settings, measured: Measured
) -> None:
    settings.SEALING_KEYS = {"old": OLD}
    accounts = [account_at(sim.url, vendor) for vendor in ("eset", "five9s")]
    many_secrets(sim)
    total = AccountSecret.objects.count()
    settings.SEALING_KEYS = {"new": NEW, "old": OLD}
    Account.objects.filter(pk__in=[each.pk for each in accounts]).update(full_every=1)
    processes.environment["ROLLCALL_SEALING_KEYS"] = BOTH
    processes.beat()
    processes.worker()
    done = SyncRun.objects.filter(state=JobState.DONE)
    wait_for(lambda: done.count() >= len(accounts), seconds=60, why=lambda: story(processes))
    killed = broken = 0
    for number in range(KILLS):
        process = start("rotate_secrets", ROLLCALL_SEALING_KEYS=BOTH)
        share = number / (KILLS + 1)
        wait_for(lambda share=share, process=process: moved() > share * total or process.poll() is not None, seconds=60)  # type: ignore[misc]
        killed += process.poll() is None
        process.kill()
        process.communicate(timeout=30)
        broken += unreadable()
    assert killed >= KILLS - 1
    ended = start("rotate_secrets", ROLLCALL_SEALING_KEYS=BOTH)
    _, error = ended.communicate(timeout=60)
    assert ended.returncode == 0, error
    before = done.count()
    wait_for(lambda: done.count() >= before + len(accounts), seconds=60, why=lambda: story(processes))
    settings.SEALING_KEYS = {"new": NEW}
    assert set(rotation.rows_per_key()) == {"new"}
    measured("secrets unreadable", broken + unreadable(), at_most=0, unit="secrets")
    measured("failed syncs", SyncRun.objects.filter(state=JobState.FAILED).count(), at_most=0, unit="syncs")
    assert "cannot be decrypted" not in processes.logs() and "Traceback" not in processes.logs()
