"""The canary sweep: all adapters, good answers and bad ones, with secrets that can be searched for; they must be nowhere in clear."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from devices import tasks
from devices.accounts.probe import probe_account, probe_values
from devices.accounts.services import refresh_account, update_account
from devices.audit.context import AuditContext
from devices.connections.connection import connect
from devices.db.redis_client import worker_client
from devices.models import Account, AuditEvent, Health, JobState, RemediationLink, Sighting, SyncRun, User
from devices.users.second_factors import SecondFactorAdapter
from sandbox.credentials import CANARY, account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.account_pages import signed_in
from tests.devices.runs import account_at, sync
from tests.devices.sinks import broker, carries_no_text, every_logger_speaks, everything_about, leaks, messages, pages, tables
from vendors.base import Scope
from vendors.errors import VendorError

pytestmark = pytest.mark.django_db
LIST = {"eset": "/v1/devices", "opswat": "/v2.3/devices", "five9s": "GetJobData"}
SIGN_IN = {"eset": "/oauth/token", "opswat": "/oauth/token", "five9s": "RequestAllInfos"}
FAULTS = ("401", "429@1", "500", "502-html", "reset", "cut-json", "html200", "redirect", "poison=nul", "gzip-bomb=80@1", "slow=3@1")
SECRET = "CANARY" * 5 + "22"  # base32
SIGN_IN_FAULTS = ("401", "500", "html200", "cut-json", "redirect", "null")


@pytest.fixture
def sim(settings: Settings) -> Iterator[Simulation]:
    settings.VENDOR_DEADLINE_SECONDS = 1
    with running(devices=12, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def sweep(sim: Simulation, vendor: str) -> list[str]:
    """A full sync, then every fault in the lists and at the sign-in. What the errors and probes told."""
    account = account_at(sim.url, vendor)
    told = [repr(account), sync(account).error]
    ids = tuple(Sighting.objects.filter(account=account).values_list("external_id", flat=True)[:3])
    for place, specs in ((LIST, FAULTS), (SIGN_IN, SIGN_IN_FAULTS)):
        for spec in specs:
            sim.fault(f"{vendor}:{spec}~{place[vendor]}")
            if place is SIGN_IN:
                Account.objects.filter(pk=account.pk).update(tokens="")
            Account.objects.filter(pk=account.pk).update(health=Health.OK)  # else nobody signs in again after a refusal
            run = sync(Account.objects.get(pk=account.pk))
            told += [run.error, run.error_next_step, run.waiting_for, repr(run.cursor), told_directly(account)]
            told.append(repr(probe_account(account)))
            sim.clear_faults()
    Account.objects.filter(pk=account.pk).update(health=Health.OK)
    assert sync(account, Scope(ids=ids) if "named" in account.about.scopes else None).state == JobState.DONE
    values, secrets = account_settings(sim.url)[vendor]
    told.append(repr(probe_values(vendor, values, secrets)))
    told.append(repr(probe_values(vendor, values, {name: value[:-1] + "?" for name, value in secrets.items()})))
    update_account(account, settings=account.settings, secrets=secrets)
    return told


def second_factor(user: User) -> Client:
    """A user at the browser, with a second factor, recovery codes and a TOTP secret that is not confirmed yet."""
    totp.TOTP.activate(user, SECRET)
    seed = SecondFactorAdapter().encrypt(CANARY)
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": seed, "used_mask": 0})
    client = signed_in(user)
    session = client.session
    session[totp.SECRET_SESSION_KEY] = SECRET
    session.save()
    assert client.get("/accounts/2fa/").status_code == 200
    return client


def told_directly(account: Account) -> str:
    """What the adapter raises by itself, with its whole chain."""
    link = connect(account, asked_at=timezone.now())
    try:
        return repr(link.reader.walk(Scope(), None)) + repr(link)
    except VendorError as error:
        return everything_about(error)
    finally:
        link.gateway.close()


@pytest.mark.parametrize("vendor", LIST)
def test_no_secret_is_anywhere_in_clear(
    sim: Simulation, vendor: str, alice: User, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with every_logger_speaks(), caplog.at_level(logging.DEBUG):
        browser = second_factor(alice)
        told = sweep(sim, vendor)
        account = Account.objects.get()
        Account.objects.update(complete_at=None, try_after=None)
        tasks.plan()
        refresh_account(account, act=AuditContext.of(alice, now=timezone.now()))
        tasks.announce()
        # Read while every logger speaks: the pages, too, may log.
        shown = dict(pages(browser))
        found = [leak for address, page in shown.items() for leak in leaks(address, page)]
    output = capfd.readouterr()
    found += [leak for text in told for leak in leaks("error or probe", text)]
    found += leaks("log", caplog.text) + leaks("standard output", output.out) + leaks("standard error", output.err)
    found += [leak for record in caplog.records for leak in leaks("log arguments", f"{record.args!r} {record.exc_text}")]
    found += [leak for name, rows in tables() for leak in leaks(f"table {name}", rows)]
    found += [leak for name, value in broker() for leak in leaks(f"Redis {name}", value)]
    key = browser.cookies[configured.SESSION_COOKIE_NAME].value
    sinks = [*told, caplog.text, output.out, output.err, *map(str, [*tables(), *broker()])]
    found += [f"session key: {text[:200]}" for text in sinks if key in text]
    assert not found, "\n".join(found)
    assert len(shown) > 20 and Sighting.objects.exists() and SyncRun.objects.filter(state=JobState.FAILED).exists()
    assert totp.TOTP(Authenticator.objects.get(type="totp")).validate_code(
        totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))
    )
    assert AuditEvent.objects.exists() and RemediationLink.objects.exists() is (vendor == "opswat")
    sent = list(messages())
    assert sent and all(carries_no_text([*args, *kwargs.values()]) for _, (args, kwargs, _) in sent)


def test_the_sweep_would_find_a_leak(sim: Simulation, alice: User) -> None:
    """A search that finds nothing proves nothing until it has found something in every kind of place."""
    account = account_at(sim.url, "eset")
    sync(account)
    second_factor(alice)
    Authenticator.objects.filter(type="totp").update(data={"secret": SECRET})
    Session.objects.update(session_key=f"planted{CANARY}"[:40])
    assert {name for name, rows in tables() if leaks(name, rows)} == {"mfa_authenticator", "django_session"}
    Account.objects.update(ca_pem=CANARY, health="failing", health_sentence=f"{CANARY}x")
    worker_client().hset("rollcall:planted", "field", CANARY.upper())
    tasks.step.apply_async((CANARY,))
    assert any(leaks(name, rows) for name, rows in tables())
    assert {name for name, value in broker() if leaks(name, value)} >= {"rollcall:planted", "message in rollcall:sync"}
    assert any(leaks(address, page) for address, page in pages(signed_in(alice)))
    cause = ValueError(CANARY)
    error = VendorError("could not")
    error.__context__ = cause
    assert leaks("", everything_about(error))
    assert b"deviceToken" not in b"".join(bytes(str(raw), "utf-8") for raw in Sighting.objects.values_list("raw", flat=True))
