"""The admin API, and the command that runs the simulators alone."""

from __future__ import annotations

import httpx
import pytest

from sandbox import credentials
from sandbox.calls import busiest
from sandbox.credentials import account_settings
from sandbox.server import Simulation

from .conftest import WEB, EsetClient, OpswatClient


def test_faults_are_switched_on_listed_and_off(sim: Simulation, eset: EsetClient) -> None:
    url = f"{sim.url}/_sandbox/faults"
    fault = {"vendor": "eset", "kind": "503", "path": "/v1/devices", "times": 2, "after": 1}
    assert WEB.post(url, json=fault).json()["faults"][0]["kind"] == "503"
    assert WEB.post(url, json={"spec": "opswat:429=5"}).json()["faults"][1]["value"] == "5"
    assert [eset.get("devices").status_code for _ in range(4)] == [200, 503, 503, 200]
    assert [fault["vendor"] for fault in WEB.delete(f"{url}?vendor=opswat").json()["faults"]] == ["eset"]
    assert WEB.delete(url).json() == WEB.get(url).json() == {"faults": []}
    assert "README" in WEB.post(url, json={"vendor": "eset", "kind": "nonsense"}).json()["error"]


def test_calls_are_logged_without_secrets(sim: Simulation, opswat: OpswatClient, eset: EsetClient) -> None:
    opswat.devices(limit=5, page=2)
    eset.get("devices/unknown")
    sim.fault("eset:no-answer@1")
    with pytest.raises(httpx.TransportError):
        eset.get("devices")
    answer = WEB.get(f"{sim.url}/_sandbox/calls")
    log = answer.json()
    assert log["count"] == len(log["calls"]) == 5 == log["max_in_60s"]
    assert credentials.CANARY not in answer.text
    assert [(call["vendor"], call["status"]) for call in log["calls"]] == [
        ("opswat", 200), ("eset", 200), ("opswat", 200), ("eset", 404), ("eset", None)
    ]  # fmt: skip
    assert log["calls"][2]["path"].endswith("?access_token=***&limit=5&page=2")
    assert WEB.get(f"{sim.url}/_sandbox/calls", params={"vendor": "opswat", "path": "v2.3"}).json()["count"] == 1
    WEB.delete(f"{sim.url}/_sandbox/calls")
    assert sim.calls() == []


def test_the_busiest_window_is_found_across_minutes() -> None:
    assert busiest([], 60) == 0
    assert busiest([59.0, 59.5, 60.5, 61.0, 118.9, 119.0, 119.4], 60) == 6
    assert busiest([0.0, 60.0], 60) == 1


def test_the_fleet_can_be_read_and_changed(sim: Simulation, eset: EsetClient) -> None:
    url = f"{sim.url}/_sandbox/fleet"
    before = WEB.get(url).json()
    assert before["size"] == 180 and before["ids"]["eset"] == list(sim.fleet.ids("eset"))
    assert before["counts"] == {vendor: len(ids) for vendor, ids in before["ids"].items()}
    assert WEB.post(url, json={"shrink": {"eset": 5}}).json()["counts"]["eset"] == 5 == len(eset.walk(1000))
    assert WEB.post(url, json={"shrink": None}).json()["counts"] == before["counts"]
    assert WEB.post(url, json={"size": 60}).json()["counts"]["eset"] < before["counts"]["eset"]
    assert set(WEB.get(url).json()["ids"]["eset"]) < set(before["ids"]["eset"])
    other = WEB.post(url, json={"seed": 8}).json()
    assert other["size"] == 60 and not set(WEB.get(url).json()["ids"]["eset"]) & set(before["ids"]["eset"])
    assert "Known" in WEB.post(url, json={"shrnk": 5}).json()["error"]


@pytest.mark.parametrize("prerendered", [False, True])
def test_last_seen_alone_can_move(sim: Simulation, eset: EsetClient, prerendered: bool) -> None:
    if prerendered:
        sim.prerender()
    before = eset.walk(1000)
    sim.change(10)
    changed = eset.walk(1000)
    WEB.post(f"{sim.url}/_sandbox/fleet", json={"seen_forward": 3600})
    after = eset.walk(1000)
    assert all(a.get("lastSyncTime") != b.get("lastSyncTime") for a, b in zip(before, after, strict=True) if a.get("tags"))
    for records in (changed, after):
        for record in records:
            record.pop("lastSyncTime", None)
    assert changed == after


def test_options_change_at_run_time(sim: Simulation, eset: EsetClient) -> None:
    answer = WEB.post(f"{sim.url}/_sandbox/options", json={"eset_token_seconds": 5, "job_words": True})
    assert answer.json()["eset_token_seconds"] == 5 and sim.options.job_words is True
    assert WEB.post(f"{sim.url}/_sandbox/options", json={"nonsense": 5}).status_code == 400


def test_a_restart_ends_every_token(sim: Simulation, eset: EsetClient, opswat: OpswatClient) -> None:
    WEB.post(f"{sim.url}/_sandbox/restart")
    assert eset.get("devices").status_code == opswat.devices().status_code == 401


def test_the_account_settings_name_what_each_vendor_needs() -> None:
    accounts = account_settings("http://127.0.0.1:9100/")
    assert accounts["eset"][0]["url"] == "http://127.0.0.1:9100/eset/{region}/{service}"
    assert accounts["five9s"][0]["allow_http"] == "true"
    secrets = [value for _, hidden in accounts.values() for value in hidden.values()]
    assert len(secrets) == 4 and all(value.lower().startswith("canary") for value in secrets)
