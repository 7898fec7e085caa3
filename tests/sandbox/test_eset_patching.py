"""The simulated patch management keeps ESET's rules and the shapes of ESET's own description; it remembers as long as ESET does."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from sandbox.fleet import patch_activity
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions

from .conftest import EsetClient

SCHEMAS = json.loads((Path(__file__).parents[1] / "vendors/payloads/eset/patching-schemas.json").read_text())
RECENT, ATTEMPTS, PATCHES = "application-patching-processes/recent/details", "patching-process-details", "device-patches"
UNKNOWN = "POSTPONED_BY_USER"  # a word that ESET's description does not have
DAY = 86400


class Service:
    def __init__(self, eset: EsetClient) -> None:
        self._http, self._base = eset.http, f"{eset.base}/patch-management/v1/"

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self._http.get(self._base + path, params=params)

    def walk(self, path: str, key: str, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            answer = self.get(path, **params, pageToken=token).json()
            found += answer[key]
            token = answer.get("nextPageToken", "")
            if not token:
                return found


@pytest.fixture
def service(eset: EsetClient) -> Service:
    return Service(eset)


def fits(answer: httpx.Response, name: str) -> None:
    found = json.loads(answer.text.replace(f'PATCHING_STATUS_{UNKNOWN}"', 'PATCHING_STATUS_UNSPECIFIED"'))
    jsonschema.validate(found, {**SCHEMAS, "$ref": f"#/$defs/{name}"})


def identity(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def test_answers_have_the_shape_of_the_vendors_description(service: Service) -> None:
    fits(service.get(RECENT), "v1ListRecentApplicationPatchingDetailsResponse")
    fits(service.get(ATTEMPTS, pageSize=1000), "v1ListDevicePatchingDetailsResponse")
    fits(service.get(PATCHES, pageSize=1000), "v1ListDevicePatchesResponse")


@pytest.mark.parametrize(("path", "key"), [(ATTEMPTS, "patchingDetails"), (PATCHES, "devices")])
def test_every_page_size_walks_the_same_rows(service: Service, path: str, key: str) -> None:
    walks = [[identity(row) for row in service.walk(path, key, pageSize=size)] for size in (3, 50, 1000)]
    assert walks[0] == walks[1] == walks[2]
    assert len(set(walks[0])) == len(walks[0]) > 10


@pytest.mark.parametrize(
    ("path", "params"),
    [
        (RECENT, {"pageSize": 5}),
        (ATTEMPTS, {"since": "2026-01-01T00:00:00Z"}),
        (ATTEMPTS, {"timePeriod.startTime": "yesterday"}),
        (ATTEMPTS, {"timePeriod.startTime": "2026-01-02T00:00:00Z", "timePeriod.endTime": "2026-01-01T00:00:00Z"}),
        (PATCHES, {"pageToken": "x"}),
        (PATCHES, {"pageSize": "many"}),
    ],
)
def test_bad_parameters_are_refused(service: Service, path: str, params: dict[str, str]) -> None:
    assert service.get(path, **params).status_code == 400


def test_a_period_begins_with_its_start_and_ends_before_its_end(sim: Simulation, service: Service) -> None:
    every = list(patch_activity.attempts(sim.fleet, since=sim.fleet.now() - 20 * DAY, until=sim.fleet.now()))
    start = datetime.fromtimestamp(every[len(every) // 2].start, UTC)
    period = {"timePeriod.startTime": start.isoformat(), "timePeriod.endTime": (start + timedelta(seconds=1)).isoformat()}
    assert len(service.walk(ATTEMPTS, "patchingDetails", **period)) == sum(each.start == start.timestamp() for each in every)
    period["timePeriod.endTime"] = period["timePeriod.startTime"]
    assert service.walk(ATTEMPTS, "patchingDetails", **period) == []


def test_recent_rows_fade_after_days_and_attempts_after_a_month() -> None:
    with running(devices=60, options=SandboxOptions(rate_limits=False, eset_token_seconds=99 * DAY)) as sim:
        rows_fade(sim, Service(EsetClient(sim)))


def rows_fade(sim: Simulation, service: Service) -> None:
    def recent() -> set[str]:
        return {identity(row) for row in service.get(RECENT).json()["patchingDetails"]}

    def attempts() -> set[str]:
        return {identity(row) for row in service.walk(ATTEMPTS, "patchingDetails", pageSize=1000)}

    shown, told = recent(), attempts()
    sim.clock.forward(2.5 * DAY)
    some = recent()
    sim.clock.forward(1.7 * DAY)
    assert shown and some & shown and not recent() & shown
    assert len(told & attempts()) > len(told) / 2
    sim.clock.forward(27 * DAY)
    assert not told & attempts()


def test_some_rows_are_alike_to_the_last_letter(service: Service) -> None:
    assert max(Counter(identity(row) for row in service.get(RECENT).json()["patchingDetails"]).values()) > 1


def test_awkward_rows_are_among_them(sim: Simulation) -> None:
    found = list(patch_activity.attempts(sim.fleet, since=sim.fleet.now() - 30 * DAY, until=sim.fleet.now()))
    assert any(each.end is None for each in found) and any(each.word == UNKNOWN for each in found)
    assert any(each.told - each.start > DAY for each in found)
    assert {each.product.kind for each in found} == {"application", "package", "system"}
    assert any(int(patch_activity.version(each.product, each.week)[0]) >= 2**63 for each in found)


@pytest.mark.parametrize("path", [RECENT, ATTEMPTS, PATCHES])
def test_what_the_credentials_may_not_read_is_forbidden(sim: Simulation, service: Service, path: str) -> None:
    sim.options.eset_patching_rights = ""
    assert service.get(path).status_code == 403
    sim.options.eset_patching_rights = "recent,attempts,patches"
    assert service.get(path).status_code == 200


def test_any_call_may_be_answered_later(sim: Simulation, service: Service) -> None:
    sim.fault("eset:202=0@1~/v1/device-patches")
    first = service.get(PATCHES)
    later = service._http.get(str(first.url), headers={"response-id": first.headers["response-id"]})
    assert (first.status_code, later.status_code) == (202, 200)
