"""five(9)s' walk: a job is started, asked about without haste, fetched whole, and lost at most twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.vendors.five9s.scripted import GONE, JOB, RUNNING, STARTED, SUCCESS, Time, data, five9s, ids, methods, start_body, walked
from tests.vendors.scripted_server import Reply, pages, scripted
from vendors.base import DevicePage, Scope
from vendors.errors import BadAnswer, Lost, Misconfigured, Unavailable

# -- what is asked for --


def test_a_walk_starts_asks_and_fetches() -> None:
    found, asked = walked(STARTED, RUNNING, SUCCESS, data(1, 200, total=203), data(201, 3, total=203))
    assert ids(found) == [str(number) for number in range(1, 204)]
    assert [each.path for each in asked] == [
        f"/five9sWS/api/devices/{name}" for name in ("RequestAllInfos", "GetJobStatus", "GetJobStatus", "GetJobData", "GetJobData")
    ]
    assert [each.json() for each in asked] == [
        {},
        {"Guid": JOB},
        {"Guid": JOB},
        {"Guid": JOB, "Page": 1, "PageSize": 200},
        {"Guid": JOB, "Page": 2, "PageSize": 200},
    ]
    assert {(each.method, each.headers["authorization"]) for each in asked} == {("POST", "PAT CANARYTOKEN1")}
    assert [page.expected for page in found] == [None, None, None, 203, 203]


def test_changes_are_asked_for_in_utc_with_an_overlap() -> None:
    since = datetime(2026, 9, 21, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert start_body(Scope(since=since)) == {"LastSyncDate": "2026-09-21T11:50:00Z"}


def test_names_of_one_kind_are_one_filter() -> None:
    assert start_body(Scope(hostnames=("A", "B"))) == {"Hostnames": ["A", "B"]}
    assert start_body(Scope(serials=("S1",))) == {"SerialNumbers": ["S1"]}
    assert start_body(Scope(ids=("7", "8"), since=datetime(2026, 1, 1, tzinfo=UTC))) == {"Computer_Idns": [7, 8]}


def test_names_of_two_kinds_are_two_jobs() -> None:
    replies = (STARTED, SUCCESS, data(7, 1, total=1), STARTED, SUCCESS, data(9, 1, total=1, DevicesNotFound=["B"]))
    found, asked = walked(*replies, scope=Scope(ids=("7",), hostnames=("A", "B")))
    assert [asked[0].json(), asked[3].json()] == [{"Computer_Idns": [7]}, {"Hostnames": ["A", "B"]}]
    assert ids(found) == ["7", "9"]


def test_an_id_that_cannot_exist_is_absent_and_never_asks_for_everything() -> None:
    found, asked = walked(scope=Scope(ids=("{0C7F}",)))
    assert (found, asked) == ([DevicePage(absent=("{0C7F}",))], [])
    found, _ = walked(STARTED, SUCCESS, data(7, 1, total=1), scope=Scope(ids=("7", "x")))
    assert [name for page in found for name in page.absent] == ["x"]
    too_large = ("9223372036854775808", "1" * 20, "9" * 5000)
    found, asked = walked(scope=Scope(ids=too_large))
    assert (found, asked) == ([DevicePage(absent=too_large)], [])


def test_names_that_the_vendor_does_not_know_are_reported_from_every_page() -> None:
    replies = (STARTED, SUCCESS, data(1, 200, total=201, DevicesNotFound=["B"]), data(201, 1, total=201, DevicesNotFound=["C", 12]))
    found, _ = walked(*replies, scope=Scope(hostnames=("A", "B", "C")))
    assert {name for page in found for name in page.absent} == {"B", "C", "12"}


# -- waiting --


def test_the_job_is_asked_about_without_haste() -> None:
    found, _ = walked(STARTED, *[RUNNING] * 6, SUCCESS, data(1, 1, total=1))
    assert [page.wait for page in found] == [3, 6, 15, 30, 30, 30, 30, 0, 0]
    assert all(page.waiting_for for page in found[:7])


@pytest.mark.parametrize("status", [3, 3.0, "3", "Success", "SUCCESS", " success "])
def test_success_as_number_or_word(status: Any) -> None:
    assert ids(walked(STARTED, Reply(200, {"Status": status}), data(5, 1, total=1))[0]) == ["5"]


@pytest.mark.parametrize("status", [1, "Pending", 2, "running"])
def test_a_job_under_way_is_waited_for(status: Any) -> None:
    found, _ = walked(STARTED, Reply(200, {"Status": status}), SUCCESS, data(5, 1, total=1))
    assert found[1].cursor is not None and found[1].wait > 0


@pytest.mark.fault("F30")
@pytest.mark.parametrize("status", [7, "Queued", None, "", 0, [], True, "\u0000<b>"])
def test_an_unknown_state_is_waited_for_and_said(status: Any) -> None:
    found, _ = walked(STARTED, Reply(200, {"Status": status}), SUCCESS, data(5, 1, total=1))
    assert "unrecognized" in found[1].waiting_for and found[1].wait > 0


@pytest.mark.parametrize("status", [4, "Failure"])
def test_a_failed_job_gives_the_vendors_reason(status: Any) -> None:
    reason = "Timeout expired\n\x1b[31m on SQL server." + "x" * 1000
    with pytest.raises(Unavailable, match="job failed: Timeout expired") as caught:
        walked(STARTED, Reply(200, {"Status": status, "StatusDetails": reason}))
    assert len(caught.value.sentence) < 300 and caught.value.sentence.isprintable()


@pytest.mark.fault("F30")
@pytest.mark.parametrize("reply", [RUNNING, Reply(200, {"Status": "Queued"})])
def test_a_job_that_never_ends_has_a_deadline(reply: Reply) -> None:
    with scripted(STARTED, reply, reply, SUCCESS) as script:
        clock = Time()
        adapter = five9s(script, clock=clock)
        cursor = adapter.walk(Scope(), adapter.walk(Scope(), None).cursor).cursor
        clock.now += 30 * 60 + 1
        with pytest.raises(Unavailable, match="30 minutes"):
            adapter.walk(Scope(), cursor)
        late = adapter.walk(Scope(), cursor)
        assert late.cursor is not None and late.cursor["phase"] == "data"


# -- lost jobs --


@pytest.mark.parametrize("lost", [GONE, Reply(400), Reply(410)])
def test_a_lost_job_is_started_again_after_a_pause(lost: Reply) -> None:
    replies = (STARTED, lost, STARTED, SUCCESS, data(1, 200, total=201), lost, STARTED, SUCCESS, data(1, 2, total=2))
    found, _ = walked(*replies)
    assert ids(found)[-2:] == ["1", "2"]
    assert [page.wait for page in found if "restarts" in page.waiting_for] == [30, 30]


@pytest.mark.fault("F30")
def test_a_job_is_started_again_twice_and_no_more() -> None:
    with scripted(*[STARTED, GONE] * 4) as script:
        with pytest.raises(Lost, match="no longer has the job"):
            pages(five9s(script))
        assert methods(script).count("RequestAllInfos") == 3


def test_a_failure_keeps_the_cursor_good() -> None:
    with scripted(STARTED, SUCCESS, data(1, 200, total=201), Reply(503), data(201, 1, total=201)) as script:
        adapter, cursor = five9s(script), None
        for _ in range(3):
            cursor = adapter.walk(Scope(), cursor).cursor
        with pytest.raises(Unavailable):
            adapter.walk(Scope(), cursor)
        page = adapter.walk(Scope(), cursor)
        assert (ids([page]), page.cursor) == (["201"], None)


# -- complete or not at all --


@pytest.mark.fault("F30")
@pytest.mark.parametrize(
    "replies",
    [
        (data(1, 200, total=300), data(0, 0, total=300)),
        (data(1, 200, total=300), data(201, 101, total=300)),
        (data(1, 200, total=400), data(1, 200, total=400)),
        (data(1, 5, total=3),),
        (data(1, 3, total=3, ReturnedCount=5),),
        (data(1, 3, total=3, TotalCount=None),),
        (data(1, 3, total=3, Results=None),),
        (Reply(200, {}),),
        (Reply(200, {"data": {"Results": []}}),),
        (Reply(200, "<html>sign in</html>"),),
        (Reply(200, b'{"Results": [{"Computer_Idn": 1'),),
        (data(1, 3, total=3, Results={}),),
    ],
)
def test_counts_that_do_not_add_up_are_a_bad_answer(replies: tuple[Reply, ...]) -> None:
    with pytest.raises(BadAnswer):
        walked(STARTED, SUCCESS, *replies)


@pytest.mark.parametrize("empty", [{"Results": []}, {"Results": None}, {"Results": [], "ReturnedCount": None, "DevicesNotFound": None}])
def test_an_empty_result_is_complete(empty: dict[str, Any]) -> None:
    assert ids(walked(STARTED, SUCCESS, data(0, 0, total=0, **empty))[0]) == []


@pytest.mark.parametrize("count", [b"NaN", b'"two"', b"null", b"[]", b"2.5"])
@pytest.mark.parametrize("names", [b'["B",NaN,{"a":1},null,1.5,"C\\u0000"]', b"NaN", b"{}"])
def test_a_bad_value_beside_the_list_costs_no_device(count: bytes, names: bytes) -> None:
    body = b'{"ReturnedCount":%s,"TotalCount":1,"Results":[{"Computer_Idn":7}],"DevicesNotFound":%s}' % (count, names)
    found, _ = walked(STARTED, SUCCESS, Reply(200, body))
    assert ids(found) == ["7"] and set(found[-1].absent) <= {"B"}


def test_a_server_with_smaller_pages_is_read_to_its_total() -> None:
    assert len(ids(walked(STARTED, SUCCESS, data(1, 100, total=150), data(101, 50, total=150))[0])) == 150


def test_a_bad_record_costs_only_itself() -> None:
    results = [{"Computer_Idn": 1}, {"DeviceName": "no id"}, "text", {"Computer_Idn": 4}]
    found, _ = walked(STARTED, SUCCESS, data(0, 0, total=4, ReturnedCount=4, Results=results))
    assert ids(found) == ["1", "4"] and len(found[-1].rejects) == 2


@pytest.mark.parametrize(
    "body", [{}, {"JobId": ""}, {"JobId": None}, {"JobId": "00000000-0000-0000-0000-000000000000"}, {"JobId": "../x"}, []]
)
def test_a_start_without_a_job_id_is_a_bad_answer(body: Any) -> None:
    with pytest.raises(BadAnswer, match="start a five"):
        walked(Reply(200, body))


def test_an_address_without_the_api_is_said_in_words() -> None:
    with pytest.raises(Misconfigured, match="no five\\(9\\)s Device API") as caught:
        walked(Reply(404, "<html>"))
    assert "5.1.27" in caught.value.next_step
