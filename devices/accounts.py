"""Vendor accounts as people handle them: add, change, switch, refresh, decide. Everything here is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from devices import absence, audit, health
from devices.locks import be_patient, hold_devices
from devices.models import Account, AccountSecret, JobState, SyncRun, User
from devices.models.job import ACTIVE
from devices.sync import request_run
from vendors.base import Scope, Vendor
from vendors.registry import VENDORS
from vendors.secret import Secret

# What a person edits. The clocks of the account's runs are not among it: a run may end while a form is open.
EDITED = ("settings", "tokens", "ca_pem", "strict_ca", "full_every", "changes_every")
LONGEST_SECRET = 8 * 1024
RESERVED = frozenset({"add", "test", "thresholds"})  # the pages of these names are not accounts


class BadAccount(Exception):
    """What was entered cannot be used: one sentence each."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Options:
    """What every account has beside its vendor's settings: whom to trust instead of the public CAs, and how often to ask, in seconds."""

    ca_pem: str = ""
    strict_ca: bool = True
    full_every: int | None = None
    changes_every: int | None = None

    @classmethod
    def of(cls, account: Account) -> Options:
        return cls(account.ca_pem, account.strict_ca, account.full_every, account.changes_every)


def create_account(
    *,
    name: str,
    vendor: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    options: Options | None = None,
    actor: User | None = None,
    request: HttpRequest | None = None,
) -> Account:
    """Raises BadAccount. Values are texts; unknown names are refused, so that a typing error is not lost."""
    about = vendor_named(vendor)
    _check_name(name)
    values = checked(about, settings, {**secrets}, known_secrets=frozenset())
    with transaction.atomic():
        chosen = {"vendor": vendor, "settings": values, **asdict(options or Options())}
        account, new = Account.objects.get_or_create(name=name, defaults=chosen)
        if not new:
            raise BadAccount(f"There is an account named {name!r} already: choose another name.")
        _store_secrets(account, secrets, actor)
        audit.record("account added", actor=actor, target=name, request=request, vendor=vendor)
    return account


def update_account(
    account: Account,
    *,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    options: Options | None = None,
    actor: User | None = None,
    request: HttpRequest | None = None,
) -> Account:
    """An empty secret keeps what is stored, unless the address changed: then every secret must be entered again. Raises BadAccount."""
    replaced = {name: value for name, value in secrets.items() if value}
    with transaction.atomic():
        # Runs before accounts, as the engine locks them.
        _end_runs_under_way(account, settings)
        account = Account.objects.select_for_update().get(pk=account.pk)
        moved = moves(account, settings)
        kept = frozenset() if moved else frozenset(account.secrets.values_list("name", flat=True))
        values = checked(account.about, settings, replaced, known_secrets=kept)
        if moved:
            account.secrets.all().delete()
            account.changes_since = None  # of the old place: the new one is asked for everything first
        changed = _changed({**account.settings, **asdict(Options.of(account))}, {**values, **asdict(options or Options.of(account))})
        account.settings, account.tokens = values, ""
        for name, value in asdict(options or Options.of(account)).items():
            setattr(account, name, value)
        health.cleared(account, timezone.now())
        account.save(update_fields=[*EDITED, *health.COLUMNS, "changes_since"])
        _store_secrets(account, replaced, actor)
        audit.record("account changed", actor=actor, target=account.name, request=request, fields=changed)
        for name in sorted(replaced):
            audit.record("secret replaced", actor=actor, target=account.name, request=request, secret=name)
    return account


def _end_runs_under_way(account: Account, settings: Mapping[str, str]) -> None:
    """A list begun with other settings must not be completed with these: it would call devices missing that are elsewhere."""
    defaults = {field.name: field.default for field in account.about.fields if not field.secret}
    stored = Account.objects.values_list("settings", flat=True).get(pk=account.pk)
    if _filled(settings, defaults) != _filled(stored, defaults):
        _cancel_runs(
            account, "The account was changed while this fetch was under way, so it was ended.", "The next fetch uses the new settings."
        )


def _cancel_runs(account: Account, why: str, next_step: str) -> None:
    """A step that is at the vendor meanwhile is dropped when it comes back: its run is not active any more."""
    SyncRun.objects.filter(account=account, state__in=ACTIVE).update(
        state=JobState.CANCELLED, finished_at=timezone.now(), lease_until=None, waiting_for="", error=why, error_next_step=next_step
    )


def moves(account: Account, settings: Mapping[str, str]) -> bool:
    """Whether these settings would send the stored secrets to another host or over another scheme. What cannot be read counts as moved."""

    def place(values: Mapping[str, str]) -> tuple[str, ...]:
        parts = urlsplit(values["url"])
        return parts.scheme, parts.netloc.lower(), values["region"], values["allow_http"]

    defaults = {"url": "", "region": "", "allow_http": ""} | {field.name: field.default for field in account.about.fields}
    try:
        return place(_filled(account.settings, defaults)) != place(_filled(settings, defaults))
    except ValueError:
        return True


def switch_account(account: Account, *, enabled: bool, actor: User | None = None, request: HttpRequest | None = None) -> None:
    """Off ends the fetch that is under way. What was fetched stays."""
    with transaction.atomic():
        if not enabled:
            _cancel_runs(account, "The account was switched off while this fetch was under way.", "Switch it on to fetch again.")
        account.enabled = enabled
        health.cleared(account, timezone.now())
        account.save(update_fields=["enabled", *health.COLUMNS])
        audit.record("account switched", actor=actor, target=account.name, request=request, enabled=enabled)


def refresh_account(account: Account, *, full: bool = True, actor: User | None = None, request: HttpRequest | None = None) -> SyncRun:
    """One run, however many ask. Raises Unsupported. A person's wish also tries an account that waits for a person, and may
    use the calls that are kept for people.
    """
    since = account.changes_since if not full and "changed" in account.about.scopes else None
    with transaction.atomic():
        run = request_run(account, Scope(since=since), now=timezone.now(), by=actor, interactive=True)
        audit.record("refresh asked", actor=actor, target=account.name, request=request, run=run.pk)
    return run


def apply_disappearance(run: SyncRun, *, reason: str, actor: User | None, request: HttpRequest | None = None) -> int | None:
    """A person decides that what this list lacks is missing. How many devices; None when it was overtaken or applied already."""
    with transaction.atomic():
        be_patient()
        hold_devices()
        account = Account.objects.select_for_update().get(pk=run.account_id)
        run = SyncRun.objects.select_for_update().get(pk=run.pk)
        if not absence.proves_absence(run):
            return None
        now = timezone.now()
        count = absence.apply_withheld(run, now)
        run.applied_at, run.applied_by = now, actor
        run.save(update_fields=["missing", "applied_at", "applied_by"])
        audit.record("disappearance applied", actor=actor, target=account.name, request=request, run=run.pk, devices=count, reason=reason)
    return count


def _check_name(name: str) -> None:
    try:
        Account._meta.get_field("name").clean(name, None)
    except ValidationError:
        raise BadAccount("The name must be 1 to 60 letters, digits, hyphens or underscores.") from None
    if name in RESERVED:
        raise BadAccount(f"No account can be named {name!r}, because a page has that address: choose another name.")


def vendor_named(slug: str) -> Vendor:
    if slug not in VENDORS:
        raise BadAccount(f"There is no vendor {slug!r}: choose one of {', '.join(VENDORS)}.")
    return VENDORS[slug]


def checked(vendor: Vendor, settings: Mapping[str, str], secrets: Mapping[str, str], *, known_secrets: frozenset[str]) -> dict[str, str]:
    """The settings with defaults filled in. Raises BadAccount with every sentence at once."""
    plain = {field.name: field for field in vendor.fields if not field.secret}
    sentences = [f"{vendor.label} has no setting {name!r}." for name in sorted({*settings} - {*plain})]
    sentences += [f"{vendor.label} has no secret {name!r}." for name in sorted({*secrets} - {*vendor.secret_names})]
    values = _filled(settings, {name: field.default for name, field in plain.items()})
    for field in vendor.fields:
        given = secrets.get(field.name) or field.name in known_secrets if field.secret else values[field.name]
        if field.required and not given:
            sentences.append(f"{field.label} is missing: enter it.")
        if field.choices and values.get(field.name) and values[field.name] not in dict(field.choices):
            sentences.append(f"{field.label} must be one of {', '.join(key for key, _ in field.choices)}.")
    sentences += [
        f"{field.label} contains a character that cannot be stored." for field in plain.values() if not _writable(values[field.name])
    ]
    sentences += [f"{name!r} is too long for a secret." for name, value in secrets.items() if len(value) > LONGEST_SECRET]
    sentences += vendor.check(values) if not sentences else []
    if sentences:
        raise BadAccount(*sentences)
    return values


def _filled(settings: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    return {name: str(settings.get(name) or default).strip() for name, default in defaults.items()}


def _writable(text: str) -> bool:
    return text.replace(" ", "x").isprintable() or not text


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def _store_secrets(account: Account, secrets: Mapping[str, str], actor: User | None) -> None:
    for name, value in secrets.items():
        if not value:
            continue
        row, _ = AccountSecret.objects.get_or_create(account=account, name=name, defaults={"sealed": "", "set_at": timezone.now()})
        row.seal(Secret(value))
        row.set_at, row.set_by = timezone.now(), actor
        row.save()
