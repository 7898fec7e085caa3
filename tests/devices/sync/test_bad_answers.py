"""Every bad answer ends in a defined state with one clear sentence, nothing lost, and the next good answer heals it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from devices.models import Account, Health, JobState, Quarantine, Sighting, SyncRun
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync

pytestmark = pytest.mark.django_db
LIST = {"eset": "/v1/devices", "opswat": "/v2.3/devices", "five9s": "GetJobData"}
ENVELOPES = [
    "400", "401", "403", "404", "405", "406", "413", "414", "418", "429", "429=-1", "429=soon", "429=1e9", "429=two", "500", "502-html", "503",
    "504", "599", "204", "206", "301", "304", "redirect", "empty", "null", "object", "html200", "html-json", "bom", "utf16", "gzip-plain",
    "gzip-bomb=80", "huge-header", "many-headers", "413-html", "reset", "cut-json", "cut-close", "close-early", "short-length", "two-lengths",
    "http09", "nested",
]  # fmt: skip
SLOW = ["drip", "header-drip", "no-answer"]
BODIES = {
    "an empty text": b'""',
    "a list inside a list": b"[[[]]]",
    "a trailing comma": b'{"devices": [],}',
    "two documents": b"{} {}",
    "an infinite number": b'{"devices": [1e400], "x": 1e400}',
    "5000 digits": b'{"devices": [' + b"9" * 5000 + b"]}",
    "not a number": b'{"devices": NaN}',
    "deep nesting": b'{"devices":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "bytes that are no text": b'{"devices": ["\xff\xfe"]}',
    "a list where an object belongs": b"[1, 2, 3]",
    "an object where a list belongs": b'{"devices": {"a": 1}, "Results": {"a": 1}, "ReturnedCount": 1, "TotalCount": 1}',
}


@pytest.fixture
def sim(settings: Settings) -> Iterator[Simulation]:
    settings.VENDOR_DEADLINE_SECONDS = 300  # what is answered at once is read, also by a machine that stood still meanwhile
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def check_bad_run(sim: Simulation, vendor: str, spec: str, **more: Any) -> SyncRun:
    """A good run, a bad one, a good one. Returns the bad one."""
    account = account_at(sim.url, vendor)
    assert sync(account).state == JobState.DONE
    before = set(Sighting.objects.values_list("external_id", "life", "name"))
    sim.fault(spec, **{"path": LIST[vendor], **more})
    run = sync(account)
    assert set(Sighting.objects.values_list("external_id", "life", "name")) == before
    account = Account.objects.get(pk=account.pk)
    if run.state == JobState.FAILED:
        assert_plain_sentence(run.error)
        assert account.health in (Health.FAILING, Health.PERSON)
        assert account.health_sentence == run.error
        assert account.health_next_step or account.health != Health.PERSON
    else:
        assert (run.state, run.missing) == (JobState.DONE, 0)
    sim.clear_faults()
    Account.objects.update(health=Health.OK)  # a person entered the credentials again: else nobody signs in after a refusal
    again = sync(account)
    assert (again.state, again.error, again.missing) == (JobState.DONE, "", 0)
    assert Account.objects.get(pk=account.pk).health == Health.OK
    assert not any(call.vendor == "canary" for call in sim.calls()), "a redirect was followed"
    return run


def assert_plain_sentence(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9].{10,400}[.)]", text), text
    assert not re.search(r"(?i)traceback|exception|canary|https?://|access_token|<html|errno", text), text
    assert "Internal error" not in text, text


@pytest.mark.parametrize("vendor", LIST)
@pytest.mark.parametrize("kind", ENVELOPES)
def test_a_bad_envelope(sim: Simulation, vendor: str, kind: str) -> None:
    run = check_bad_run(sim, vendor, f"{vendor}:{kind}")
    harmless = kind in ("gzip-plain",) or (vendor, kind) in {("opswat", "413"), ("opswat", "404")}
    assert run.state == JobState.FAILED or harmless or kind in ("bom", "206", "two-lengths"), kind


@pytest.mark.parametrize("kind", SLOW)
def test_an_answer_that_never_ends(sim: Simulation, settings: Settings, kind: str) -> None:
    settings.VENDOR_DEADLINE_SECONDS = 1
    assert check_bad_run(sim, "eset", f"eset:{kind}").error_code == "unavailable"


@pytest.mark.parametrize("vendor", LIST)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_list(sim: Simulation, vendor: str, body: bytes) -> None:
    import base64

    value = {"status": 200, "headers": [["Content-Type", "application/json"]], "body_base64": base64.b64encode(body).decode()}
    run = check_bad_run(sim, vendor, f"{vendor}:raw", value=value)
    assert run.state == JobState.FAILED or run.rejected, (run.state, run.records)


VARIANTS = [
    "nul",
    "surrogate",
    "huge-integer",
    "long-string",
    "long-name",
    "float",
    "big-integer",
    "bad-date",
    "missing-id",
    "array",
    "unknown-enum",
]


@pytest.mark.parametrize("vendor", LIST)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_bad_record_costs_at_most_itself(sim: Simulation, vendor: str, variant: str) -> None:
    if vendor == "five9s" and variant in ("float", "big-integer"):
        variant = "negative"  # their number is the id itself: another id is another device
    account = account_at(sim.url, vendor)
    listed = sim.fleet.count(vendor)
    sim.fault(f"{vendor}:poison={variant}:3", path=LIST[vendor])
    run = sync(account)
    assert run.state == JobState.DONE, run.error
    stored = Sighting.objects.count()
    assert stored == listed - run.rejected and not run.quarantined
    assert run.rejected == 0 or variant in ("missing-id", "array")
    if stored < listed:
        kept = Quarantine.objects.first()
        assert kept is not None, "a record was lost without a word"
        assert kept.reason
        assert len(kept.sample) <= 2000
        assert "canary" not in kept.sample.lower()
    sim.clear_faults()
    again = sync(account)
    assert (again.state, Sighting.objects.count()) == (JobState.DONE, listed)
    assert not Quarantine.objects.exclude(external_id__startswith="(no id").exists()
