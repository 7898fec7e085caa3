"""ESET's walks: page tokens, atomic batches, names; and the settings of an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.credentials import account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.vendors.scripted_server import Reply, Script, connection, pages, scripted
from vendors.base import DevicePage, Scope
from vendors.errors import BadAnswer, Lost, Misconfigured, Unsupported
from vendors.eset.adapter import Eset

TOKEN = Reply(200, {"access_token": "t"})
GROUPS = Reply(200, {"deviceGroups": []})


def eset(script: Script) -> Eset:
    settings = {"region": "eu", "url": script.url + "/{region}.{service}", "username": "api"}
    return Eset(connection(settings, {"password": "canary"}))


def listing(*uuids: str, following: str | None = "") -> Reply:
    body: dict[str, Any] = {"devices": [{"uuid": uuid, "displayName": uuid.upper()} for uuid in uuids]}
    return Reply(200, body if following is None else body | {"nextPageToken": following})


def ids(found: list[DevicePage]) -> list[str]:
    return [entry.external_id for page in found for entry in page.entries]


def absent(found: list[DevicePage]) -> list[str]:
    return [name for page in found for name in page.absent]


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulation]:
    with running(devices=400, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


def simulated(sim: Simulation) -> Eset:
    settings, secrets = account_settings(sim.url)["eset"]
    return Eset(connection(settings, secrets))


# -- everything --


@pytest.mark.parametrize("end", ["", None])
def test_the_last_page_is_the_one_without_a_next_token(end: str | None) -> None:
    with scripted(TOKEN, GROUPS, listing("a", following="n/+="), listing("b", following=end)) as script:
        assert ids(pages(eset(script))) == ["a", "b"]
        assert script.asked[-1].query == {"pageSize": "1000", "pageToken": "n/+="}


def test_groups_are_named_before_the_devices() -> None:
    first = Reply(200, {"deviceGroups": [{"uuid": "g1", "displayName": "All", "isSecurityGroup": True}], "nextPageToken": "2"})
    second = Reply(200, {"deviceGroups": [{"uuid": "g2", "displayName": "Hamburg", "parentGroupUuid": "g1"}]})
    with scripted(TOKEN, first, second, listing("a")) as script:
        found = pages(eset(script))
    assert [[group.name for group in page.groups] for page in found] == [["All"], ["Hamburg"], []]


def test_an_empty_list_is_an_answer_and_no_list_is_none() -> None:
    with scripted(TOKEN, GROUPS, listing()) as script:
        assert ids(pages(eset(script))) == []
    bodies: list[dict[str, Any]] = [{}, {"data": {"devices": []}}, {"code": 13, "message": "internal"}]
    for body in bodies:
        with scripted(TOKEN, GROUPS, Reply(200, body)) as script, pytest.raises(BadAnswer, match="no list of devices"):
            pages(eset(script))


def test_a_page_without_a_list_may_end_a_walk() -> None:
    with scripted(TOKEN, GROUPS, listing("a", following="2"), Reply(200, {})) as script:
        assert ids(pages(eset(script))) == ["a"]


@pytest.mark.parametrize("token", ["same", "x" * 2001])
def test_pages_that_never_end_are_a_bad_answer(token: str) -> None:
    replies = (TOKEN, GROUPS, listing("a", following="same"), listing("b", following=token))
    with scripted(*replies) as script, pytest.raises(BadAnswer, match="never end"):
        pages(eset(script))


@pytest.mark.parametrize("token", [b"NaN", rb'"a\u0000b"', rb'"\ud800"', b'"\xff"', b"1e999", b"[" * 3000 + b"]" * 3000, b"undefined"])
def test_a_page_token_that_cannot_be_read_never_ends_the_list(token: bytes) -> None:
    body = b'{"devices":[{"uuid":"a"}],"nextPageToken":%s}' % token
    with scripted(TOKEN, listing_of_groups(), Reply(200, body)) as script, pytest.raises(BadAnswer):
        pages(eset(script))


def listing_of_groups() -> Reply:
    return Reply(200, {"deviceGroups": []})


@pytest.mark.parametrize("status", [400, 404])
def test_a_page_token_that_eset_forgot_loses_the_walk(status: int) -> None:
    replies = (TOKEN, GROUPS, listing("a", following="2"), Reply(status), TOKEN, Reply(status))
    with scripted(*replies) as script, pytest.raises(Lost, match="next page"):
        pages(eset(script))


def test_a_position_of_another_version_is_lost() -> None:
    with scripted(TOKEN) as script, pytest.raises(Lost):
        eset(script).walk(Scope(), {"phase": "of the future"})


@pytest.mark.parametrize(
    "variant",
    [
        "nul", "surrogate", "huge-integer", "big-integer", "negative", "float", "infinite", "long-string", "bad-date", "text-date",
        "old-date", "missing-id", "null-id", "empty-id", "wild-id", "long-id", "array", "null", "string", "empty", "nulls", "number-name",
        "object-name", "unknown-enum", "empty-enum", "number-enum", "unknown-field", "twice-key",
    ],
)  # fmt: skip
def test_one_poisoned_record_costs_only_itself(variant: str) -> None:
    with running(devices=20, frozen=True) as sim:
        right = {entry.external_id: entry.read() for page in pages(simulated(sim)) for entry in page.entries}
        poison = sim.fault(f"eset:poison={variant}:5~/v1/devices")
        found = pages(simulated(sim))
    assert poison.struck
    read = {}
    for entry in (entry for page in found for entry in page.entries):
        read[entry.external_id] = entry.read()
    assert sum(1 for name, device in right.items() if read.get(name) != device) <= 1
    assert sum(len(page.entries) + len(page.rejects) for page in found) == len(right)


def test_groups_that_may_not_be_read_stop_the_walk() -> None:
    with scripted(TOKEN, Reply(403)) as script, pytest.raises(Misconfigured, match="access was denied"):
        pages(eset(script))


# -- named --


def test_one_stale_id_costs_only_itself(sim: Simulation) -> None:
    known = list(sim.fleet.ids("eset"))[:250]
    asked = (*known[:137], "stale", *known[137:], "gone too", known[0], "x" * 101, "")
    already = len(sim.calls(path="batchGet"))
    found = pages(simulated(sim), Scope(ids=asked))
    assert ids(found) == known
    assert absent(found) == ["stale", "gone too", "x" * 101, ""]
    assert len(sim.calls(path="batchGet")) - already <= 3 + 2 * 2 * 7


def test_ids_are_asked_for_by_the_hundred(sim: Simulation) -> None:
    known = list(sim.fleet.ids("eset"))[:201]
    already = len(sim.calls(path="batchGet"))
    found = pages(simulated(sim), Scope(ids=tuple(known)))
    assert [len(page.entries) for page in found] == [100, 100, 1] and absent(found) == []
    assert len(sim.calls(path="batchGet")) - already == 3


def test_a_walk_of_only_unusable_ids_asks_nothing() -> None:
    with scripted() as script:
        assert absent(pages(eset(script), Scope(ids=("", "x" * 200)))) == ["", "x" * 200]
        assert script.asked == []


def test_an_id_is_one_parameter_however_odd() -> None:
    odd = "../%2e%2e/ {x}'\"?#&,\U0001f600"
    with scripted(TOKEN, listing(odd)) as script:
        assert ids(pages(eset(script), Scope(ids=(odd,)))) == [odd]
        assert script.asked[1].path == "/eu.device-management/v1/devices:batchGet"
        assert script.asked[1].query == {"devicesUuids": odd}


def test_a_batch_that_is_not_whole_is_split() -> None:
    with scripted(TOKEN, listing("a"), listing("a"), listing()) as script:
        found = pages(eset(script), Scope(ids=("a", "b")))
    assert (ids(found), absent(found)) == (["a"], ["b"])


def test_a_batch_with_other_devices_is_a_bad_answer() -> None:
    with scripted(TOKEN, listing("a", "c")) as script, pytest.raises(BadAnswer, match="not requested"):
        pages(eset(script), Scope(ids=("a", "b")))


def test_400_about_an_id_signs_in_again_only_once() -> None:
    replies = [TOKEN, Reply(400), TOKEN, Reply(400), Reply(400), listing("b")]
    with scripted(*replies) as script:
        found = pages(eset(script), Scope(ids=("bad", "b")))
        assert sum(1 for asked in script.asked if asked.method == "POST") == 2
    assert (ids(found), absent(found)) == (["b"], ["bad"])


def test_hostnames_are_asked_for_as_display_names(sim: Simulation) -> None:
    every = [entry for page in pages(simulated(sim)) for entry in page.entries]
    names = [entry.read().name for entry in every[:45]]
    found = pages(simulated(sim), Scope(hostnames=(*names[:30], "nobody", *names[30:])))
    assert {entry.external_id for entry in every[:45]} <= set(ids(found))
    assert absent(found) == ["nobody"]
    assert sum(1 for page in found) == 3


def test_names_that_nobody_has_may_be_answered_without_a_list() -> None:
    with scripted(TOKEN, Reply(200, {})) as script:
        assert absent(pages(eset(script), Scope(hostnames=("a", "b")))) == ["a", "b"]


def test_a_name_found_on_an_earlier_page_is_not_absent() -> None:
    with scripted(TOKEN, listing("a", following="2"), listing("b")) as script:
        found = pages(eset(script), Scope(hostnames=("A", "B", "C")))
    assert (ids(found), absent(found)) == (["a", "b"], ["C"])


def test_ids_and_names_may_be_asked_for_together() -> None:
    with scripted(TOKEN, listing("a"), listing("b")) as script:
        assert ids(pages(eset(script), Scope(ids=("a",), hostnames=("B",)))) == ["a", "b"]


def test_serials_cannot_be_asked_for() -> None:
    with scripted() as script, pytest.raises(Unsupported, match="serial"):
        eset(script).walk(Scope(serials=("B0ZJ7S3",)), None)
