"""Vendor accounts: created, edited, rotated, disabled, deleted and refused, while workers sync them at simulated vendors."""

from __future__ import annotations

import uuid

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from devices.account_status.status import status
from devices.account_status.text import Code
from devices.accounts.deletion import services as deletion
from devices.accounts.probe import probe_account
from devices.accounts.services import create_account, refresh_account, switch_account, update_account
from devices.accounts.validation import InvalidAccount
from devices.audit.context import AuditContext
from devices.db.redis_client import worker_client
from devices.jobs.engine import Engine
from devices.models import Account, Health, SyncRun
from devices.models.job import ACTIVE
from devices.sync import cancellation
from devices.sync.handler import SyncHandler, schedule_due_runs
from sandbox.credentials import account_settings
from tests.fuzz.machines.base import SECONDS, VendorMachine, one_of

VENDORS = ("eset", "opswat")
FAULTS = ("401", "403", "500", "503", "reset", "html200", "429=1")
SINKS = ("devices_account", "devices_accountsecret", "devices_auditevent", "devices_syncrun")
WRONG = "canary-wrong-"
MOSTLY = 5


class AccountMachine(VendorMachine):
    """One account of each vendor at most, so that calls at a vendor are those of its account."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, str] = {}  # vendor → name of its account
        self.entered: set[str] = set()
        for vendor in VENDORS:
            self.create(vendor, right=True)

    # -- users --------------------------------------------------------------------------------------------------------

    @rule(vendor=st.sampled_from(VENDORS), right=st.booleans())
    def create(self, vendor: str, right: bool) -> None:
        if self._account(vendor) is None:
            name = f"{vendor}-{uuid.uuid4().hex[:8]}"
            values, _ = account_settings(self.sim.url)[vendor]
            create_account(name=name, vendor=vendor, settings=values, secrets=self._secrets(vendor, right), act=self._act())
            self.names[vendor] = name

    @rule(vendor=st.sampled_from(VENDORS), right=st.booleans(), moved=st.booleans())
    def edit(self, vendor: str, right: bool, moved: bool) -> None:
        """Other settings, with or without secrets; another address requires them again."""
        account = self._account(vendor)
        if account is None:
            return
        url = account.settings["url"]
        host = "localhost" if "127.0.0.1" in url else "127.0.0.1"
        settings = {**account.settings, "url": url.replace("127.0.0.1", host).replace("localhost", host)} if moved else account.settings
        secrets = self._secrets(vendor, right) if right or moved else {}
        try:
            update_account(account, settings=settings, secrets=secrets, act=self._act())
        except InvalidAccount:
            assert account.being_deleted

    @rule(vendor=st.sampled_from(VENDORS), right=st.booleans())
    def rotate(self, vendor: str, right: bool) -> None:
        account = self._account(vendor)
        if account is not None and not account.being_deleted:
            update_account(account, settings=account.settings, secrets=self._secrets(vendor, right), act=self._act())

    @rule(vendor=st.sampled_from(VENDORS), enabled=st.booleans())
    def switch(self, vendor: str, enabled: bool) -> None:
        account = self._account(vendor)
        if account is not None and not account.being_deleted:
            switch_account(account, enabled=enabled, act=self._act())

    @rule(vendor=st.sampled_from(VENDORS), stale=st.booleans())
    def refresh(self, vendor: str, stale: bool) -> None:
        """`stale`: another user disabled it after the page was shown."""
        account = self._account(vendor)
        if account is None or (not account.enabled and not stale):
            return
        try:
            assert refresh_account(account, act=self._act()).active
        except InvalidAccount:
            assert account.being_deleted

    @rule(vendor=st.sampled_from(VENDORS))
    def cancel(self, vendor: str) -> None:
        account = self._account(vendor)
        if account is not None:
            cancellation.cancel(account, act=self._act())

    @rule(vendor=st.sampled_from(VENDORS))
    def test_connection(self, vendor: str) -> None:
        """The only call for a disabled account: a user asks for it."""
        account = self._account(vendor)
        if account is not None and not account.being_deleted:
            result = probe_account(account)
            assert result.sentence and not any(secret in result.shown for secret in self.entered)

    @rule(vendor=st.sampled_from(VENDORS))
    def delete(self, vendor: str) -> None:
        account = self._account(vendor)
        if account is not None:
            assert deletion.request_deletion(account, act=self._act()) != account.being_deleted

    # -- workers, time and the vendor ---------------------------------------------------------------------------------

    @rule()
    def delete_batch(self) -> None:
        for pk in deletion.under_way():
            deletion.advance(pk, now=self.clock.now)

    @rule()
    def plan(self) -> None:
        planned = schedule_due_runs(list(Account.objects.filter(enabled=True)), self.clock.now)
        assert all(run.account.health != Health.PERSON for run in planned), "an account whose credentials are refused was planned"

    @rule(number=st.integers(0, 5))
    def work(self, number: int) -> None:
        """Mostly on a sync that is active."""
        runs = SyncRun.objects.select_related("account").order_by("-pk")
        run = one_of(list(runs.filter(state__in=ACTIVE) if number < MOSTLY else runs[:5]), number)
        if run is None:
            return
        self.clock.now = max(self.clock.now, run.next_step_at) if run.active else self.clock.now
        for part in ("log", "block"):
            for key in worker_client().scan_iter(f"rollcall:budget:{run.account_id}:{part}"):
                worker_client().delete(key)
        off = not run.account.enabled or run.account.being_deleted
        before = len(self.sim.calls(vendor=run.account.vendor))
        handler = SyncHandler()
        try:
            Engine(handler, clock=self.clock, roll=lambda: 0.5).advance(run.pk)
        finally:
            handler.close()
        assert not off or len(self.sim.calls(vendor=run.account.vendor)) == before, "a call for a disabled account"

    @rule(vendor=st.sampled_from(VENDORS), kind=st.sampled_from(FAULTS), times=st.integers(1, 2))
    def fail_next(self, vendor: str, kind: str, times: int) -> None:
        self.sim.fault(f"{vendor}:{kind}@1x{times}")

    @rule()
    def recover(self) -> None:
        self.sim.clear_faults()

    @rule(seconds=st.sampled_from(SECONDS))
    def pass_time(self, seconds: float) -> None:
        self.clock.go(seconds)
        self.sim.clock.forward(seconds)

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def one_status(self) -> None:
        for account in Account.objects.filter(name__in=self.names.values()):
            found = status(account, self.clock.now)
            assert found.code in Code and found.sentence and found.label
            expected = (
                Code.BEING_DELETED if account.being_deleted
                else Code.DISABLED if not account.enabled
                else Code.CREDENTIALS_REFUSED if account.health == Health.PERSON
                else Code.FAILING if account.health == Health.FAILING
                else None
            )  # fmt: skip
            assert expected in (None, found.code)
            assert expected is not None or found.code not in (Code.BEING_DELETED, Code.DISABLED, Code.CREDENTIALS_REFUSED, Code.FAILING)
            if account.being_deleted:
                assert not account.secrets.exists() and not account.tokens
                assert not account.syncruns.filter(state__in=ACTIVE).exists()

    @invariant()
    def secrets_are_not_readable(self) -> None:
        """Neither those of users nor tokens of vendors, in any column that these rules write."""
        with connection.cursor() as cursor:
            for table in SINKS:
                cursor.execute(f"SELECT t::text FROM {table} t WHERE t::text ILIKE %s LIMIT 1", ["%canary%"])
                assert cursor.fetchall() == [], f"a secret is readable in {table}"

    def _account(self, vendor: str) -> Account | None:
        return Account.objects.filter(name=self.names.get(vendor, "")).first()

    def _secrets(self, vendor: str, right: bool) -> dict[str, str]:
        _, secrets = account_settings(self.sim.url)[vendor]
        given = secrets if right else {name: f"{WRONG}{uuid.uuid4().hex}" for name in secrets}
        self.entered |= {*given.values()}
        return given

    def _act(self) -> AuditContext:
        return AuditContext(self.clock.now)
