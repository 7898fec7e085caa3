"""Installers: ordered, interrupted, found again, shared, redeemed, revoked and expired, at a simulated vendor that fails in between."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from devices.accounts.services import switch_account
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.jobs.engine import Engine
from devices.models import Account, Health, JobState, User
from devices.models.job import ACTIVE
from devices.web.roles import ADMINISTRATOR
from installers.handouts import services as handouts
from installers.handouts.short_links import LinkUnavailable, redeem
from installers.models import Handout, Installer, Standing
from installers.orders import services
from installers.orders.job import InstallerHandler
from installers.orders.requests import InstallerRequest, RequestConflict
from installers.register.sync import expire
from sandbox.wire import Request
from tests.fuzz.machines.base import VendorMachine, one_of
from tests.installers.interruptions import CONNECT, LIST, MAKE, Between, Killed, die, nothing
from tests.installers.orders_followed import Hand, account

FAULTS = ("400", "401", "403", "404", "429=1", "500", "503", "504", "after=500", "after=504", "late=90", "reset", "cut-json", "html200", "empty", "202=2",
          "202-404=1", "202-504=0", "202-expired=0", "bad-response-id")  # fmt: skip
PLACES = ("~/v1/installers", "~/v1/installers", "~/oauth/token", "")
DYING = st.sampled_from((nothing, nothing, nothing, *(die(at) for at in (CONNECT, MAKE, LIST))))
MOSTLY = 3
DAY = 86_400.0
SECONDS = (1.0, 30.0, 700.0, DAY, 40 * DAY, 200 * DAY)


@dataclass(slots=True)
class Shared:
    """A short link as it was made: when it ends, how often it may still be used, and whether a user ended it."""

    installer: int
    handout: int
    token: str
    ends: datetime
    left: int | None
    off: bool = False


class InstallerMachine(VendorMachine):
    """At most one creation at the vendor for each order, and a short link works exactly while it is valid."""

    def __init__(self) -> None:
        super().__init__()
        self.hand = Hand(self.sim)
        self.giver = User.objects.create(username=f"giver-{uuid.uuid4()}")
        self.giver.groups.add(Group.objects.get(name=ADMINISTRATOR))
        self.account = account(self.sim, name=f"eset-{uuid.uuid4().hex[:8]}")
        self.keys: dict[uuid.UUID, int] = {}
        self.shared: list[Shared] = []
        self.order(again=MOSTLY, purpose="Reception")
        self.hand.follow(Installer.objects.get(account=self.account))
        self.share(number=0, days=30, uses=2)
        self.order(again=MOSTLY, purpose="Server")

    # -- orders -------------------------------------------------------------------------------------------------------

    @rule(again=st.integers(0, 5), purpose=st.sampled_from(("Reception", "Server")))
    def order(self, again: int, purpose: str) -> None:
        """A new form, or one that was sent before."""
        key = one_of(list(self.keys), again) if again < MOSTLY else None
        key = key or services.new_key()
        try:
            made = services.order(
                self._stored(), key=key, wish=InstallerRequest(purpose=purpose, family="windows", language="de-de"), act=self._act()
            )
        except RequestConflict:
            assert key in self.keys
        except ActionRefused:
            assert not self._stored().enabled
        else:
            assert self.keys.setdefault(key, made.pk) == made.pk, "one form made two orders"

    @rule(number=st.integers(0, 9), turns=st.lists(st.tuples(DYING, DYING), min_size=1, max_size=4))
    def work(self, number: int, turns: list[tuple[Callable[[str], None], Callable[[str], None]]]) -> None:
        """Workers go on with an order, one after the other, and may die at the vendor."""
        chosen = one_of(list(Installer.objects.filter(account=self.account, state__in=ACTIVE).order_by("pk")), number)
        for before, after in turns:
            if chosen is None or not chosen.active:
                return
            self.hand.go(
                max(0.0, (max(chosen.next_step_at, chosen.lease_until or chosen.next_step_at) - self.hand.now).total_seconds()) + 0.001
            )
            handler = InstallerHandler(clock=self.hand, line=Between(before=before, after=after))
            with suppress(Killed):
                Engine(handler, clock=self.hand, roll=lambda: 0.5).advance(chosen.pk)
            handler.close()
            chosen.refresh_from_db()

    @rule(kind=st.sampled_from(FAULTS), nth=st.integers(1, 3), times=st.integers(1, 2), place=st.sampled_from(PLACES))
    def fail_next(self, kind: str, nth: int, times: int, place: str) -> None:
        self.sim.fault(f"eset:{kind}@{nth}x{times}{place}")

    @rule()
    def recover(self) -> None:
        """The vendor is well again, and a user entered the credentials."""
        self.sim.clear_faults()
        Account.objects.filter(pk=self.account.pk).update(health=Health.OK)

    @rule(enabled=st.booleans())
    def switch(self, enabled: bool) -> None:
        switch_account(self._stored(), enabled=enabled, act=self._act())

    @rule()
    def compare(self) -> None:
        """The hourly sync of installers."""
        if self._stored().enabled:
            self.hand.take_stock(self._stored())

    @rule(number=st.integers(0, 9), made=st.booleans())
    def decide(self, number: int, made: bool) -> None:
        chosen = self._one(number)
        if chosen is not None:
            try:
                if made:
                    services.look_again(chosen, act=self._act())
                else:
                    services.confirm_creation(chosen, made=False, act=self._act())
            except ActionRefused:
                assert not chosen.needs_person

    @rule(number=st.integers(0, 9))
    def revoke(self, number: int) -> None:
        chosen = self._one(number)
        if chosen is not None:
            try:
                services.revoke(chosen, act=self._act())
            except ActionRefused:
                assert chosen.standing not in (Standing.READY, Standing.EXPIRED) or not self._stored().enabled

    @rule(number=st.integers(0, 9))
    def delete_at_vendor(self, number: int) -> None:
        chosen = self._one(number)
        if chosen is not None and chosen.external_id in self.sim.eset.installers.tally()["uuids"]:
            self.sim.eset.installers.handle(Request("DELETE", "", {}, b""), f"/v1/installers/{chosen.external_id}")

    @rule(seconds=st.sampled_from(SECONDS))
    def pass_time(self, seconds: float) -> None:
        self.hand.go(seconds)
        expire(self.hand.now)

    # -- links --------------------------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 9), days=st.sampled_from((1, 30, 366)), uses=st.sampled_from((None, 1, 2)))
    def share(self, number: int, days: int, uses: int | None) -> None:
        """As the page, which is for users who may."""
        chosen = self._one(number)
        if chosen is None or not self._may():
            return
        terms = handouts.LinkTerms(days, uses)
        try:
            handout, token = handouts.make_short_link(
                chosen, key=handouts.new_key(), to=handouts.Recipient("Anna"), terms=terms, act=self._act()
            )
        except ActionRefused:
            assert not self._shareable(chosen)
            return
        assert self._shareable(chosen)
        ends = self.hand.now + timedelta(days=days)
        self.shared.append(Shared(chosen.pk, handout.pk, token.reveal(), min(ends, chosen.expires_at or ends), uses))

    @rule(number=st.integers(0, 9))
    def end(self, number: int) -> None:
        link = one_of(self.shared, number)
        if link is not None:
            handouts.end(Handout.objects.get(pk=link.handout), act=self._act())
            link.off = True

    @rule(may=st.booleans())
    def change_rights(self, may: bool) -> None:
        """The user who shared may share, or no longer."""
        self.giver.groups.set([Group.objects.get(name=ADMINISTRATOR)] if may else [])

    @rule(number=st.integers(0, 9), times=st.integers(1, 3), later=st.sampled_from((0.0, 0.0, DAY, 40 * DAY)))
    def download(self, number: int, times: int, later: float) -> None:
        self.hand.go(later)
        link = one_of(self.shared, number)
        for _ in range(times if link is not None else 0):
            self._redeemed(self.shared[number % len(self.shared)])

    def _redeemed(self, link: Shared) -> None:
        installer = Installer.objects.select_related("account").get(pk=link.installer)
        valid = not link.off and self._may() and self.hand.now < link.ends and link.left != 0 and self._shareable(installer)
        try:
            _, found = redeem(link.token, now=self.hand.now)
        except LinkUnavailable:
            assert not valid, "a valid link does not work"
            return
        assert valid, "a link works that is not valid"
        assert found == installer.open()
        link.left = None if link.left is None else link.left - 1

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        names = self.sim.eset.installers.tally()["names"]
        ours = list(Installer.objects.filter(account=self.account))
        assert all(names.get(each.name, 0) <= 1 for each in ours), "an order was created twice at the vendor"
        orders = [each for each in ours if each.ours]
        assert {each.pk for each in orders} == {*self.keys.values()}
        ids = [each.external_id for each in ours if each.external_id]
        assert len(ids) == len(set(ids))
        for each in ours:
            if each.standing == Standing.READY and each.ours:
                assert names[each.name] == 1, "ready, and never created"
            if each.standing == Standing.FAILED and each.ours and each.error_code != "given_up":
                assert not names.get(each.name) or each.error_code == "not_made", "failed, and created"
            assert each.link == "" or "http" not in each.link, "a link is readable in the database"
            assert (each.state in (JobState.REQUESTED, JobState.RUNNING)) == each.active

    def _shareable(self, chosen: Installer) -> bool:
        now = Installer.objects.get(pk=chosen.pk)
        ready = now.standing == Standing.READY and not now.active and now.usable is not False and bool(now.link)
        return ready and (now.expires_at is None or now.expires_at > self.hand.now)

    def _may(self) -> bool:
        return User.objects.get(pk=self.giver.pk).has_perm("installers.hand_out_installer")

    def _one(self, number: int) -> Installer | None:
        return one_of(list(Installer.objects.select_related("account").filter(account=self.account).order_by("pk")), number)

    def _stored(self) -> Account:
        return Account.objects.get(pk=self.account.pk)

    def _act(self) -> AuditContext:
        return AuditContext.of(User.objects.get(pk=self.giver.pk), now=self.hand.now)
