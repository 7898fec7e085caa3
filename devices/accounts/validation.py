"""What is entered for a vendor account: as it is stored, whether it can be used, and whether it leads to another place than before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from devices.models import Account
from vendors.base import Field, Vendor
from vendors.gateway.address_rules import place
from vendors.parsing.setting_values import trimmed
from vendors.registry import VENDORS

LONGEST_SECRET = 8 * 1024
RESERVED = frozenset({"add", "test", "thresholds"})  # the pages of these names are not accounts


class InvalidAccount(Exception):
    """What was entered cannot be used: one sentence each. `fields`: those about one setting or secret, by its name; `missing`: those of
    them that were not given."""

    def __init__(self, *sentences: str, fields: Mapping[str, str] = MappingProxyType({}), missing: Collection[Field] = ()) -> None:
        super().__init__(" ".join((*sentences, *fields.values())))
        self.general = sentences
        self.fields = fields
        self.missing = missing
        self.sentences = (*sentences, *fields.values())


def refuse_deleting(account: Account) -> None:
    """Raises InvalidAccount for an account that workers are deleting. `account`: as it is stored now."""
    if account.being_deleted:
        raise InvalidAccount(f"{account.name} is being deleted and cannot be used any more: when it is gone, add it again.")


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """What every account has beside its vendor's settings: whom to trust instead of the public CAs, how often to ask, in seconds, and the
    servers on private networks that it may reach, as `host:port`."""

    ca_pem: str = ""
    strict_ca: bool = True
    full_every: int | None = None
    changes_every: int | None = None
    private_hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, account: Account) -> AccountOptions:
        return cls(account.ca_pem, account.strict_ca, account.full_every, account.changes_every, tuple(account.private_hosts))


def check_name(name: str) -> None:
    try:
        Account._meta.get_field("name").clean(name, None)
    except ValidationError:
        raise InvalidAccount("The name must be 1 to 60 letters, digits, hyphens or underscores.") from None
    if name in RESERVED:
        raise InvalidAccount(f"No account can be named {name!r}, because a page has that address: choose another name.")


def vendor_named(slug: str) -> Vendor:
    if slug not in VENDORS:
        raise InvalidAccount(f"There is no vendor {slug!r}: choose one of {', '.join(VENDORS)}.")
    return VENDORS[slug]


def checked(vendor: Vendor, settings: Mapping[str, str], secrets: Mapping[str, str], *, known_secrets: frozenset[str]) -> dict[str, str]:
    """The settings as they are stored, with defaults filled in. Raises InvalidAccount with every sentence at once."""
    names = [field.name for field in vendor.fields if not field.secret]
    sentences = [f"{vendor.label} has no setting {name!r}: it has {', '.join(names)}." for name in sorted({*settings} - {*names})]
    known = ", ".join(vendor.secret_names)
    sentences += [f"{vendor.label} has no secret {name!r}: it has {known}." for name in sorted({*secrets} - {*vendor.secret_names})]
    values = vendor.tidied(settings)
    given = {**values, **dict.fromkeys(known_secrets, "stored"), **{name: value for name, value in tidy_secrets(secrets).items() if value}}
    faults = {field.name: sentence for field in vendor.fields if (sentence := _fault(field, given.get(field.name, "")))}
    faults = {**vendor.check(values), **faults}
    if sentences or faults:
        missing = [field for field in vendor.fields if field.required and not given.get(field.name)]
        fields = {field.name: faults[field.name] for field in vendor.fields if field.name in faults}
        raise InvalidAccount(*sentences, fields=fields, missing=missing)
    return values


def tidy_secrets(secrets: Mapping[str, str]) -> dict[str, str]:
    """Without blanks, line ends and invisible characters around them."""
    return {name: trimmed(value) for name, value in secrets.items()}


def _fault(field: Field, value: str) -> str:
    """One sentence, or "" for a value that can be used. No sentence repeats a secret."""
    if not value:
        return f"{field.label} is missing: enter it." if field.required else ""
    if field.secret:
        return _fault_of_secret(field, value)
    if field.boolean and value not in ("true", "false"):
        return f"{field.label} must be true or false."
    if field.choices and value not in dict(field.choices):
        return f"{field.label} must be one of {', '.join(key for key, _ in field.choices)}."
    return "" if value.replace(" ", "x").isprintable() else f"{field.label} contains a character that cannot be stored: enter it again."


def _fault_of_secret(field: Field, value: str) -> str:
    if len(value) > LONGEST_SECRET:
        return f"{field.label} is too long: a secret has at most {LONGEST_SECRET:,} characters."
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        return f"{field.label} contains a line break or another control character: copy only the secret itself."
    return ""


def notes(vendor: Vendor, settings: Mapping[str, str], now: datetime) -> list[str]:
    """What the settings mean here and now, one sentence each: which time it is in the chosen time zone."""
    values = vendor.tidied(settings)
    told = [field.note(values[field.name], now) for field in vendor.fields if field.note is not None]
    return [sentence for sentence in told if sentence]


def moves(account: Account, settings: Mapping[str, str], options: AccountOptions | None = None) -> bool:
    """Whether these settings would send the stored secrets to another host, over another scheme, or to whoever another CA vouches for.

    What cannot be read counts as moved; so do weaker checks of certificates.
    """
    before = AccountOptions.of(account)
    after = options or before

    def target(values: Mapping[str, str]) -> tuple[str, ...]:
        values = {"url": "", "region": "", "allow_http": "", **account.about.tidied(values)}
        parts = urlsplit(values["url"])
        return parts.scheme, parts.netloc.lower(), values["region"], values["allow_http"]

    if (after.ca_pem.strip() and after.ca_pem.split() != before.ca_pem.split()) or (before.strict_ca and not after.strict_ca):
        return True
    try:
        return target(account.settings) != target(settings)
    except ValueError:
        return True


def permitted(vendor: Vendor, values: Mapping[str, str], asked: Sequence[str], *, before: Sequence[str] = ()) -> tuple[str, ...]:
    """The private hosts that this account may reach: those asked for that its address leads to. What it was allowed `before` ends with the
    address. Raises InvalidAccount for another host."""
    places = vendor.places(values)
    asked = [_place(host) for host in asked]
    for host in asked:
        if host not in places and host not in before:
            there = " and ".join(places) or "no host"
            raise InvalidAccount(f"{host} cannot be allowed, because the address leads to {there}: name exactly that.")
    return tuple(host for host in asked if host in places)


def _place(text: str) -> str:
    host, _, port = trimmed(text).rpartition(":")
    return place(host, int(port)) if host and port.isascii() and port.isdecimal() else trimmed(text)
