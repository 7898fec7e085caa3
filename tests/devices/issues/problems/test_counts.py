"""The counts of problems equal a recount, whatever is written and decided."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import cycle

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.account_status.status import statuses
from devices.accounts.deletion import services as deletion
from devices.audit.context import AuditContext
from devices.issues import decisions
from devices.issues.decisions import IssueDecision
from devices.issues.filters import ALL, PROBLEM_LIST, STANDINGS
from devices.issues.problems import counts
from devices.issues.problems.queries import problem_page
from devices.issues.queries import matching
from devices.models import Account, Issue, Life, Problem, Retirement, Sighting, Standing, User
from devices.reconciliation.summary import summarise
from tests.devices import rows as shown
from tests.devices.alerts import listed
from tests.devices.issues.problems.shown import by_issues, numbers
from vendors.stored_titles import problem_of

pytestmark = pytest.mark.django_db
TITLES = ("1 problem reported", "3 problems reported", "LDMS1: installation failed", "2 critical issues", "1 other issue", "4 issues")
STATES = ("critical", "attention", "unknown")
NUMBER = st.integers(0, 5)
STEP = st.one_of(
    st.tuples(st.just("add"), NUMBER, st.sampled_from(TITLES), st.sampled_from(STATES), st.booleans()),
    st.tuples(st.just("change"), NUMBER, st.sampled_from(TITLES), st.sampled_from(STATES), st.booleans()),
    st.tuples(st.just("remove"), NUMBER),
    st.tuples(st.just("life"), NUMBER, st.sampled_from([Life.SEEN, Life.MISSING, Life.GONE])),
    st.tuples(st.just("retire"), NUMBER),
    st.tuples(st.just("restore"), NUMBER),
    st.tuples(st.just("decide"), NUMBER, st.sampled_from(list(Standing))),
    st.tuples(st.just("reopen"), NUMBER),
)


def recount() -> Counter[tuple[str, str, str, bool]]:
    rows = Issue.objects.filter(sighting__life=Life.SEEN, sighting__device__life__in=[Life.SEEN, Life.MISSING])
    found = rows.exclude(sighting__superseded=True).values_list("sighting__account__name", "title", "state", "silenced")
    return Counter((account, problem_of(title), state, silenced) for account, title, state, silenced in found)


def stored() -> Counter[tuple[str, str, str, bool]]:
    names = dict(Account.objects.values_list("pk", "name"))
    found: Counter[tuple[str, str, str, bool]] = Counter()
    for each in Problem.objects.all():
        found[names[each.account_id], each.title, each.state, False] += each.number
        found[names[each.account_id], each.title, each.state, True] += each.muted
    return +found


class World:
    """Two accounts of one vendor and one of another, with three devices each; two records of one account are the same device."""

    def __init__(self, by: User) -> None:
        accounts = [shown.account("one", "eset"), shown.account("two", "eset"), shown.account("five", "five9s")]
        self.by, self.now = by, timezone.now()
        self.records = [shown.sighting(accounts[number % 3], f"pc-{number}") for number in range(5)]
        self.records.append(shown.sighting(accounts[0], "pc-0", device=self.records[0].device))
        self.made = 0

    def do(self, kind: str, number: int, *rest: object) -> None:
        getattr(self, kind)(self.records[number], *rest)

    def add(self, record: Sighting, title: str, state: str, silenced: bool) -> None:
        self.made += 1
        Issue.objects.create(
            sighting=record, key=f"k{self.made}", title=title, state=state, silenced=silenced,
            first_seen_at=self.now - timedelta(days=self.made),
        )  # fmt: skip
        self._summarise(record)

    def change(self, record: Sighting, title: str, state: str, silenced: bool) -> None:
        Issue.objects.filter(sighting=record).update(title=title, state=state, silenced=silenced)
        self._summarise(record)

    def remove(self, record: Sighting) -> None:
        Issue.objects.filter(sighting=record).delete()
        self._summarise(record)

    def life(self, record: Sighting, life: str) -> None:
        Sighting.objects.filter(pk=record.pk).update(life=life)
        self._summarise(record)

    def retire(self, record: Sighting) -> None:
        Retirement.objects.get_or_create(device=record.device, defaults={"at": self.now, "by_name": "x", "reason": "x"})
        self._summarise(record)

    def restore(self, record: Sighting) -> None:
        Retirement.objects.filter(device=record.device).delete()
        self._summarise(record)

    def decide(self, record: Sighting, standing: Standing) -> None:
        found = [each.handle for each in listed(now=self.now) if each.ref == record.pk]
        until = timezone.localdate(self.now) + timedelta(days=3) if standing == Standing.SNOOZED else None
        if found:
            decisions.decide(found, IssueDecision(standing, until=until, reason="x"), act=self._act())

    def reopen(self, record: Sighting) -> None:
        found = [each.handle for each in listed(now=self.now) if each.ref == record.pk]
        if found:
            decisions.reopen_issues(found, act=self._act())

    def _act(self) -> AuditContext:
        return AuditContext.of(self.by, now=self.now)

    def _summarise(self, record: Sighting) -> None:
        summarise([record.device_id], self.now)


def same_by_both_ways(now: datetime) -> None:
    known = statuses(now)
    narrower = cycle([{}, {"vendor": "eset"}, {"account": "two"}, {"severity": "critical"}, {"kind": "issue", "sort": "-devices"}])
    for standing, filters in zip(STANDINGS, narrower, strict=False):
        listing = PROBLEM_LIST.read({"standing": standing, "size": "250", **filters})
        found = matching(listing.filters, now=now, known=known)
        counted = problem_page(listing, found)
        with by_issues():
            assert problem_page(listing, found) == counted, (standing, filters)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_the_counts_equal_a_recount_and_the_list_is_the_same_by_both_ways(ivan: User, steps: list[tuple[object, ...]]) -> None:
    Account.objects.all().delete()
    Problem.objects.all().delete()
    world = World(ivan)
    for step in steps:
        world.do(*step)  # type: ignore[arg-type]
    assert stored() == recount()
    same_by_both_ways(world.now)
    same_by_both_ways(world.now + timedelta(days=5))  # snoozed issues show again
    counts.tidy()
    assert stored() == recount()
    assert Problem.objects.filter(number=0, muted=0, issues=None).count() == 0


def test_the_counts_of_a_deleted_account_go_with_it(ivan: User) -> None:
    world = World(ivan)
    world.do("add", 0, TITLES[0], "critical", False)
    world.do("add", 1, TITLES[0], "critical", False)
    deletion.request_deletion(Account.objects.get(name="one"), act=AuditContext.of(ivan, now=world.now))
    while deletion.advance(world.records[0].account_id, now=world.now):
        pass
    assert stored() == {("two", "# problems reported", "critical", False): 1}
    assert numbers(standing=ALL, kind="issue") == {"Problems (number only) critical": (1, 1, 0, 0, 0, 0)}


def test_tidy_repairs_what_a_former_version_wrote(ivan: User) -> None:
    world = World(ivan)
    world.do("add", 2, TITLES[2], "critical", False)
    Sighting.objects.filter(pk=world.records[2].pk).update(life=Life.MISSING)  # without a summary
    assert stored() != recount()
    counts.tidy()
    assert stored() == recount() == Counter()
