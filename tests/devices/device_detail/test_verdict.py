from __future__ import annotations

from devices.device_detail.verdict import SourceState, judge
from vendors.states import State


def test_the_worst_fresh_answer_is_the_verdict_and_everybody_is_named() -> None:
    verdict = judge(
        [SourceState("ESET", State.OK), SourceState("OPSWAT", State.CRITICAL, problems=2), SourceState("five(9)s", State.ATTENTION)]
    )
    assert verdict.state is State.CRITICAL
    assert verdict.headline == "Critical"
    assert verdict.reasons == "OPSWAT reports critical (2 issues), five(9)s reports warnings, ESET reports OK"
    assert verdict.left_out == ()


def test_a_device_that_its_vendor_calls_fine_in_spite_of_open_problems_is_not_fine_without_more() -> None:
    verdict = judge([SourceState("five(9)s", State.OK, problems=2), SourceState("ESET", State.OK)])
    assert (verdict.state, verdict.headline) == (State.OK, "OK, with open issues")
    assert verdict.reasons == "five(9)s reports no action needed (2 open issues), ESET reports OK"
    stale = judge([SourceState("five(9)s", State.OK, problems=1, stale=True), SourceState("ESET", State.OK)])
    assert (stale.headline, stale.reasons) == ("OK", "ESET reports OK")


def test_a_stale_answer_is_not_counted_and_the_words_say_so() -> None:
    verdict = judge([SourceState("ESET", State.OK), SourceState("OPSWAT", State.CRITICAL, stale=True, stale_after="1 day")])
    assert verdict.state is State.OK
    assert verdict.left_out == ("Excluded: OPSWAT (no check-in for more than 1 day)",)


def test_what_is_left_out_for_one_reason_is_one_sentence() -> None:
    missing = [SourceState("OPSWAT", State.OK, present=False), SourceState("five(9)s", State.OK, present=False)]
    verdict = judge([SourceState("ESET", State.OK), *missing])
    assert verdict.left_out == ("Excluded: OPSWAT and five(9)s (not in the last full sync)",)


def test_unknown_is_never_healthy() -> None:
    verdict = judge([SourceState("ESET", State.UNKNOWN, raw="WIBBLE")])
    assert verdict.state is State.UNKNOWN
    assert verdict.headline == "Unknown"
    assert verdict.reasons == "ESET reports the unrecognized status “WIBBLE”"


def test_nothing_fresh_is_unknown_not_fine() -> None:
    assert judge([]).state is State.UNKNOWN
    assert judge([SourceState("ESET", State.OK, stale=True)]).reasons == "no vendor has recent data"
    assert judge([SourceState("ESET", State.OK, present=False)]).reasons == "not in the last full syncs"
    assert judge([SourceState("ESET", State.OK, present=False, gone=True)]).reasons == "no vendor reports it anymore"


def test_silenced_counts_and_is_said() -> None:
    verdict = judge([SourceState("ESET", State.ATTENTION, problems=1, silenced=True)])
    assert verdict.state is State.ATTENTION
    assert "1 issue, muted by vendor" in verdict.reasons
