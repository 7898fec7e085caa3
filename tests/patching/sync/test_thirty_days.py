"""The vendor forgets, we do not: whatever the rhythm of the polls, every attempt that was ever shown is kept, and none twice.

Over real HTTP, with the vendor's clock moved over thirty days; rights come and go, answers are late, walks break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest

from devices.models import Account, JobState
from patching.models import Attempt
from sandbox.clock import stamp
from sandbox.eset.patching import application_uuid
from sandbox.fleet import patch_activity
from sandbox.fleet.patch_activity import PatchAttempt as Tried
from sandbox.server import Simulation
from tests.patching.runs import Hand
from tests.patching.tallies import assert_tallies_are_true, last_on_their_devices
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db

DAY, HOUR = 86400, 3600
Seen = dict[tuple[int, int], Tried]


def told(sim: Simulation) -> list[Tried]:
    """All that ESET knows per device."""
    now = sim.fleet.now()
    return list(patch_activity.attempts(sim.fleet, since=now - patch_activity.HISTORY, until=now))


def key(each: Tried) -> tuple[int, int]:
    return each.position, each.start


def shown(sim: Simulation, source: Source) -> Seen:
    """The truth behind what a list shows now."""
    found = patch_activity.recent(sim.fleet) if source is Source.RECENT else told(sim)
    return {key(each): each for each in found}


def kinds(attempts: Iterable[Tried]) -> Counter[tuple[str, ...]]:
    return Counter((title(each), patch_activity.version(each.product, each.week)[1], stamp(each.start), each.word) for each in attempts)


def kept(account: Account) -> Counter[tuple[str, ...]]:
    columns = Attempt.objects.filter(account=account).values_list("title__key", "after", "started_at", "raw")
    return Counter((key, after, f"{at:%Y-%m-%dT%H:%M:%SZ}", raw.partition("PATCHING_STATUS_")[2]) for key, after, at, raw in columns)


def title(tried: Tried) -> str:
    """What Rollcall makes the key of it."""
    system = "system:1" if tried.product.kind == "system" else ""
    return system or (f"package:{tried.product.reference}" if tried.product.reference else application_uuid(tried.product))


class Watch:
    """What must be kept by now, and what may be: the vendor goes on while its pages are read."""

    def __init__(self, hand: Hand, account: Account) -> None:
        self.hand, self.account = hand, account
        self.must, self.may = Seen(), Seen()

    def poll(self, source: Source) -> None:
        before = shown(self.hand.sim, source)
        run = self.hand.poll(self.account, source)
        if run.state == JobState.DONE:
            since = int(run.since.timestamp()) if run.since else 0
            self.must |= {name: each for name, each in before.items() if each.start >= since}
        self.may |= before | shown(self.hand.sim, source)

    def check(self) -> None:
        held = kept(self.account)
        assert kinds(self.must.values()) - held == {}, "lost"
        assert held - kinds(self.may.values()) == {}, "counted twice"
        assert set(Attempt.objects.filter(last=True).values_list("pk", flat=True)) == last_on_their_devices()


FAULTS = ["eset:202=1", "eset:503@1x1", "eset:429@1x1", "eset:cut-json@1x3", "eset:503@1x9", "eset:401@1x1", "eset:duplicate-rows~process-"]


@pytest.mark.parametrize("seed", range(4))
def test_every_attempt_that_was_ever_shown_is_kept_once(eset: Account, hand: Hand, sim: Simulation, seed: int) -> None:
    dice, watch, sim.fleet.seed = Random(seed), Watch(hand, eset), seed
    both = [Source.RECENT, Source.ATTEMPTS]
    rights = [[Source.RECENT], [Source.ATTEMPTS], both, both][seed % 4]
    ends = sim.fleet.now() + 30 * DAY
    while sim.fleet.now() < ends:
        if seed % 4 == 3 and dice.random() < 0.1:  # somebody gives or takes the right to see devices
            rights = [Source.RECENT] if rights == both else both
        sim.options.eset_patching_rights = ",".join(rights)
        sim.clear_faults()
        for fault in dice.sample(FAULTS, k=dice.choice((0, 0, 1))):
            sim.fault(fault if "~" in fault else f"{fault}~/patch-management/")
        for source in dice.sample(both, k=dice.choice((1, 2, 2))):
            watch.poll(source)
        watch.check()
        hand.go(dice.choice((HOUR, 7 * HOUR, DAY, 2.5 * DAY)))
    sim.clear_faults()
    for source in rights:
        watch.poll(source)
    watch.check()
    assert len(watch.must) > 100
    assert kept(eset).total() > len(shown(sim, rights[-1])), "the vendor has forgotten some of them"
    assert_tallies_are_true()


@pytest.mark.parametrize("source", [Source.RECENT, Source.ATTEMPTS])
def test_a_poll_within_what_the_vendor_remembers_loses_nothing(eset: Account, hand: Hand, sim: Simulation, source: Source) -> None:
    """The strong form: compared with all that was ever tried, not with what was shown."""
    began = sim.fleet.now()
    seen = shown(sim, source)
    while sim.fleet.now() < began + 30 * DAY:
        assert hand.poll(eset, source).state == JobState.DONE
        hand.go(2.9 * DAY)
    hand.poll(eset, source)
    tried = patch_activity.attempts(sim.fleet, since=began - patch_activity.LATEST, until=sim.fleet.now())
    applications = source is Source.RECENT
    seen.update({key(each): each for each in tried if each.told > began and (each.product.kind == "application" or not applications)})
    assert kept(eset) == kinds(seen.values())


def test_devices_are_named_as_soon_as_the_credential_may_see_them(eset: Account, hand: Hand, sim: Simulation) -> None:
    sim.options.eset_patching_rights = "recent"
    for _ in range(5):
        hand.poll(eset, Source.RECENT)
        hand.go(2 * DAY)
    nameless = Attempt.objects.filter(device_ref="").count()
    sim.options.eset_patching_rights = "recent,attempts"
    run = hand.poll(eset, Source.ATTEMPTS)
    assert (run.changed, Attempt.objects.filter(device_ref="").count()) == (nameless, 0) and nameless
    assert Attempt.objects.count() == len(told(sim))
    for row in Attempt.objects.all():
        assert row.run_id == run.pk
