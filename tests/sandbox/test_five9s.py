"""The simulated five(9)s Console refuses what it would refuse, and its jobs live as jobs do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox import credentials
from sandbox.clock import stamp
from sandbox.server import Simulation, running

from .conftest import Five9sClient

EVERYTHING = "RequestAllInfos"


@pytest.mark.parametrize("scheme", ["Bearer ", "Basic ", ""])
def test_only_the_pat_scheme_is_known(five9s: Five9sClient, scheme: str) -> None:
    five9s.http.headers["Authorization"] = scheme + credentials.FIVE9S_TOKEN
    assert five9s.call(EVERYTHING, {}).status_code == 401


def test_only_posts_with_a_json_object_are_taken(five9s: Five9sClient) -> None:
    url = f"{five9s.base}/{EVERYTHING}"
    assert five9s.http.get(url).status_code == 405
    assert five9s.http.post(url, data={"a": "b"}).status_code == 415
    json_type = {"Content-Type": "application/json"}
    assert five9s.http.post(url, content=b"", headers=json_type).status_code == 400
    assert five9s.http.post(url, content=b"[]", headers=json_type).status_code == 400
    assert five9s.call("RequestEverything", {}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"Hostnames": ["A"], "SerialNumbers": ["B"]}, {"Hostnames": "A"}, {"Computer_Idns": ["10"]}, {"Hostname": ["A"]},
     {"LastSyncDate": "yesterday"}],
)  # fmt: skip
def test_bad_filters_are_refused(five9s: Five9sClient, body: dict[str, Any]) -> None:
    assert five9s.call(EVERYTHING, body).status_code == 400


@pytest.mark.parametrize("words", [False, True])
def test_a_job_waits_runs_and_ends(sim: Simulation, five9s: Five9sClient, words: bool) -> None:
    sim.options.job_words, sim.options.job_seconds = words, 100
    job = five9s.start(EVERYTHING, {})
    seen = []
    for _ in range(3):
        seen.append(five9s.call("GetJobStatus", {"Guid": job}).json()["Status"])
        assert five9s.call("GetJobData", {"Guid": job}).status_code == (200 if len(seen) == 3 else 409)
        sim.clock.forward(40 if len(seen) == 1 else 60)
        if len(seen) == 2:
            assert five9s.call("GetJobData", {"Guid": job}).status_code == 200
    assert seen == (["Pending", "Running", "Success"] if words else [1, 2, 3])


def test_the_job_is_named_guid_on_the_way_back(five9s: Five9sClient) -> None:
    job = five9s.start(EVERYTHING, {})
    assert five9s.call("GetJobStatus", {"JobId": job}).status_code == 400
    assert five9s.call("GetJobStatus", {"Guid": "0" * 36}).status_code == 404
    assert five9s.call("GetJobData", {"Guid": "0" * 36}).status_code == 404


def test_pages_of_100_add_up_to_the_total(sim: Simulation, five9s: Five9sClient) -> None:
    job = five9s.start(EVERYTHING, {})
    sim.clock.forward(3)
    pages = [five9s.call("GetJobData", {"Guid": job, "Page": page}).json() for page in (1, 2, 3)]
    count = sim.fleet.count("five9s")
    assert [page["ReturnedCount"] for page in pages] == [100, count - 100, 0]
    assert {page["TotalCount"] for page in pages} == {count}
    idns = [str(record["Computer_Idn"]) for page in pages for record in page["Results"]]
    assert idns == list(sim.fleet.ids("five9s"))
    assert five9s.call("GetJobData", {"Guid": job, "PageSize": 7}).json()["ReturnedCount"] == 7
    assert five9s.call("GetJobData", {"Guid": job, "PageSize": 0}).status_code == 400


def test_an_empty_list_means_all_devices(sim: Simulation, five9s: Five9sClient) -> None:
    assert five9s.result(EVERYTHING, {"Hostnames": []})["TotalCount"] == sim.fleet.count("five9s")


def test_named_devices_are_found_or_named_as_missing(five9s: Five9sClient) -> None:
    known = five9s.result(EVERYTHING, {})["Results"]
    device = next(record for record in known if not record["DisplayName"].startswith("MÜN"))
    by_name = five9s.result(EVERYTHING, {"Hostnames": [device["DeviceName"].lower(), "NOBODY"]})
    assert [r["DeviceName"] for r in by_name["Results"]] and by_name["DevicesNotFound"] == ["NOBODY"]
    by_serial = five9s.result(EVERYTHING, {"SerialNumbers": [device["SerialNumber"], "X1"]})
    assert device["Computer_Idn"] in [r["Computer_Idn"] for r in by_serial["Results"]]
    assert by_serial["DevicesNotFound"] == ["X1"]
    by_idn = five9s.result(EVERYTHING, {"Computer_Idns": [device["Computer_Idn"], 987_654]})
    assert [r["Computer_Idn"] for r in by_idn["Results"]] == [device["Computer_Idn"]]
    assert by_idn["DevicesNotFound"] == [987_654]


@pytest.mark.parametrize(
    ("method", "section"),
    [("RequestEpmInventory", "EpmInventory"), ("RequestCustomInventory", "CustomInventory"),
     ("RequestSecurityInfo", "SecurityInfo"), ("RequestDatabaseViews", "DatabaseViews")],
)  # fmt: skip
def test_each_request_brings_its_section_only(five9s: Five9sClient, method: str, section: str) -> None:
    sections = {"EpmInventory", "CustomInventory", "SecurityInfo", "DatabaseViews"}
    for record in five9s.result(method, {})["Results"]:
        assert record.keys() & sections == {section}


@pytest.mark.parametrize("written", ["iso", "old"])
def test_a_delta_has_only_what_changed_since(sim: Simulation, five9s: Five9sClient, written: str) -> None:
    now = sim.fleet.now()
    since = stamp(now - 1, digits=3) if written == "iso" else f"/Date({int((now - 1) * 1000)})/"
    before = five9s.result(EVERYTHING, {"LastSyncDate": since})["TotalCount"]
    sim.change(10)
    after = five9s.result(EVERYTHING, {"LastSyncDate": since})
    assert after["TotalCount"] - before == sim.fleet.count("five9s") // 10
    assert after["DevicesNotFound"] == []
    whole = five9s.result(EVERYTHING, {"LastSyncDate": "2001-01-01T00:00:00Z"})
    assert whole["TotalCount"] == sim.fleet.count("five9s")


def test_a_restart_loses_jobs_and_so_does_time(sim: Simulation, five9s: Five9sClient) -> None:
    job = five9s.start(EVERYTHING, {})
    sim.restart()
    assert five9s.call("GetJobStatus", {"Guid": job}).status_code == 404
    job = five9s.start(EVERYTHING, {})
    sim.clock.forward(sim.options.job_keeps + 1)
    assert five9s.call("GetJobData", {"Guid": job}).status_code == 404


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("job-failed", 4), ("job-never-ends", 2), ("unknown-job-state", 7), ("unknown-job-state=Paused", "Paused"),
     ("job-words", "Success")],
)  # fmt: skip
def test_job_faults_show_in_the_state(sim: Simulation, five9s: Five9sClient, fault: str, expected: object) -> None:
    job = five9s.start(EVERYTHING, {})
    sim.clock.forward(3)
    sim.fault(f"five9s:{fault}")
    assert five9s.call("GetJobStatus", {"Guid": job}).json()["Status"] == expected


def test_a_lost_job_stays_lost(sim: Simulation, five9s: Five9sClient) -> None:
    job = five9s.start(EVERYTHING, {})
    sim.fault("five9s:job-lost@1")
    assert [five9s.call("GetJobStatus", {"Guid": job}).status_code for _ in range(2)] == [404, 404]


def test_pages_can_repeat_and_the_total_change(sim: Simulation, five9s: Five9sClient) -> None:
    count = sim.fleet.count("five9s")
    job = five9s.start(EVERYTHING, {})
    sim.clock.forward(3)
    sim.fault("five9s:page-repeats")
    pages = [five9s.call("GetJobData", {"Guid": job, "Page": page}).json() for page in (1, 2)]
    assert pages[0]["Results"] == pages[1]["Results"]
    sim.clear_faults()
    sim.fault("five9s:total-changes")
    totals = [five9s.call("GetJobData", {"Guid": job, "Page": page}).json()["TotalCount"] for page in (1, 2)]
    assert totals == [count + 1, count + 2]


def test_a_job_shows_the_fleet_as_it_was_when_started() -> None:
    with running(devices=60) as sim:
        five9s = Five9sClient(sim)
        job = five9s.start(EVERYTHING, {})
        sim.fleet.size = 30
        sim.clock.forward(3)
        data: httpx.Response = five9s.call("GetJobData", {"Guid": job})
        assert data.json()["TotalCount"] > 40
