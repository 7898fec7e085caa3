"""The 202 protocol of the simulated ESET Connect."""

from __future__ import annotations

import pytest

from sandbox.server import Simulation

from .conftest import ESET_FORM, EsetClient


def delayed(sim: Simulation, eset: EsetClient, kind: str = "202=0", path: str = "devices?pageSize=3") -> dict[str, str]:
    sim.fault(f"eset:{kind}@1")
    answer = eset.get(path)
    assert answer.status_code == 202 and answer.content == b""
    return {"response-id": answer.headers["response-id"]}


def test_the_identical_request_gets_the_answer_once(sim: Simulation, eset: EsetClient) -> None:
    held = delayed(sim, eset)
    answer = eset.get("devices?pageSize=3", headers=held)
    assert answer.status_code == 200 and len(answer.json()["devices"]) == 3
    assert eset.get("devices?pageSize=3", headers=held).status_code == 404


def test_a_slow_answer_repeats_its_202(sim: Simulation, eset: EsetClient) -> None:
    held = delayed(sim, eset, "202=2")
    statuses = [eset.get("devices?pageSize=3", headers=held).status_code for _ in range(4)]
    assert statuses == [202, 202, 200, 404]


@pytest.mark.parametrize("other", ["devices", "devices?pageSize=4", "devices?pageSize=3&pageToken=", "device_groups"])
def test_a_changed_request_does_not_find_the_answer(sim: Simulation, eset: EsetClient, other: str) -> None:
    held = delayed(sim, eset)
    assert eset.get(other, headers=held).status_code == 404
    assert eset.get("devices?pageSize=3", headers=held).status_code == 200


def test_a_new_token_does_find_the_answer(sim: Simulation, eset: EsetClient) -> None:
    held = delayed(sim, eset)
    held["Authorization"] = f"Bearer {eset.token(ESET_FORM).json()['access_token']}"
    assert eset.get("devices?pageSize=3", headers=held).status_code == 200


def test_an_answer_is_kept_ten_minutes(sim: Simulation, eset: EsetClient) -> None:
    first, second = delayed(sim, eset), delayed(sim, eset)
    sim.clock.forward(590)
    assert eset.get("devices?pageSize=3", headers=first).status_code == 200
    sim.clock.forward(11)
    assert eset.get("devices?pageSize=3", headers=second).status_code == 404


def test_the_variants(sim: Simulation, eset: EsetClient) -> None:
    held = delayed(sim, eset, "202-forever")
    assert [eset.get("devices?pageSize=3", headers=held).status_code for _ in range(5)] == [202] * 5
    held = delayed(sim, eset, "202-expired")
    assert eset.get("devices?pageSize=3", headers=held).status_code == 404
    held = delayed(sim, eset, "202-504=0")
    assert [eset.get("devices?pageSize=3", headers=held).status_code for _ in range(2)] == [504, 404]
    sim.fault("eset:202-missing-header@1")
    answer = eset.get("devices")
    assert answer.status_code == 202 and "response-id" not in answer.headers


def test_every_nth_call_can_be_delayed_even_the_login(sim: Simulation, eset: EsetClient) -> None:
    sim.options.eset_202_every, sim.options.eset_202_polls = 2, 0
    assert sorted(eset.token(ESET_FORM).status_code for _ in range(4)) == [200, 200, 202, 202]


def test_a_restart_loses_the_waiting_answers(sim: Simulation, eset: EsetClient) -> None:
    held = delayed(sim, eset)
    sim.restart()
    held["Authorization"] = f"Bearer {eset.token(ESET_FORM).json()['access_token']}"
    assert eset.get("devices?pageSize=3", headers=held).status_code == 404
