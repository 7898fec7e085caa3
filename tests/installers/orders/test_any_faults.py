"""Any faults in any order: never two of one click, and an end that is true."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.models import Account, Health
from installers.models import Standing
from sandbox.server import Simulation
from tests.installers.orders_followed import Hand, account, created, order

pytestmark = pytest.mark.django_db
KINDS = (
    *("400", "401", "403", "404", "429=1", "500", "502-html", "503", "504", "after=500", "after=504", "late=4", "late=90", "late=650"),
    *("reset", "no-answer", "cut-json", "cut-close", "html200", "empty", "object", "null", "redirect", "two-lengths"),
    *("202=0", "202=2", "202-404=1", "202-504=0", "202-expired=0", "202-missing-header", "bad-response-id"),
)
PLACES = ("~/v1/installers", "~/oauth/token", "")
FAULTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 6), st.integers(1, 3), st.sampled_from(PLACES)), min_size=1, max_size=5)
numbers = count()


@pytest.mark.fault("F34")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(faults=FAULTS)
def test_never_two_of_one_click_and_the_end_is_true(sim: Simulation, hand: Hand, faults: list[tuple[str, int, int, str]]) -> None:
    sim.clear_faults()
    at = account(sim, name=f"eset-{next(numbers)}")
    for kind, nth, times, place in faults:
        sim.fault(f"eset:{kind}@{nth}x{times}{place}")
    before = created(sim)
    ended = hand.follow(order(at))
    made = created(sim) - before
    assert made <= 1
    if ended.standing == Standing.READY:
        assert made == 1 and ended.external_id in sim.eset.installers.tally()["uuids"]
    elif ended.standing == Standing.FAILED:
        assert made == 0 and ended.error
    else:
        assert ended.needs_person and ended.error and ended.error_next_step
        sim.clear_faults()
        Account.objects.update(health=Health.OK)  # a person entered the credentials again
        hand.go(800)
        hand.take_stock(at)
        ended.refresh_from_db()
        assert ended.standing == (Standing.READY if made else Standing.FAILED)
