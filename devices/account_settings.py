"""What is entered for a vendor account: whether it can be used, and whether it leads to another place than before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from devices.models import Account
from vendors.base import Vendor
from vendors.registry import VENDORS

LONGEST_SECRET = 8 * 1024
RESERVED = frozenset({"add", "test", "thresholds"})  # the pages of these names are not accounts


class BadAccount(Exception):
    """What was entered cannot be used: one sentence each."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def refuse_deleting(account: Account) -> None:
    """Raises BadAccount for an account that workers are deleting. `account`: as it is stored now."""
    if account.being_deleted:
        raise BadAccount(f"{account.name} is being deleted and cannot be used any more: when it is gone, add it again.")


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


def check_name(name: str) -> None:
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
    values = filled(settings, {name: field.default for name, field in plain.items()})
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


def filled(settings: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    return {name: str(settings.get(name) or default).strip() for name, default in defaults.items()}


def _writable(text: str) -> bool:
    return text.replace(" ", "x").isprintable() or not text


def moves(account: Account, settings: Mapping[str, str]) -> bool:
    """Whether these settings would send the stored secrets to another host or over another scheme. What cannot be read counts as moved."""

    def place(values: Mapping[str, str]) -> tuple[str, ...]:
        parts = urlsplit(values["url"])
        return parts.scheme, parts.netloc.lower(), values["region"], values["allow_http"]

    defaults = {"url": "", "region": "", "allow_http": ""} | {field.name: field.default for field in account.about.fields}
    try:
        return place(filled(account.settings, defaults)) != place(filled(settings, defaults))
    except ValueError:
        return True
