"""Deletion of an account: what goes with it, what stays, and that the rest is as if the account had never been there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from devices.accounts.deletion import services as deletion
from devices.accounts.probe import probe_account
from devices.accounts.services import create_account, refresh_account, switch_account, update_account
from devices.accounts.validation import InvalidAccount
from devices.audit.context import AuditContext
from devices.device_detail.notes import add
from devices.matching.apply import rematch
from devices.models import (
    Account,
    AccountSecret,
    AuditEvent,
    Change,
    ChangeKind,
    Device,
    DeviceTag,
    Gap,
    IssueKind,
    JobState,
    Join,
    Note,
    Pulse,
    RemediationLink,
    Ruling,
    Settlement,
    Sighting,
    Standing,
    SyncRun,
    Triage,
    User,
)
from installers.handouts.services import LinkTerms, Recipient, make_short_link, new_key
from installers.handouts.short_links import LinkUnavailable, peek
from installers.models import Handout, Installer
from patching.models import Attempt, Patch, Title
from sandbox.credentials import account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.matching.test_fleet import VENDORS, explanations, nothing_is_left_over, partition
from tests.devices.runs import account_at, sync
from tests.installers import rows as booked
from tests.patching.rows import small_patching
from tests.patching.tallies import assert_tallies_are_true, by_device
from vendors.secret import Secret
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulation]:
    with running(devices=150, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def act(person: User | None = None) -> AuditContext:
    return AuditContext.of(person, now=timezone.now())


def delete(account: Account, *, by: User | None = None) -> int:
    """As workers do it. Returns in how many batches."""
    assert deletion.request_deletion(account, act=act(by))
    batches = 1
    while deletion.advance(account.pk, now=timezone.now()):
        batches += 1
    assert not Account.objects.filter(pk=account.pk).exists()
    return batches


def short_link(installer: Installer, *, by: User, device: int | None = None) -> str:
    installer.seal(Secret(booked.SECRET_LINK))
    installer.save()
    slip = Recipient(recipient="Anna", device=device)
    return make_short_link(installer, key=new_key(), to=slip, terms=LinkTerms(days=7), act=act(by))[1].reveal()


def orphans() -> dict[str, int]:
    """Rows of any table that name a row that is not there, whether the database checks that reference or not."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type) and model is not AuditEvent:
                there = field.related_model._default_manager.values("pk")
                rows = model._default_manager.exclude(**{field.attname: None}).exclude(**{f"{field.attname}__in": there})
                found[f"{model.__name__}.{field.name}"] = rows.count()
    accounts, sightings = Account.objects.values("pk"), Sighting.objects.values("pk")
    found["Change.account_id"] = Change.objects.exclude(account_id=None).exclude(account_id__in=accounts).count()
    found["Change.run_id"] = Change.objects.exclude(run_id=None).exclude(run_id__in=SyncRun.objects.values("pk")).count()
    found["Join.partner_id"] = Join.objects.exclude(partner_id=None).exclude(partner_id__in=sightings).count()
    found["Triage of a sighting"] = Triage.objects.exclude(kind=IssueKind.GAP).exclude(ref__in=sightings).count()
    found["Triage of a gap"] = Triage.objects.filter(kind=IssueKind.GAP).exclude(ref__in=Gap.objects.values("pk")).count()
    found["Pulse"] = Pulse.objects.exclude(sighting__in=sightings).count()
    return {name: number for name, number in found.items() if number}


def summaries() -> dict[frozenset[tuple[str, str]], tuple[Any, ...]]:
    """What is shown of each device, by its records: ids of devices follow the history."""
    columns = ("name", "serial", "user", "os_name", "model", "state", "life", "silenced", "vendors", "issue_count", "haystack", "disagrees")
    records: dict[int, set[tuple[str, str]]] = {}
    for device, vendor, external_id in Sighting.objects.values_list("device", "vendor", "external_id"):
        records.setdefault(device, set()).add((vendor, external_id))
    lists = {pk: tuple(map(str, values)) for pk, *values in Device.objects.values_list("pk", *columns)}
    return {frozenset(records[pk]): values for pk, values in lists.items()}


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_rest_is_as_if_the_account_had_never_been_there(
    sim: Simulation, vendor: str, monkeypatch: pytest.MonkeyPatch, alice: User
) -> None:
    for other in VENDORS:
        if other != vendor:
            assert sync(account_at(sim.url, other)).state == JobState.DONE
    before = partition(), explanations(), summaries(), sorted(Title.objects.values_list("vendor", "key"))
    account = account_at(sim.url, vendor)
    assert sync(account).state == JobState.DONE
    assert partition() != before[0]
    monkeypatch.setattr(deletion, "SIGHTINGS", 17)
    monkeypatch.setattr(deletion, "ROWS", 50)
    assert delete(account, by=alice) > 5
    assert (partition(), explanations(), summaries(), sorted(Title.objects.values_list("vendor", "key"))) == before
    assert orphans() == {}
    nothing_is_left_over()
    assert_tallies_are_true()


def test_a_key_that_was_on_too_many_machines_joins_again() -> None:
    """Clones that only the deleted account lists make a serial common; without them it joins the two records that are left."""
    clones, eset, five = making.account("clones", "opswat"), making.account("eset"), making.account("five", "five9s")
    first, second = (shown.sighting(of, "nb-1", ids=[(IdKind.SERIAL, "PF3XK2")]) for of in (eset, five))
    for number in range(5):
        shown.sighting(clones, f"clone-{number}", ids=[(IdKind.SERIAL, "PF3XK2"), (IdKind.MAC, f"00:1b:21:aa:bb:0{number}")])
    rematch(list(Sighting.objects.values_list("pk", flat=True)), timezone.now())
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.device_id != second.device_id
    delete(clones)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.device_id == second.device_id
    assert orphans() == {}


def test_every_table_is_emptied_and_others_keep_theirs(alice: User, bob: User) -> None:
    accounts = small_patching()
    eset, five = accounts["eset"], accounts["five9s"]
    only = Device.objects.exclude(sightings__account__in=Account.objects.exclude(pk=eset.pk)).distinct()
    shared = Device.objects.filter(sightings__account=eset).filter(sightings__account__in=Account.objects.exclude(pk=eset.pk)).distinct()
    lost, kept = only.order_by("pk").first(), shared.order_by("pk").first()
    assert lost is not None and kept is not None
    mine = Sighting.objects.filter(account=eset, device=kept).get()
    theirs = Sighting.objects.exclude(account=eset).filter(device=kept).get()
    for device in (lost, kept):
        add(device, text="On the desk of the porter", act=act(bob))
        DeviceTag.objects.create(device=device, key="loan", name="loan", by_name="bob", at=timezone.now())
        Triage.objects.create(
            kind=IssueKind.STALE,
            ref=device.sightings.get(account=eset).pk,
            standing=Standing.MUTED,
            by_name="x",
            at=timezone.now(),
            token="x",
        )
    Ruling.objects.create(
        first=min(mine, theirs, key=lambda s: s.pk),
        second=max(mine, theirs, key=lambda s: s.pk),
        together=True,
        reason="same",
        made_at=timezone.now(),
    )
    Settlement.objects.create(device=kept, field="name", sighting=mine, told="", reason="x", made_by_name="x", made_at=timezone.now())
    RemediationLink.objects.create(sighting=mine, sealed="sealed")
    AccountSecret.objects.create(account=eset, name="password", sealed="sealed", set_at=timezone.now())
    Change.objects.create(
        device=kept, at=timezone.now(), kind=ChangeKind.FIELD, field="name", after="x", account_id=eset.pk, run_id=making.run(eset).pk
    )
    for gap in (
        Gap.objects.create(device=lost, account=five, since=timezone.now()),
        Gap.objects.create(device=kept, account=eset, since=timezone.now()),
    ):
        Triage.objects.create(kind=IssueKind.GAP, ref=gap.pk, standing=Standing.MUTED, by_name="x", at=timezone.now(), token="x")
    installer = booked.booked(eset, "Laptops")
    short_link(installer, by=alice, device=lost.pk)
    others = Sighting.objects.exclude(account=eset).count(), Patch.objects.exclude(account=eset).count()
    told = {each.key: each.number for each in deletion.contents(eset)}
    events = AuditEvent.objects.count()

    delete(eset, by=alice)

    assert orphans() == {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model is Account:
                assert not model._default_manager.filter(**{field.attname: eset.pk}).exists(), model
    assert (Sighting.objects.count(), Patch.objects.count()) == others
    assert not Installer.objects.exists() and not Handout.objects.exists() and not Attempt.objects.exists()
    assert not Device.objects.filter(pk=lost.pk).exists() and not Note.objects.filter(device=lost.pk).exists()
    assert Note.objects.filter(device=kept.pk).exists() and Change.objects.filter(device=kept.pk, after="x", account_id=None).exists()
    assert_tallies_are_true()
    assert set(by_device()) <= set(Device.objects.values_list("pk", flat=True))
    requested, deleted = AuditEvent.objects.order_by("pk")[events:]
    assert (requested.action, requested.target, requested.actor) == ("account deletion requested", eset.name, alice)
    assert (deleted.action, deleted.target, deleted.actor) == ("account deleted", eset.name, alice)
    assert requested.detail == {"vendor": "eset", **told}
    assert told["notes on them"] == told["tags on them"] == 1
    assert deleted.detail["device records"] == told["device records"]
    assert deleted.detail["patches"] == told["patches"]
    assert deleted.detail["hand-outs of installers"] == 1
    assert five.sightings.exists()


def test_secrets_go_at_once_and_jobs_end(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    Account.objects.filter(pk=account.pk).update(tokens="sealed tokens")
    run = making.run(account)
    installer = booked.booked(account, "Laptops", state=JobState.REQUESTED)
    deletion.request_deletion(account, act=act())
    account.refresh_from_db()
    assert (account.enabled, account.tokens, account.secrets.count()) == (False, "", 0)
    assert account.deletion_requested_at is not None and account.switched_off_at is not None
    for job in (run, installer):
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED
    assert not deletion.request_deletion(account, act=act())
    assert AuditEvent.objects.filter(action="account deletion requested").count() == 1


def test_an_account_that_is_being_deleted_takes_nothing(sim: Simulation) -> None:
    account = account_at(sim.url, "eset")
    stale = Account.objects.get(pk=account.pk)  # as a page has it that was opened before
    deletion.request_deletion(account, act=act())
    settings, secrets = account_settings(sim.url)["eset"]
    for attempt in (
        lambda: update_account(stale, settings=settings, secrets=secrets),
        lambda: switch_account(stale, enabled=True),
        lambda: switch_account(stale, enabled=False),
        lambda: refresh_account(stale),
        lambda: create_account(name=account.name, vendor="eset", settings=settings, secrets=secrets),
    ):
        with pytest.raises(InvalidAccount):
            attempt()
    account.refresh_from_db()
    assert not account.enabled and not account.secrets.exists() and not SyncRun.objects.exists()
    calls = len(sim.calls())
    assert not probe_account(account).ok
    assert len(sim.calls()) == calls


def test_its_name_can_be_used_again_afterwards(sim: Simulation) -> None:
    first = account_at(sim.url, "five9s")
    sync(first)
    delete(first)
    again = account_at(sim.url, "five9s")
    assert again.name == first.name and again.pk != first.pk
    assert sync(again).state == JobState.DONE


def test_its_short_links_stop_at_once(alice: User) -> None:
    account = booked.accounts()
    installer = booked.booked(account, "Laptops")
    token = short_link(installer, by=alice)
    assert peek(token, now=timezone.now())
    deletion.request_deletion(account, act=act(alice))
    with pytest.raises(LinkUnavailable):
        peek(token, now=timezone.now())


def test_an_account_that_nobody_asked_to_delete_is_left_alone() -> None:
    account = making.account()
    assert deletion.advance(account.pk, now=timezone.now()) is False
    assert deletion.advance(account.pk + 1, now=timezone.now()) is False
    assert Account.objects.filter(pk=account.pk).exists()
    assert deletion.under_way() == []
