"""The simulated installer service keeps ESET's rules and the shapes of ESET's own description."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from sandbox.eset import groups
from sandbox.server import Simulation

from .conftest import WEB, EsetClient

SCHEMAS = json.loads((Path(__file__).parents[1] / "vendors/payloads/eset/installer-schemas.json").read_text())
WISH = {
    "displayName": "Reception [req-0badcafe]",
    "operatingSystemFamilyId": 1,
    "preferredLanguageCode": "de-DE",
    "enablePuaDetection": True,
}


def fits(answer: httpx.Response, name: str) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()
    jsonschema.validate(found, {**SCHEMAS, "$ref": f"#/$defs/{name}"})
    return found


class Service:
    def __init__(self, eset: EsetClient) -> None:
        self._http, self.base = eset.http, f"{eset.base}/installer-management/v1/installers"

    def create(self, wish: dict[str, Any] | None = None, **extra: Any) -> httpx.Response:
        return self._http.post(self.base, json={"installer": WISH if wish is None else wish, **extra})

    def call(self, method: str, rest: str = "", **extra: Any) -> httpx.Response:
        return self._http.request(method, self.base + rest, **extra)


LIVES_UNTIL = [
    ("2026-08-31", "2027-02-28"),
    ("2026-11-29", "2027-05-29"),
    ("2026-11-30", "2027-05-30"),
    ("2027-05-31", "2027-11-30"),
    ("2027-08-29", "2028-02-29"),
    ("2027-12-31", "2028-06-30"),
    ("2028-02-29", "2028-08-29"),
]


@pytest.fixture
def service(eset: EsetClient) -> Service:
    return Service(eset)


@pytest.mark.parametrize(("day", "end"), LIVES_UNTIL)
def test_an_installer_lives_six_calendar_months(sim: Simulation, day: str, end: str) -> None:
    sim.clock.forward(datetime.fromisoformat(f"{day}T22:00:00Z").timestamp() - sim.clock.now())
    made = Service(EsetClient(sim)).create().json()["installer"]
    assert (made["createTime"][:16], made["expireTime"][:16]) == (f"{day}T22:00", f"{end}T22:00")


def test_an_installer_is_made_read_listed_and_deleted_in_the_documented_shape(sim: Simulation, service: Service) -> None:
    made = fits(service.create(), "v1CreateInstallerResponse")["installer"]
    assert made["preferredLanguageCode"] == "de-de" and made["usable"] and made["enablePuaDetection"]
    assert fits(service.call("GET", f"/{made['uuid']}"), "v1GetInstallerResponse")["installer"] == made
    assert fits(service.call("GET"), "v1ListInstallersResponse")["totalSize"] == 1
    assert WEB.get(made["downloadUrl"]).status_code == 200
    assert fits(service.call("DELETE", f"/{made['uuid']}"), "v1DeleteInstallerResponse") == {}
    assert [service.call(method, f"/{made['uuid']}").status_code for method in ("GET", "DELETE")] == [404, 404]
    assert WEB.get(made["downloadUrl"]).status_code == 404
    assert WEB.get(f"{sim.url}/_sandbox/installers").json() == {"created": 1, "names": {WISH["displayName"]: 1}, "uuids": []}


@pytest.mark.parametrize(
    "change",
    [
        {"operatingSystemFamilyId": 0},
        {"operatingSystemFamilyId": 2},
        {"operatingSystemFamilyId": True},
        {"operatingSystemFamilyId": "1"},
        {"displayName": 7},
        {"enablePuaDetection": "yes"},
        {"surprise": 1},
        {"deviceEnrollment": {"securityGroupUuid": groups.group_uuid("dynamic", "servers")}},
        {"deviceEnrollment": {"securityGroupUuid": "nowhere"}},
    ],
)
def test_what_eset_refuses_is_refused(sim: Simulation, service: Service, change: dict[str, Any]) -> None:
    assert service.create({**WISH, **change}).status_code == 400
    assert sim.eset.installers.tally()["created"] == 0


def test_components_fit_the_system(service: Service) -> None:
    assert service.create(requestedComponentIds=[13, 19]).status_code == 200
    assert service.create(requestedComponentIds=[230]).status_code == 400
    assert service.create({**WISH, "operatingSystemFamilyId": 3}, requestedComponentIds=[231]).status_code == 200
    assert service.create(requestedComponentIds=[999]).status_code == 400


def test_a_missing_language_falls_back_to_english(service: Service) -> None:
    assert service.create({**WISH, "preferredLanguageCode": "tlh-QO"}).json()["installer"]["preferredLanguageCode"] == "en-us"


def test_a_static_group_is_told_by_name(service: Service) -> None:
    made = service.create({**WISH, "deviceEnrollment": {"securityGroupUuid": groups.LOST_GROUP}}).json()["installer"]
    assert made["deviceEnrollment"]["groupDisplayName"] == "Lost & found"


def test_the_list_is_paged_and_filtered_by_usable(sim: Simulation, service: Service) -> None:
    names = [f"number {n}" for n in range(3)]
    for name in names:
        service.create({**WISH, "displayName": name})
    first = fits(service.call("GET", params={"pageSize": 2}), "v1ListInstallersResponse")
    rest = fits(service.call("GET", params={"pageSize": 2, "pageToken": first["nextPageToken"]}), "v1ListInstallersResponse")
    assert [each["displayName"] for each in first["installers"] + rest["installers"]] == names
    sim.clock.forward(190 * 24 * 3600)
    service = Service(EsetClient(sim))
    assert service.call("GET", params={"usable": "true"}).json()["totalSize"] == 0
    gone_off = fits(service.call("GET", params={"usable": "false"}), "v1ListInstallersResponse")["installers"]
    assert len(gone_off) == 3 and "usable" not in gone_off[0]
    assert service.call("GET", params={"usable": "maybe"}).status_code == 400


@pytest.mark.parametrize("right", ["create", "list", "get", "delete"])
def test_each_right_can_be_taken_away(sim: Simulation, service: Service, right: str) -> None:
    uuid = service.create().json()["installer"]["uuid"]
    sim.options.eset_installer_rights = ",".join({"create", "list", "get", "delete"} - {right})
    answers = {
        "create": service.create(),
        "list": service.call("GET"),
        "get": service.call("GET", f"/{uuid}"),
        "delete": service.call("DELETE", f"/{uuid}"),
    }
    assert {name for name, answer in answers.items() if answer.status_code == 403} == {right}


@pytest.mark.parametrize(
    ("fault", "status", "created"),
    [("500@1", 500, 0), ("after=502@1", 502, 1), ("202@1", 202, 1), ("202-expired@1", 202, 0), ("202-404@1", 202, 1), ("429@1", 429, 0)],
)
def test_faults_strike_before_or_after_it_is_made(sim: Simulation, service: Service, fault: str, status: int, created: int) -> None:
    sim.fault(f"eset:{fault}~/v1/installers")
    assert service.create().status_code == status
    assert sim.eset.installers.tally()["created"] == created


def test_a_late_one_appears_after_its_answer(sim: Simulation, service: Service) -> None:
    sim.fault("eset:late=20@1~/v1/installers")
    assert service.create().status_code == 504
    assert service.call("GET").json()["totalSize"] == 0
    sim.clock.forward(21)
    assert service.call("GET").json()["totalSize"] == 1


def test_a_request_lost_on_its_way_reaches_nobody(sim: Simulation, service: Service) -> None:
    sim.fault("eset:stall=0.1@1~/v1/installers")
    with pytest.raises(httpx.TransportError):
        service.create()
    assert sim.eset.installers.tally()["created"] == 0
