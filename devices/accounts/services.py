"""Services of vendor accounts: create, update, enable, disable, sync. Every one writes to the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from devices.accounts import certificates
from devices.accounts.validation import (
    AccountOptions,
    InvalidAccount,
    check_name,
    checked,
    moves,
    permitted,
    refuse_deleting,
    tidy_secrets,
    vendor_named,
)
from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.connections import health
from devices.models import Account, AccountSecret, SyncRun
from devices.sync import cancellation
from devices.sync.handler import request_run
from vendors.base import Scope
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

# The columns that a user edits. Those of its syncs are left out: a sync may end while a form is open.
EDITED = ("settings", "tokens", *(field.name for field in fields(AccountOptions)))


def create_account(
    *,
    name: str,
    vendor: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    options: AccountOptions | None = None,
    act: AuditContext | None = None,
) -> Account:
    """Raises InvalidAccount, also for unknown names of settings, so that a typing error is not lost."""
    act = act or AuditContext(timezone.now())
    secrets = tidy_secrets(secrets)
    values = check_new(name=name, vendor=vendor, settings=settings, secrets=secrets)
    options = options or AccountOptions()
    options = replace(options, private_hosts=permitted(vendor_named(vendor), values, options.private_hosts))
    with transaction.atomic():
        chosen = {"vendor": vendor, "settings": values, **asdict(options)}
        account, new = Account.objects.get_or_create(name=name, defaults=chosen)
        if not new:
            raise name_taken(name)
        _store_secrets(account, secrets, act)
        trusted = {"ca": certificates.fingerprints(options.ca_pem)} if options.ca_pem else {}
        audit.record("account added", act=act, target=name, vendor=vendor, **trusted)
        _audit_private_hosts(account, before=(), after=options.private_hosts, act=act)
    return account


def check_new(*, name: str, vendor: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """Checks that need no call to the vendor. Returns the settings with defaults filled in. Raises InvalidAccount."""
    about = vendor_named(vendor)
    check_name(name)
    if Account.objects.filter(name=name).exists():
        raise name_taken(name)
    return checked(about, settings, secrets, known_secrets=frozenset())


def name_taken(name: str) -> InvalidAccount:
    return InvalidAccount(gettext("There is already an account named “%(name)s”: choose another name.") % {"name": name})


def update_account(
    account: Account,
    *,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    options: AccountOptions | None = None,
    act: AuditContext | None = None,
) -> Account:
    """An empty secret keeps what is stored, unless the address, the CA or its checks changed: then every secret must be entered again.

    Raises InvalidAccount. Without `options` the account keeps its own; a private host that it may reach ends with the address.
    """
    act = act or AuditContext(timezone.now())
    replaced = {name: value for name, value in tidy_secrets(secrets).items() if value}
    with transaction.atomic():
        # Runs before accounts, as the engine locks them.
        _end_runs_under_way(account, settings)
        account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        refuse_deleting(account)
        before = AccountOptions.of(account)
        after = options or before
        moved = moves(account, settings, after)
        kept = frozenset() if moved else frozenset(account.secrets.values_list("name", flat=True))
        values = checked(account.about, settings, replaced, known_secrets=kept)
        after = replace(after, private_hosts=permitted(account.about, values, after.private_hosts, before=before.private_hosts))
        if moved:
            account.secrets.all().delete()
            account.changes_since = None  # of the previous server: the new one starts with a full sync
        changed = _changed({**account.settings, **asdict(before)}, {**values, **asdict(after)})
        account.settings, account.tokens = values, ""
        for name, value in asdict(after).items():
            setattr(account, name, value)
        health.reset_health(account, act.now)
        account.save(update_fields=[*EDITED, *health.COLUMNS, "changes_since"])
        _store_secrets(account, replaced, act)
        if changed:
            trusted = {"ca": certificates.fingerprints(after.ca_pem)} if "ca_pem" in changed else {}
            audit.record("account changed", act=act, target=account.name, fields=changed, **trusted)
        _audit_private_hosts(account, before=before.private_hosts, after=after.private_hosts, act=act)
        for name in sorted(replaced):
            audit.record("secret replaced", act=act, target=account.name, secret=name)
    return account


def _end_runs_under_way(account: Account, settings: Mapping[str, str]) -> None:
    """A sync started with other settings must not be completed with these: devices of the previous server would count as missing."""
    stored = Account.objects.values_list("settings", flat=True).get(pk=account.pk)
    if account.about.tidied(settings) != account.about.tidied(stored):
        why = Message(gettext_noop("The sync was stopped because the account was edited."))
        next_step = Message(gettext_noop("The next sync uses the new settings."))
        cancellation.end(SyncRun.objects.filter(account=account), why, next_step)


def switch_account(account: Account, *, enabled: bool, act: AuditContext | None = None) -> None:
    """Disabling ends the sync that is under way; stored data stays. Raises InvalidAccount while the account is being deleted."""
    act = act or AuditContext(timezone.now())
    with transaction.atomic():
        if not enabled:
            why = Message(gettext_noop("The sync was stopped because the account was disabled."))
            cancellation.end(SyncRun.objects.filter(account=account), why, Message(gettext_noop("Enable it to sync again.")))
        refuse_deleting(Account.objects.select_for_update(no_key=True).get(pk=account.pk))
        account.switched_off_at = None if enabled else account.switched_off_at or act.now
        account.enabled = enabled
        health.reset_health(account, act.now)
        account.save(update_fields=["enabled", "switched_off_at", *health.COLUMNS])
        audit.record("account switched", act=act, target=account.name, enabled=enabled)


def refresh_account(account: Account, *, full: bool = True, act: AuditContext | None = None) -> SyncRun:
    """Request a sync; an active one is returned. Raises Unsupported, and InvalidAccount while the account is being deleted.

    Such a sync also runs for an account with refused credentials, and may use the calls that are reserved for users.
    """
    act = act or AuditContext(timezone.now())
    since = account.changes_since if not full and "changed" in account.about.scopes else None
    with transaction.atomic():
        refuse_deleting(Account.objects.get(pk=account.pk))
        run = request_run(account, Scope(since=since), now=act.now, by=act.person, interactive=True)
        audit.record("refresh asked", act=act, target=account.name, run=run.pk)
    return run


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def _audit_private_hosts(account: Account, *, before: Iterable[str], after: Iterable[str], act: AuditContext) -> None:
    for host in sorted({*after} - {*before}):
        audit.record("private host allowed", act=act, target=account.name, host=host)
    for host in sorted({*before} - {*after}):
        audit.record("private host no longer allowed", act=act, target=account.name, host=host)


def _store_secrets(account: Account, secrets: Mapping[str, str], act: AuditContext) -> None:
    for name, value in secrets.items():
        if not value:
            continue
        row, _ = AccountSecret.objects.get_or_create(account=account, name=name, defaults={"sealed": "", "set_at": act.now})
        row.seal(Secret(value))
        row.set_at, row.set_by = act.now, act.person
        row.save()
