"""F34 with the engine in this process: whatever goes wrong with an order, the vendor makes at most one, and nobody stays in doubt."""

from __future__ import annotations

from datetime import datetime

import pytest

from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.jobs import engine as jobs
from devices.models import JobState
from installers.models import Installer, Standing
from installers.orders import services
from installers.orders.job import InstallerHandler, InstallerStep
from sandbox.server import Simulation
from tests.devices.runs import account_at
from tests.faults.report import Measured
from tests.installers.interruptions import CONNECT, LIST, Between, Killed, die
from tests.installers.interruptions import MAKE as MAKING
from tests.installers.orders_followed import WISH, Hand, account, created, order
from vendors.texts import Message

pytestmark = pytest.mark.django_db
MAKE = "~/v1/installers"
TOKEN = "~/oauth/token"
READY, FAILED, AMBIGUOUS = Standing.READY, Standing.FAILED, Standing.AMBIGUOUS
# fault -> what becomes of it, and whether there was doubt
MATRIX = [
    ("eset:stall=2@1" + MAKE, FAILED, True),
    ("eset:slow=2@1" + MAKE, READY, True),
    ("eset:late=3@1" + MAKE, READY, True),
    ("eset:late=25@1" + MAKE, READY, True),
    ("eset:late=110@1" + MAKE, READY, True),
    ("eset:late=700@1" + MAKE, READY, True),
    ("eset:500@1" + MAKE, FAILED, True),
    ("eset:after=500@1" + MAKE, READY, True),
    ("eset:502-html@1" + MAKE, FAILED, True),
    ("eset:after=502@1" + MAKE, READY, True),
    ("eset:after=503@1" + MAKE, READY, True),
    ("eset:504@1" + MAKE, FAILED, True),
    ("eset:reset@1" + MAKE, READY, True),
    ("eset:no-answer@1" + MAKE, READY, True),
    ("eset:cut-json@1" + MAKE, READY, True),
    ("eset:cut-close@1" + MAKE, READY, True),
    ("eset:html200@1" + MAKE, FAILED, True),
    ("eset:empty@1" + MAKE, FAILED, True),
    ("eset:object@1" + MAKE, FAILED, True),
    ("eset:redirect@1" + MAKE, FAILED, True),
    ("eset:202=0@1" + MAKE, READY, False),
    ("eset:202=3@1" + MAKE, READY, False),
    ("eset:202-forever@1" + MAKE, READY, True),
    ("eset:202-504=1@1" + MAKE, READY, True),
    ("eset:202-404=1@1" + MAKE, READY, True),
    ("eset:202-expired@1" + MAKE, FAILED, True),
    ("eset:202-missing-header@1" + MAKE, READY, True),
    ("eset:bad-response-id@1" + MAKE, FAILED, True),
    ("eset:401@1" + MAKE, READY, False),
    ("eset:401@1x2" + MAKE, FAILED, False),
    ("eset:400@1" + MAKE, READY, False),
    ("eset:400@1x2" + MAKE, FAILED, False),
    ("eset:403@1" + MAKE, FAILED, False),
    ("eset:429=2@1x3" + MAKE, READY, False),
    ("eset:401@1" + TOKEN, FAILED, False),
    ("eset:500@1x2" + TOKEN, READY, False),
    ("eset:500" + TOKEN, FAILED, False),
    ("eset:reset@1" + TOKEN, READY, False),
    ("eset:202=2@1" + TOKEN, READY, False),
]


def posts(sim: Simulation) -> int:
    return len([call for call in sim.calls(path="/v1/installers") if call.method == "POST"])


@pytest.mark.fault("F34")
@pytest.mark.parametrize("case", MATRIX, ids=[fault for fault, _, _ in MATRIX])
def test_one_click_makes_at_most_one_and_ends_decided(
    sim: Simulation, hand: Hand, case: tuple[str, Standing, bool], measured: Measured
) -> None:
    fault, end, doubt = case
    sim.fault(fault)
    installer, began = order(account(sim)), hand.now
    standings = []
    while installer.active:
        installer = hand.step(installer)
        standings.append(installer.standing)
        hand.go(max(0.0, (installer.next_step_at - hand.now).total_seconds()) + 0.001 if installer.active else 0.0)
    assert installer.standing == end, (installer.error, installer.remark, standings)
    assert (AMBIGUOUS in standings) is doubt
    assert created(sim) == (1 if end == READY else 0)
    assert len(sim.eset.installers.tally()["uuids"]) == created(sim)
    settled = 780 + 630 if "202-forever" in fault else 790  # a prepared answer is polled for ten minutes first
    assert (hand.now - began).total_seconds() <= settled
    if doubt:
        in_doubt = (hand.now - (installer.ambiguous_since or began)).total_seconds()
        measured("longest doubt about an order", in_doubt / 60, at_most=13.2, unit="min")
    measured("installers made of one order", created(sim), at_most=1, unit="installers")
    assert bool(installer.link) is (end == READY) and (installer.state == JobState.DONE) is (end == READY)
    if doubt and end == FAILED:
        assert installer.error_code == "not_made" and "create it again" in installer.error_next_step.lower()


@pytest.mark.parametrize("look", [1, 2, 3, 4])
@pytest.mark.parametrize("fault", ["503", "reset", "html200", "429=3", "object", "slow=2"])
def test_a_list_that_fails_while_looking_is_asked_again(sim: Simulation, hand: Hand, fault: str, look: int) -> None:
    sim.fault(f"eset:late=20@1{MAKE}")
    sim.fault(f"eset:{fault}@{look}x2{MAKE}", after=look)
    installer = hand.follow(order(account(sim)))
    assert (installer.standing, created(sim)) == (READY, 1)


MOMENTS = {
    "before the order": Between(before=die(CONNECT)),
    "announced": Between(before=die(MAKING)),
    "made, and not yet written down": Between(after=die(MAKING)),
    "while the answer is prepared": Between(after=die(MAKING)),
    "before it looks": Between(before=die(LIST)),
    "while it looks": Between(after=die(LIST)),
}


@pytest.mark.fault("F34")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_killed_at_any_moment_leaves_at_most_one(sim: Simulation, hand: Hand, moment: str) -> None:
    installer = order(account(sim))
    if "prepared" in moment:
        sim.fault(f"eset:202=2@1{MAKE}")
        installer = hand.step(installer)
    if "looks" in moment:
        sim.fault(f"eset:after=500@1{MAKE}")
        installer = hand.step(installer)
    with pytest.raises(Killed):
        hand.step(installer, line=MOMENTS[moment])
    hand.go(46)
    ended = hand.follow(installer)
    assert ended.standing == (FAILED if moment == "announced" else READY)
    assert created(sim) == (0 if moment == "announced" else 1)


def test_a_defect_of_ours_after_sending_is_doubt_and_not_failure(sim: Simulation, hand: Hand) -> None:
    installer = order(account(sim))
    hand.go(1)

    class Defective(InstallerHandler):
        def keep(self, installer: Installer, step: InstallerStep, now: datetime) -> None:
            if step.made is not None:
                raise KeyError("link")
            super().keep(installer, step, now)

    jobs.Engine(Defective(clock=hand), clock=hand).advance(installer.pk)
    installer.refresh_from_db()
    assert (installer.standing, created(sim)) == (Standing.AMBIGUOUS, 1) and "Internal error" in installer.remark
    assert hand.follow(installer).standing == READY and created(sim) == 1


def test_the_state_is_creating_before_the_first_byte_leaves(sim: Simulation, hand: Hand) -> None:
    installer = order(account(sim))
    seen: list[str] = []
    line = Between(before=lambda _call: seen.extend(Installer.objects.filter(pk=installer.pk).values_list("standing", flat=True)))
    assert hand.step(installer, line=line).standing == READY and seen == [Standing.REQUESTED, Standing.CREATING]


@pytest.mark.fault("F34")
def test_two_workers_woken_for_one_order_send_it_once(sim: Simulation, hand: Hand) -> None:
    installer = order(account(sim))

    def meanwhile(call: str) -> None:
        if call == MAKING:
            hand.step(installer)

    line = Between(before=meanwhile)
    assert hand.step(installer, line=line).standing == READY and (posts(sim), created(sim)) == (1, 1)


def test_two_at_the_vendor_are_told_and_the_older_is_adopted(sim: Simulation, hand: Hand) -> None:
    sim.fault(f"eset:after=500@1{MAKE}")
    installer = hand.step(order(account(sim)))
    host = sim.url.removeprefix("http://")
    other = sim.eset.installers.make(installer.name, host=host, late=1.0)
    ended = hand.follow(installer)
    uuids = sim.eset.installers.tally()["uuids"]
    assert ended.standing == READY and ended.external_id == uuids[0] != other
    assert "lists 2 installers" in ended.remark and other in ended.remark


def test_where_listing_is_refused_a_person_decides_with_both_facts(sim: Simulation, hand: Hand) -> None:
    sim.options.eset_installer_rights = "create,get"
    sim.fault(f"eset:after=500@1{MAKE}")
    installer = hand.follow(order(account(sim)))
    assert (installer.standing, installer.needs_person) == (AMBIGUOUS, True)
    assert "create an installer" in installer.error and "list installers" in installer.error
    assert "mark it as created" in installer.error_next_step
    with pytest.raises(ActionRefused, match="ID of the installer"):
        services.confirm_creation(installer, made=True, act=AuditContext(hand.now))
    uuid = sim.eset.installers.tally()["uuids"][0]
    services.confirm_creation(installer, made=True, external_id=uuid, act=AuditContext(hand.now))
    ended = hand.follow(installer)
    assert (ended.standing, ended.external_id, bool(ended.link), created(sim)) == (READY, uuid, True, 1)


def test_a_person_may_say_that_it_was_not_made(sim: Simulation, hand: Hand) -> None:
    sim.options.eset_installer_rights = "create"
    sim.fault(f"eset:500@1{MAKE}")
    installer = hand.follow(order(account(sim)))
    ended = services.confirm_creation(installer, made=False, act=AuditContext(hand.now))
    assert ended.standing == FAILED and "Marked as not created" in ended.error and "create an installer" in ended.remark
    stored = Installer.objects.get(pk=ended.pk)
    assert isinstance(stored.error, Message) and isinstance(stored.remark, Message)  # with their parameters, so they can be translated
    with pytest.raises(ActionRefused, match="needs no decision"):
        services.confirm_creation(installer, made=False, act=AuditContext(hand.now))


def test_a_vendor_that_cannot_be_reached_was_asked_nothing(sim: Simulation, hand: Hand) -> None:
    ended = hand.follow(order(account_at("http://127.0.0.1:9", "eset")))
    assert (ended.standing, ended.error_code, ended.ambiguous_since) == (FAILED, "unavailable", None)


def test_looking_again_after_the_right_was_granted_finds_it(sim: Simulation, hand: Hand) -> None:
    sim.options.eset_installer_rights = "create,get"
    sim.fault(f"eset:after=502@1{MAKE}")
    installer = hand.follow(order(account(sim), WISH))
    sim.options.eset_installer_rights = "create,list,get"
    services.look_again(installer, act=AuditContext(hand.now))
    assert hand.follow(installer).standing == READY and created(sim) == 1
