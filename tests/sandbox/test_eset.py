"""The simulated ESET Connect refuses what ESET would refuse."""

from __future__ import annotations

import json
import uuid

import pytest

from sandbox.credentials import CANARY
from sandbox.server import Simulation, running

from .conftest import ESET_FORM, WEB, EsetClient


def test_the_token_service_takes_forms_only(sim: Simulation, eset: EsetClient) -> None:
    url = f"{eset.base}/business-account.iam/oauth/token"
    assert WEB.post(url, json=ESET_FORM).status_code == 415
    assert WEB.get(url).status_code == 405


@pytest.mark.parametrize("wrong", [{"password": "other"}, {"username": "other"}, {"grant_type": "client_credentials"}, {"grant_type": ""}])
def test_bad_credentials_and_grants_are_refused(eset: EsetClient, wrong: dict[str, str]) -> None:
    assert eset.token(ESET_FORM | wrong).status_code == 400


def test_a_refresh_token_works_once(eset: EsetClient) -> None:
    first = eset.token(ESET_FORM).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = eset.token(form)
    assert second.status_code == 200
    assert second.json()["access_token"] != first["access_token"]
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert eset.token(form).status_code == 400


def test_a_login_may_bring_no_refresh_token(sim: Simulation, eset: EsetClient) -> None:
    sim.options.eset_refresh_tokens = False
    granted = eset.token(ESET_FORM).json()
    assert "refresh_token" not in granted and granted["token_type"] == "bearer"


def test_a_token_dies_when_it_expires(sim: Simulation, eset: EsetClient) -> None:
    assert eset.get("devices").status_code == 200
    sim.clock.forward(sim.options.eset_token_seconds)
    assert eset.get("devices").status_code == 401


def test_no_authorization_is_a_bad_request_and_a_wrong_token_unauthorized(eset: EsetClient) -> None:
    url = f"{eset.base}/device-management/v1/devices"
    assert WEB.get(url).status_code == 400
    assert WEB.get(url, headers={"Authorization": "Bearer other"}).status_code == 401
    assert WEB.get(url, headers={"Authorization": eset.http.headers["Authorization"][7:]}).status_code == 400


@pytest.mark.parametrize("size", [1, 7, 50, 1000])
def test_every_page_size_walks_the_same_devices(sim: Simulation, eset: EsetClient, size: int) -> None:
    assert [device["uuid"] for device in eset.walk(size)] == list(sim.fleet.ids("eset"))


def test_the_end_is_an_absent_or_an_empty_token(eset: EsetClient) -> None:
    ends = [eset.get("devices", params={"pageSize": 1000}).json().get("nextPageToken") for _ in range(2)]
    assert set(ends) == {None, ""}


def test_sizes_are_50_by_default_and_silently_cut_to_1000() -> None:
    with running(devices=1500, frozen=True) as sim:
        eset = EsetClient(sim)
        assert len(eset.get("devices").json()["devices"]) == 50
        assert len(eset.get("devices", params={"pageSize": 0}).json()["devices"]) == 50
        assert len(eset.get("devices", params={"pageSize": 5000}).json()["devices"]) == 1000


@pytest.mark.parametrize(
    "query",
    ["pageSize=-1", "pageSize=many", "pageSize=100000", "pageToken=x", "since=1", "isMuted=maybe", "functionalityStatus=OK"],
)
def test_bad_parameters_are_refused(eset: EsetClient, query: str) -> None:
    assert eset.get(f"devices?{query}").status_code == 400


def test_a_page_token_is_short_needs_encoding_and_belongs_to_its_query(eset: EsetClient) -> None:
    token = eset.get("devices", params={"pageSize": 2}).json()["nextPageToken"]
    assert len(token) <= 128 and token.endswith("=")
    assert eset.get("devices", params={"page_token": token, "page_size": 2}).status_code == 200
    assert eset.get("devices", params={"pageToken": token, "isMuted": "false"}).status_code == 400


def test_filters_select(eset: EsetClient) -> None:
    everything = eset.walk(1000)
    muted = eset.walk(10, isMuted="true")
    assert muted and all(device["isMuted"] for device in muted)
    assert len(eset.walk(100, isMuted="false")) == len(everything) - len(muted)
    status = "DEVICE_FUNCTIONALITY_STATUS_ATTENTION_REQUIRED"
    expected = [device["uuid"] for device in everything if device.get("functionalityStatus") == status]
    assert [device["uuid"] for device in eset.walk(3, functionalityStatus=status)] == expected != []
    name = everything[4]["displayName"]
    assert {device["displayName"] for device in eset.walk(10, displayNames=name)} == {name}


def test_one_device_is_wrapped_and_an_unknown_one_missing(eset: EsetClient) -> None:
    device = eset.walk(1000)[3]
    assert eset.get(f"devices/{device['uuid']}").json() == {"device": device}
    assert eset.get(f"devices/{uuid.uuid4()}").status_code == 404


def test_a_batch_keeps_the_order_asked_for(eset: EsetClient) -> None:
    wanted = [device["uuid"] for device in eset.walk(1000)][40:10:-1]
    answer = eset.get("devices:batchGet", params={"devicesUuids": wanted}).json()
    assert [device["uuid"] for device in answer["devices"]] == wanted


def test_a_batch_is_all_or_nothing(eset: EsetClient) -> None:
    known = eset.walk(1)[0]["uuid"]
    assert eset.get("devices:batchGet", params={"devicesUuids": [known, str(uuid.uuid4())]}).status_code == 404
    assert eset.get("devices:batchGet", params={"devicesUuids": f"{known},{known}"}).status_code == 404
    assert eset.get("devices:batchGet").status_code == 400


def test_a_batch_is_limited_by_the_length_of_its_address(eset: EsetClient) -> None:
    assert eset.get("devices:batchGet", params={"devicesUuids": [str(uuid.uuid4())] * 140}).status_code == 404
    assert eset.get("devices:batchGet", params={"devicesUuids": [str(uuid.uuid4())] * 180}).status_code == 414


def test_groups_form_a_tree_and_list_members_with_a_total(eset: EsetClient) -> None:
    groups = eset.get("device_groups", params={"pageSize": 1000}).json()["deviceGroups"]
    uuids = {group["uuid"] for group in groups}
    assert all(group.get("parentGroupUuid", groups[0]["uuid"]) in uuids for group in groups)
    devices = eset.walk(1000)
    assert {device["parentGroupUuid"] for device in devices} <= uuids
    members = eset.get(f"device_groups/{groups[0]['uuid']}/devices", params={"recurseSubgroups": "true", "pageSize": 1000})
    listed = [member["uuid"] for member in members.json()["devices"]]
    assert members.json()["totalSize"] == len(listed) > len(set(listed)) == len(devices)
    assert eset.get("device_groups/none/devices").status_code == 404


def test_services_and_regions_are_told_apart(sim: Simulation, eset: EsetClient) -> None:
    for path in ("eu/automation/v1/devices", "eu/business-account.iam/v1/devices", "jp/device-management/v1/devices",
                 "eu/device-management/v2/devices", "eu/device-management/v1/devices%3AbatchGet"):  # fmt: skip
        assert eset.http.get(f"{sim.url}/eset/{path}").status_code == 404, path
    assert eset.http.get(f"{sim.url}/eset/jpn/device-management/v1/devices").status_code == 200
    assert eset.http.post(f"{eset.base}/device-management/v1/devices", json={}).status_code == 405


def test_every_answer_has_a_request_id(eset: EsetClient) -> None:
    answers = [eset.get("devices"), eset.get("devices/none"), eset.get("nothing"), eset.token({})]
    assert len({str(uuid.UUID(answer.headers["request-id"])) for answer in answers}) == 4


def test_ten_calls_a_second_and_no_more() -> None:
    with running(devices=60) as sim:
        eset = EsetClient(sim)  # one call
        statuses = [eset.get("devices/none").status_code for _ in range(12)]
        assert statuses == [404] * 9 + [429] * 3
        sim.clock.forward(1)
        assert eset.get("devices").status_code == 200


def test_records_carry_the_identity_token_that_must_not_leak(eset: EsetClient) -> None:
    assert all(device["deviceToken"].startswith(CANARY) for device in eset.walk(1000))


def test_prerendered_pages_equal_the_computed_ones(sim: Simulation, eset: EsetClient) -> None:
    computed = eset.walk(7)
    sim.prerender()
    assert eset.walk(7) == computed
    sim.change(5)
    again = eset.walk(1000)
    assert sum(json.dumps(a) != json.dumps(b) for a, b in zip(computed, again, strict=True)) == len(computed) * 5 // 100
