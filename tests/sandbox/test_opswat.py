"""The simulated OPSWAT refuses what OPSWAT would refuse."""

from __future__ import annotations

import pytest

from sandbox.server import Simulation, running

from .conftest import OPSWAT_FORM, WEB, OpswatClient


def test_the_token_needs_a_form_with_the_right_credentials(opswat: OpswatClient) -> None:
    url = f"{opswat.base}/o/oauth/token"
    assert WEB.post(url, json=OPSWAT_FORM).status_code == 415
    assert WEB.get(url, params=OPSWAT_FORM).status_code == 405
    wrong = opswat.token(OPSWAT_FORM | {"client_secret": "other"})
    assert wrong.status_code == 401 and wrong.json() == {"error": "invalid_client"}
    assert opswat.token(OPSWAT_FORM | {"grant_type": "password"}).status_code == 400


def test_the_token_counts_in_the_address_only(sim: Simulation, opswat: OpswatClient) -> None:
    url = f"{opswat.base}/o/api/v2.3/devices"
    assert WEB.get(url, headers={"Authorization": f"Bearer {opswat.access}"}).status_code == 401
    assert opswat.devices(access_token="other").status_code == 401
    assert opswat.devices().status_code == 200
    sim.clock.forward(sim.options.opswat_token_seconds)
    assert opswat.devices().status_code == 401


def test_pages_end_with_413(sim: Simulation, opswat: OpswatClient) -> None:
    pages = opswat.pages()
    assert [len(page) for page in pages] == [50, 50, sim.fleet.count("opswat") - 100]
    assert [device["hwid"] for page in pages for device in page] == sorted(sim.fleet.ids("opswat"))


def test_another_seed_is_another_order(sim: Simulation, opswat: OpswatClient) -> None:
    opswat.pages()
    sim.fleet.seed = 8
    assert [device["hwid"] for page in opswat.pages() for device in page] == sorted(sim.fleet.ids("opswat"))


def test_the_end_can_be_an_empty_page(sim: Simulation, opswat: OpswatClient) -> None:
    sim.options.opswat_empty_end = True
    answer = opswat.devices(page=1000, limit=50)
    assert answer.status_code == 200 and answer.json() == []


def test_the_body_of_an_error_is_empty_or_json(opswat: OpswatClient) -> None:
    bodies = [opswat.devices(page=1000, limit=50).content for _ in range(2)]
    assert b"" in bodies and any(body.startswith(b'{"error":') for body in bodies)


def test_the_default_limit_is_one(opswat: OpswatClient) -> None:
    assert len(opswat.devices().json()) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [({"limit": 51}, 406), ({"limit": 0}, 400), ({"limit": "all"}, 400), ({"page": 0}, 400), ({"order": "up"}, 400),
     ({"groupBy": "user"}, 400), ({"cursor": "x"}, 400)],
)  # fmt: skip
def test_bad_parameters_are_refused(opswat: OpswatClient, query: dict[str, object], status: int) -> None:
    assert opswat.devices(**query).status_code == status


def test_other_methods_and_paths_are_refused(opswat: OpswatClient) -> None:
    query = {"access_token": opswat.access}
    assert WEB.post(f"{opswat.base}/o/api/v2.3/devices", params=query).status_code == 405
    assert WEB.get(f"{opswat.base}/o/api/v9/devices", params=query).status_code == 404


def test_both_spellings_of_the_grouping_sort(opswat: OpswatClient) -> None:
    for name in ("groupBy", "GroupBy"):
        hosts = [device["hostname"] for device in opswat.devices(**{name: "host"}, order="des", limit=50).json()]
        assert hosts == sorted(hosts, reverse=True)
    issues = [device["total_issue"] for device in opswat.devices(groupBy="issues", order="asc", limit=50).json()]
    assert issues == sorted(issues)


def test_orders_are_opposites(opswat: OpswatClient) -> None:
    down = [d["hwid"] for page in (1, 2, 3) for d in opswat.devices(limit=50, page=page).json()]
    up = [d["hwid"] for page in (1, 2, 3) for d in opswat.devices(limit=50, page=page, order="asc").json()]
    assert down == up[::-1]


def test_ten_calls_in_any_minute_and_the_headers_say_so() -> None:
    with running(devices=60) as sim:
        opswat = OpswatClient(sim)
        answers = [opswat.devices() for _ in range(12)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers[:3]] == ["9", "8", "7"]
        assert answers[-1].headers["X-RateLimit-Limit"] == "10"
        assert 1 <= int(answers[-1].headers["X-RateLimit-Reset-Time"]) <= 60
        sim.clock.forward(61)
        assert opswat.devices().status_code == 200


def test_the_account_counts_its_devices(sim: Simulation, opswat: OpswatClient) -> None:
    account = WEB.get(f"{opswat.base}/o/api/v2/account", params={"access_token": opswat.access}).json()
    assert account["devices_used"] == sim.fleet.count("opswat")


def test_phones_have_fewer_fields(opswat: OpswatClient) -> None:
    devices = [device for page in opswat.pages() for device in page]
    phones = [device for device in devices if device["machine_type"] == "phone"]
    assert phones
    for phone in phones:
        assert not phone.keys() & {"agent_type", "nickname", "country", "exempt", "user", "user_info"}
        assert len(phone["hwid"]) == 32
    assert all(len(device["hwid"]) == 16 and "exempt" in device for device in devices if device not in phones)


def test_rows_that_move_repeat_or_vanish(sim: Simulation, opswat: OpswatClient) -> None:
    everyone = set(sim.fleet.ids("opswat"))
    sim.fault("opswat:rows-moving")
    seen = [device["hwid"] for page in opswat.pages() for device in page]
    assert set(seen) == everyone and len(seen) > len(everyone)
    sim.clear_faults()
    sim.fault("opswat:rows-moving=skip")
    seen = [device["hwid"] for page in opswat.pages() for device in page]
    assert len(set(seen)) == len(seen) < len(everyone)


def test_the_limit_can_be_ignored_and_the_count_rounded(sim: Simulation, opswat: OpswatClient) -> None:
    sim.fault("opswat:limit-ignored@1")
    assert len(opswat.devices(limit=50).json()) == 1
    sim.fault("opswat:count-multiple-of-50")
    assert [len(page) for page in opswat.pages()] == [50, 50]
