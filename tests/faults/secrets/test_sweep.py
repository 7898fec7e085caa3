"""The sweep for secrets with real processes: every kind of secret is in use while vendors, broker, database and workers fail."""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from devices.accounts.services import refresh_account
from devices.audit.signing import keys as audit_keys
from devices.models import JobState, Sighting, SyncRun, User
from devices.models.job import ACTIVE, RATE_LIMIT
from installers.models import Installer, Standing
from sandbox.credentials import account_settings
from tests.devices.sinks import leaks
from tests.faults import services
from tests.faults.broker import Broker, own_broker
from tests.faults.processes import Processes, wait_for
from tests.faults.secrets import scenario
from tests.faults.secrets.places import Places
from tests.faults.secrets.recording import RecordingBrowser
from tests.faults.secrets.scenario import Vendors
from tests.faults.serving import Server, serving
from tests.installers.orders_followed import order
from tests.owner import owner_session
from tests.vendors.certificates import authority

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
SECONDS = 150  # until all syncs have ended, on a busy machine
PAGES = (
    "/", "/devices/", "/devices/?q=a", "/issues/", "/coverage/", "/patching/", "/installers/", "/installers/hand-outs/", "/vendors/", "/users/",
    "/audit/", "/audit/?page=2", "/healthz", "/troubles/", "/accounts/2fa/", "/d/?q=a", "/nothing-is-here/",
)  # fmt: skip
EXPORTS = (
    "/devices/export.csv", "/issues/export.csv", "/coverage/every.csv", "/installers/hand-outs.csv",
    "/patching/patches.csv", "/patching/attempts.csv", "/patching/devices.csv", "/audit/export.csv", "/audit/export.jsonl",
)  # fmt: skip


@dataclass
class Stage:
    """Everything that runs, and the secrets that no name marks as one."""

    server: Server
    broker: Broker
    processes: Processes
    places: Places
    vendors: Vendors
    secrets: set[str] = field(default_factory=set)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("ROLLCALL_SECRET_KEY", "canary-of-django-" + "k" * 40)
    monkeypatch.setenv("DATABASE_URL", os.environ["DATABASE_URL"] + "&password=canary-of-the-database")
    monkeypatch.setenv("ROLLCALL_INSTALLER_SETTLE_SECONDS", "5")
    monkeypatch.setenv("ROLLCALL_VENDOR_DEADLINE_SECONDS", "1")
    with own_broker() as broker, scenario.vendors() as vendors:
        places = Places(tmp_path, broker)
        processes = Processes(tmp_path)
        processes.environment |= {"REDIS_URL": broker.url, "ROLLCALL_VENDOR_DEADLINE_SECONDS": "1"}
        try:
            with serving(tmp_path, redis_url=broker.url) as server:
                stage = Stage(server, broker, processes, places, vendors)
                stage.secrets |= {broker.client.connection_pool.connection_kwargs["password"], *keys()}
                yield stage
        finally:
            processes.stop()


def keys() -> set[str]:
    """The keys that encrypt secrets and sign the audit log: as they are configured, and their bytes in hex."""
    every = (*settings.SEALING_KEYS.values(), *audit_keys().values())
    return {text for key in every for text in (base64.b64encode(key).decode(), key.hex())}


def story(stage: Stage) -> str:
    return f"{list(SyncRun.objects.values_list('account__name', 'state', 'attempts', 'error'))}\n{stage.processes.logs()[-3000:]}"


def every_sync_ended(after: int) -> bool:
    """But for those that wait a minute because the vendor said so."""
    active = SyncRun.objects.filter(state__in=ACTIVE)
    return SyncRun.objects.filter(pk__gt=after).exists() and all(run.waiting_for == RATE_LIMIT for run in active)


def faults_of_the_database() -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    return {
        "PostgreSQL stopped": (services.stop_fast, services.start_postgres),
        "PostgreSQL killed": (lambda: services.kill("postgres"), services.start_postgres),
    }


def use(stage: Stage, admin: RecordingBrowser, stranger: RecordingBrowser, bob: User) -> None:
    """What users do whatever is broken; the answers are whatever they are."""
    for path in ("/", "/devices/", "/vendors/", "/audit/", "/healthz"):
        admin.get(path)
    admin.post(f"/vendors/{stage.vendors.accounts[0].name}/refresh/", what="everything")
    stranger.get("/accounts/login/")
    stranger.post("/accounts/login/", login=str(bob), password=scenario.WRONG_PASSWORD)
    stage.places.look_at_processes()


def break_infrastructure(stage: Stage, admin: RecordingBrowser, stranger: RecordingBrowser, bob: User) -> None:
    for strike in (Broker.freeze, Broker.fill, Broker.kill):
        strike(stage.broker)
        use(stage, admin, stranger, bob)
        stage.broker.restore()
    stage.broker.client.config_set("rdbcompression", "no")
    for strike_database, restore in faults_of_the_database().values():
        strike_database()
        use(stage, admin, stranger, bob)
        restore()


def crash(stage: Stage, admin: RecordingBrowser) -> None:
    """Defects of our own, with secrets at hand: a table is missing while an account is saved and workers connect."""
    with owner_session() as owner:
        owner.execute("ALTER TABLE devices_accountsecret RENAME TO devices_planted")
        owner.commit()
        try:
            refresh_account(stage.vendors.accounts[0])
            for vendor in ("eset", "opswat", "five9s"):
                answer = admin.fill_in("/vendors/add/", filled(stage, vendor, anyway="1"))
                assert answer.status_code == 500, (answer.status_code, answer.text[:2000])
            wait_for(lambda: "SyncRun" in stage.processes.logs() and "failed at" in stage.processes.logs(), seconds=30)
        finally:
            owner.execute("ALTER TABLE devices_planted RENAME TO devices_accountsecret")
            owner.commit()


def filled(stage: Stage, vendor: str, *, simulation: int = 4, **more: str) -> dict[str, str]:
    values, secrets = account_settings(stage.vendors.simulations[simulation].url)[vendor]
    typed = {f"set_{name}": value for name, value in values.items()} | {f"secret_{name}": value for name, value in secrets.items()}
    return {"vendor": vendor, "name": f"{vendor}-typed", **typed, **more}


FAILING = (4, 8, -8, -5, -3, -2)  # simulated vendors


def type_secrets(stage: Stage, admin: RecordingBrowser) -> None:
    """In forms that are tested at failing vendors, and a private key in the place of a certificate."""
    for number, vendor in enumerate(("eset", "opswat", "five9s") * 2):
        answer = admin.fill_in("/vendors/test/", filled(stage, vendor, simulation=FAILING[number]), fragment=True)
        assert answer.status_code == 200
    ours = authority()
    stage.secrets |= {line for line in ours.key_pem.splitlines() if len(line) > 40 and "-----" not in line}
    assert "private key" in admin.fill_in("/vendors/add/", filled(stage, "eset", ca_pem=ours.pem + ours.key_pem)).text


def installers_in_use(stage: Stage, admin: RecordingBrowser, stranger: RecordingBrowser) -> None:
    ready = Installer.objects.filter(standing=Standing.READY)
    wait_for(lambda: ready.count() >= 5, seconds=SECONDS, why=lambda: story(stage))
    path = scenario.share(admin, ready.order_by("pk")[0])
    stage.secrets.add(path.removeprefix("/i/"))
    assert stranger.get(path).status_code == 200
    assert stranger.revealing(path).headers["Refresh"].startswith("0; url=http")


def look_at_everything(stage: Stage, admin: RecordingBrowser) -> None:
    for path in (*PAGES, *EXPORTS):
        assert admin.get(path).status_code == (404 if path == "/nothing-is-here/" else 200), path
    for account in stage.vendors.accounts:
        assert admin.get(f"/vendors/{account.name}/").status_code == 200
    for account in stage.vendors.accounts[:20]:
        assert admin.get(f"/vendors/{account.name}/edit/").status_code == 200
    for held in Sighting.objects.order_by("account_id", "pk").distinct("account_id")[:20]:
        assert admin.get(f"/devices/{held.device_id}/").status_code == 200
        assert admin.get(f"/devices/{held.device_id}/raw/{held.pk}/").status_code == 200
    for form in ("csv", "jsonl"):
        assert stage.places.ran("export", "devices", "--format", form) == 0
    assert stage.places.ran("account", "test", stage.vendors.accounts[-1].name) == 1
    assert stage.places.ran("account", "rotate", "eset-0", "--secret", "password=env:TYPED", TYPED="canary-typed") == 1


def test_no_secret_is_anywhere_while_everything_fails(stage: Stage, alice: User, bob: User) -> None:
    codes = scenario.second_factor(alice)
    stage.secrets |= set(codes)
    with RecordingBrowser(stage.server, stage.places) as admin, RecordingBrowser(stage.server, stage.places) as stranger:
        stage.processes.beat()
        worker = stage.processes.worker()
        orders = [order(account) for account in stage.vendors.accounts[: 2 * len(scenario.FAULTS_OF_LISTS) : 2]]
        scenario.mistake(stranger, bob)
        scenario.sign_in_with_factor(admin, alice, codes=codes)
        scenario.confirm(admin)
        type_secrets(stage, admin)
        wait_for(lambda: every_sync_ended(0), seconds=SECONDS, why=lambda: story(stage))
        installers_in_use(stage, admin, stranger)
        first = SyncRun.objects.latest("pk").pk
        stage.vendors.restart()
        for account in stage.vendors.accounts:
            refresh_account(account)
        break_infrastructure(stage, admin, stranger, bob)
        stage.processes.kill(worker)
        second = stage.processes.worker()
        crash(stage, admin)
        os.killpg(second.pid, signal.SIGTERM)
        stage.processes.worker()
        wait_for(lambda: every_sync_ended(first), seconds=SECONDS, why=lambda: story(stage))
        scenario.sign_in_with_factor(admin, alice, codes=codes)
        scenario.confirm(admin)
        look_at_everything(stage, admin)
        stage.secrets |= admin.keys | stranger.keys
    found = [
        f"{kind}: {leak}"
        for kind, search in stage.places.all().items()
        for name, text in search()
        for leak in leaks(name, text, stage.secrets)
    ]
    assert not found, "\n".join(found[:40])
    assert_in_use(stage, orders)


def assert_in_use(stage: Stage, orders: list[Installer]) -> None:
    """Every fault struck, every kind of answer was seen, and there was something to find."""
    idle = [fault for simulation in stage.vendors.simulations for fault in simulation.world.faults.all() if not fault.struck]
    assert not idle, idle
    assert Installer.objects.filter(pk__in=[each.pk for each in orders], standing=Standing.READY).exists()
    assert {"200", "404", "500", "503"} <= {
        place.split()[0] for kind in ("pages", "error pages") for place, _ in stage.places.answers[kind]
    }
    assert SyncRun.objects.filter(state=JobState.FAILED).count() > 15 and SyncRun.objects.filter(state=JobState.DONE).count() > 10
    assert len(stage.secrets) > 15 and all(len(secret) >= 8 for secret in stage.secrets), stage.secrets
    assert len(stage.places.commands) > 8
    for kind, least in {"pages": 60, "exports": len(EXPORTS), "raw answers": 10, "output of commands": 4}.items():
        assert len(stage.places.answers[kind]) >= least, kind
