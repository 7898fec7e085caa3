"""Every switchable fault really appears on the wire, when and where it was asked for."""

from __future__ import annotations

import base64
import json
import socket

import httpx
import pytest

from sandbox.faults import bad_records, faults
from sandbox.server import Simulation

from .conftest import WEB, EsetClient, Five9sClient, OpswatClient


@pytest.mark.parametrize("status", [401, 403, 404, 418, 429, 500, 503, 504, 599])
def test_a_status_replaces_the_answer(sim: Simulation, opswat: OpswatClient, status: int) -> None:
    sim.fault(f"opswat:{status}")
    assert opswat.devices().status_code == status


@pytest.mark.parametrize("value", ["0", "-1", "1e9", "soon", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_retry_after_is_sent_as_given(sim: Simulation, eset: EsetClient, value: str) -> None:
    sim.fault("eset:429", value=value)
    assert eset.get("devices").headers["Retry-After"] == value


def test_retry_after_can_be_absent_or_double(sim: Simulation, eset: EsetClient) -> None:
    sim.fault("eset:429@1")
    assert "Retry-After" not in eset.get("devices").headers
    sim.fault("eset:429=two")
    assert eset.get("devices").headers.get_list("Retry-After") == ["0", "30"]


@pytest.mark.parametrize(
    ("kind", "status", "content"),
    [("502-html", 502, "<!DOCTYPE html>"), ("html200", 200, "<!DOCTYPE html>"), ("html-json", 200, "<!DOCTYPE html>"),
     ("413-html", 413, "<!DOCTYPE html>"), ("413-page-1", 413, ""), ("empty", 200, ""), ("null", 200, "null"),
     ("object", 200, "{}"), ("bom", 200, "\ufeff{"), ("302", 302, "")],
)  # fmt: skip
def test_wrong_bodies(sim: Simulation, opswat: OpswatClient, kind: str, status: int, content: str) -> None:
    sim.fault(f"opswat:{kind}")
    answer = opswat.devices()
    assert answer.status_code == status
    assert answer.content.decode().startswith(content) if content else True
    assert bool(answer.content) == bool(content) or kind == "302"


def test_a_redirect_leads_to_a_canary_that_notes_who_follows(sim: Simulation, eset: EsetClient) -> None:
    sim.fault("eset:redirect")
    answer = eset.get("devices")
    assert answer.status_code == 302 and not sim.calls(vendor="canary")
    WEB.get(answer.headers["Location"])
    assert len(sim.calls(vendor="canary")) == 1


def test_a_gzip_bomb_unpacks_to_what_was_asked(sim: Simulation, eset: EsetClient) -> None:
    sim.fault("eset:gzip-bomb=20")
    with eset.http.stream("GET", f"{eset.base}/device-management/v1/devices") as answer:
        packed = b"".join(answer.iter_raw())
    assert len(packed) < 100_000
    assert len(eset.get("devices").content) > 20 << 20


@pytest.mark.parametrize("kind", ["reset", "close-early", "no-answer", "two-lengths", "http09", "gzip-plain"])
def test_broken_transport_raises_at_the_client(sim: Simulation, eset: EsetClient, kind: str) -> None:
    sim.fault(f"eset:{kind}")
    with pytest.raises((httpx.TransportError, httpx.DecodingError)):
        eset.get("devices")


@pytest.mark.parametrize("kind", ["cut-json", "cut-close", "short-length"])
def test_a_cut_body_arrives_as_success(sim: Simulation, eset: EsetClient, kind: str) -> None:
    sim.fault(f"eset:{kind}@1")
    answer = eset.get("devices")
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()


def test_a_slow_answer_outlasts_a_timeout(sim: Simulation, eset: EsetClient) -> None:
    sim.fault("eset:slow=30@1")
    with pytest.raises(httpx.ReadTimeout):
        eset.get("devices", timeout=0.2)


def test_a_dripping_body_comes_byte_by_byte(sim: Simulation, eset: EsetClient) -> None:
    sim.fault("eset:drip=0.02@1")
    with eset.http.stream("GET", f"{eset.base}/device-management/v1/devices") as answer:
        pieces = [piece for piece, _ in zip(answer.iter_raw(), range(5), strict=False)]
    assert len(pieces) == 5 and sum(map(len, pieces)) < 100


def test_dripping_headers_keep_the_client_waiting(sim: Simulation) -> None:
    sim.fault("eset:header-drip=0.02@1")
    host, port = sim.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(f"GET /eset/eu/device-management/v1/devices HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        pieces = [raw.recv(4096) for _ in range(5)]
    assert b"HTTP".startswith(b"".join(pieces)[:4]) and sum(map(len, pieces)) < 100


def test_huge_heads(sim: Simulation, eset: EsetClient) -> None:
    sim.fault("eset:many-headers@1")
    assert len(eset.get("devices").headers) > 1000
    sim.fault("eset:huge-header@1")
    assert len(eset.get("devices").headers["X-Huge"]) == 100_000


def test_raw_answers_are_sent_verbatim(sim: Simulation, five9s: Five9sClient) -> None:
    given = {"status": 206, "headers": [["Content-Type", "application/json"], ["X-One", "1"]], "body": '{"JobId": '}
    sim.fault("five9s:raw", value=given)
    answer = five9s.call("RequestAllInfos", {})
    assert (answer.status_code, answer.headers["X-One"], answer.text) == (206, "1", '{"JobId": ')
    sim.clear_faults()
    sim.fault("five9s:raw", value={"bytes": base64.b64encode(b"\x00\x01 not http").decode()})
    with pytest.raises(httpx.RemoteProtocolError):
        five9s.call("RequestAllInfos", {})


@pytest.mark.parametrize("variant", ["nul", "surrogate", "huge-integer", "infinite", "long-string", "bad-date",
                                     "missing-id", "null-id", "array", "null", "nulls", "unknown-enum", "twice-key",
                                     "wild-id", "empty", "without.tags", "null.hardwareProfiles"])  # fmt: skip
def test_poison_spoils_one_record_and_leaves_the_others(sim: Simulation, eset: EsetClient, variant: str) -> None:
    clean = eset.get("devices").json()["devices"]
    sim.fault(f"eset:poison={variant}:2")
    text = eset.get("devices").text
    marks = {"huge-integer": "9" * 5000, "surrogate": "\\ud800", "nul": "\\u0000", "infinite": "1e400"}
    assert marks.get(variant, "") in text
    devices = json.loads(text, parse_int=str)["devices"]
    clean = json.loads(json.dumps(clean), parse_int=str)
    assert devices[:2] == clean[:2] and devices[3:] == clean[3:] and len(devices) == len(clean)
    assert devices[2] != clean[2] or text.count('"displayName"') > json.dumps(clean).count('"displayName"')


@pytest.mark.parametrize("vendor", bad_records.FIELDS)
def test_poison_hits_every_vendor(sim: Simulation, eset: EsetClient, opswat: OpswatClient, five9s: Five9sClient, vendor: str) -> None:
    sim.fault(f"{vendor}:poison=bad-date")
    texts = {
        "eset": lambda: eset.get("devices").text,
        "opswat": lambda: opswat.devices(limit=50).text,
        "five9s": lambda: json.dumps(five9s.result("RequestAllInfos", {})),
    }
    assert texts[vendor]().count("2026-02-30T25:61:00Z") == 1


def test_rows_can_be_doubled_nested_and_hidden(sim: Simulation, eset: EsetClient) -> None:
    count = len(eset.walk(1000))
    sim.fault("eset:duplicate-rows@1")
    uuids = [device["uuid"] for device in eset.get("devices", params={"pageSize": 1000}).json()["devices"]]
    assert len(uuids) == count + 3 and len(set(uuids)) == count
    sim.fault("eset:duplicate-rows=pages")
    devices = eset.walk(100)
    twice = [device["displayName"] for device in devices if device["uuid"] == uuids[0]]
    assert len(devices) == count + 1 and twice[1] == "changed meanwhile" != twice[0]
    sim.clear_faults()
    sim.fault("eset:nested@1")
    assert eset.get("devices").json().keys() == {"data"}
    sim.fault("eset:shrink=9")
    assert len(eset.walk(1000)) == 9


def test_an_answer_can_be_that_of_another_request(sim: Simulation, eset: EsetClient) -> None:
    groups = eset.get("device_groups").json()
    sim.fault("eset:other-answer@1")
    assert eset.get("devices").json() == groups
    assert "devices" in eset.get("devices").json()


def test_a_fault_strikes_the_asked_vendor_path_and_calls_only(sim: Simulation, eset: EsetClient, opswat: OpswatClient) -> None:
    sim.fault("eset:503@2x2~/v1/devices")
    assert eset.get("device_groups").status_code == opswat.devices().status_code == 200
    assert [eset.get("devices").status_code for _ in range(4)] == [200, 503, 503, 200]
    sim.fault("*:500")
    assert eset.get("device_groups").status_code == opswat.devices().status_code == 500
    sim.clear_faults()
    assert eset.get("device_groups").status_code == 200


@pytest.mark.parametrize("spec", ["eset", "eset:nonsense", "nobody:503", "eset:503@x", "eset:poison=nonsense", ""])
def test_a_misspelt_fault_is_refused(spec: str) -> None:
    with pytest.raises(ValueError):
        faults.parse(spec)


def test_every_poison_can_be_sent(sim: Simulation, opswat: OpswatClient) -> None:
    for variant in bad_records.VARIANTS:
        sim.fault(f"opswat:poison={variant}@1")
        assert opswat.devices(limit=2).status_code == 200, variant


def test_413_on_the_first_page_only(sim: Simulation, opswat: OpswatClient) -> None:
    sim.fault("opswat:413-page-1")
    assert [opswat.devices(limit=10, page=page).status_code for page in (1, 2, 10, 11)] == [413, 200, 200, 200]
    assert opswat.devices().status_code == 413
    assert OpswatClient(sim).access


def test_a_listing_that_never_ends(sim: Simulation, eset: EsetClient, opswat: OpswatClient) -> None:
    sim.fault("*:page-repeats")
    first = eset.get("devices", params={"pageSize": 5}).json()
    again = eset.get("devices", params={"pageSize": 5, "pageToken": first["nextPageToken"]}).json()
    assert again == first
    assert opswat.devices(limit=50, page=1).json() == opswat.devices(limit=50, page=99).json()


def test_a_job_can_be_lost_between_two_pages(sim: Simulation, five9s: Five9sClient) -> None:
    sim.fault("five9s:job-lost@2~GetJobData")
    job = five9s.start("RequestAllInfos", {})
    sim.clock.forward(3)
    assert [five9s.call("GetJobData", {"Guid": job, "Page": page}).status_code for page in (1, 2, 3)] == [200, 404, 404]
