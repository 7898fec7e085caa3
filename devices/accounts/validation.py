"""Validation of a vendor account: its values as they are stored, whether they can be used, and whether they lead to another server."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.db.messages import translated
from devices.models import Account
from vendors.base import Field, Vendor
from vendors.gateway.address_rules import place
from vendors.parsing.setting_values import trimmed, whole_number
from vendors.registry import VENDORS

LONGEST_SECRET = 8 * 1024
RESERVED = frozenset({"add", "test", "thresholds"})  # the pages of these names are not accounts


class InvalidAccount(Exception):
    """Values that cannot be used, one sentence each. `fields`: the sentences about one setting or secret, by its name; `missing`: required
    fields without a value."""

    def __init__(self, *sentences: str, fields: Mapping[str, str] = MappingProxyType({}), missing: Collection[Field] = ()) -> None:
        super().__init__(" ".join((*sentences, *fields.values())))
        self.general = sentences
        self.fields = fields
        self.missing = missing
        self.sentences = (*sentences, *fields.values())


def refuse_deleting(account: Account) -> None:
    """Raises InvalidAccount for an account that workers are deleting. `account`: as it is stored now."""
    if account.being_deleted:
        raise InvalidAccount(
            gettext("%(account)s is being deleted. Wait until it is removed, then add it again.") % {"account": account.name}
        )


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """Options of every account, whatever its vendor: a CA that is trusted instead of the public ones, sync intervals in seconds, and the
    servers on private networks that it may reach, as `host:port`."""

    ca_pem: str = ""
    strict_ca: bool = True
    full_every: int | None = None
    changes_every: int | None = None
    private_hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, account: Account) -> AccountOptions:
        return cls(account.ca_pem, account.strict_ca, account.full_every, account.changes_every, tuple(account.private_hosts))

    def trusts_others_than(self, before: AccountOptions) -> bool:
        """Whether other certificates are accepted: another CA, the public ones again, or other checks."""
        return (self.ca_pem.split(), self.strict_ca) != (before.ca_pem.split(), before.strict_ca)


def check_name(name: str) -> None:
    try:
        Account._meta.get_field("name").clean(name, None)
    except ValidationError:
        raise InvalidAccount(gettext("The name must be 1 to 60 letters, digits, hyphens or underscores.")) from None
    if name in RESERVED:
        raise InvalidAccount(gettext("The name “%(name)s” is reserved: choose another name.") % {"name": name})


def vendor_named(slug: str) -> Vendor:
    if slug not in VENDORS:
        text = gettext("There is no vendor “%(vendor)s”: choose one of %(vendors)s.")
        raise InvalidAccount(text % {"vendor": slug, "vendors": ", ".join(VENDORS)})
    return VENDORS[slug]


def checked(vendor: Vendor, settings: Mapping[str, str], secrets: Mapping[str, str], *, known_secrets: frozenset[str]) -> dict[str, str]:
    """The settings as they are stored, with defaults filled in. Raises InvalidAccount with every sentence at once."""
    sentences = _unknown_names(vendor, settings, secrets)
    values = vendor.tidied(settings)
    given = {**values, **dict.fromkeys(known_secrets, "stored"), **{name: value for name, value in tidy_secrets(secrets).items() if value}}
    faults = {field.name: sentence for field in vendor.fields if (sentence := _fault(field, given.get(field.name, "")))}
    faults = {name: translated(sentence) for name, sentence in vendor.check(values).items()} | faults
    if sentences or faults:
        missing = [field for field in vendor.fields if field.required and not given.get(field.name)]
        fields = {field.name: faults[field.name] for field in vendor.fields if field.name in faults}
        raise InvalidAccount(*sentences, fields=fields, missing=missing)
    return values


def _unknown_names(vendor: Vendor, settings: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
    names = [field.name for field in vendor.fields if not field.secret]
    no_setting = gettext("%(vendor)s has no setting “%(name)s”: it has %(names)s.")
    no_secret = gettext("%(vendor)s has no secret “%(name)s”: it has %(names)s.")
    unknown = [(no_setting, name, names) for name in sorted({*settings} - {*names})]
    unknown += [(no_secret, name, list(vendor.secret_names)) for name in sorted({*secrets} - {*vendor.secret_names})]
    return [text % {"vendor": vendor.label, "name": name, "names": ", ".join(known)} for text, name, known in unknown]


def tidy_secrets(secrets: Mapping[str, str]) -> dict[str, str]:
    """Without blanks, line ends and invisible characters around them."""
    return {name: trimmed(value) for name, value in secrets.items()}


def _fault(field: Field, value: str) -> str:
    """One sentence, or "" for a value that can be used. No sentence repeats a secret."""
    label = {"label": gettext(field.label)}
    if not value:
        return gettext("%(label)s is missing: enter it.") % label if field.required else ""
    if field.secret:
        return _fault_of_secret(field, value)
    if field.boolean and value not in ("true", "false"):
        return gettext("%(label)s must be true or false.") % label
    if field.choices and value not in dict(field.choices):
        return not_a_choice(field)
    if not value.replace(" ", "x").isprintable():
        return gettext("%(label)s contains a character that cannot be stored: enter it again.") % label
    return ""


def not_a_choice(field: Field) -> str:
    values = ", ".join(key for key, _ in field.choices)
    return gettext("%(label)s must be one of %(values)s.") % {"label": gettext(field.label), "values": values}


def _fault_of_secret(field: Field, value: str) -> str:
    label = gettext(field.label)
    if len(value) > LONGEST_SECRET:
        longest = number_format(LONGEST_SECRET, force_grouping=True)
        return gettext("%(label)s is too long: enter at most %(longest)s characters.") % {"label": label, "longest": longest}
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        return gettext("%(label)s contains a control character or a line break: copy only the secret itself.") % {"label": label}
    return ""


def notes(vendor: Vendor, settings: Mapping[str, str], now: datetime) -> list[str]:
    """Notes on the settings at this time, one sentence each: which time it is in the chosen time zone."""
    values = vendor.tidied(settings)
    found = [translated(field.note(values[field.name], now)) for field in vendor.fields if field.note is not None]
    return [sentence for sentence in found if sentence]


def moves(account: Account, settings: Mapping[str, str], options: AccountOptions | None = None) -> bool:
    """Whether these settings would send the stored secrets to another host, over another scheme, or to a host that other CAs certify.

    What cannot be read counts as moved.
    """
    before = AccountOptions.of(account)
    after = options or before

    def target(values: Mapping[str, str]) -> tuple[str, ...]:
        values = {"url": "", "region": "", "allow_http": "", **account.about.tidied(values)}
        parts = urlsplit(values["url"])
        return parts.scheme, parts.netloc.lower(), values["region"], values["allow_http"]

    if after.trusts_others_than(before):
        return True
    try:
        return target(account.settings) != target(settings)
    except ValueError:
        return True


def permitted(vendor: Vendor, values: Mapping[str, str], wanted: Sequence[str], *, before: Sequence[str] = ()) -> tuple[str, ...]:
    """The private hosts that this account may reach: those wanted that its address leads to. What was allowed `before` ends with the
    address. Raises InvalidAccount for another host."""
    places = vendor.places(values)
    wanted = [_place(host) for host in wanted]
    for host in wanted:
        if host not in places and host not in before:
            if not places:
                raise InvalidAccount(gettext("%(host)s cannot be allowed: the address leads to no host.") % {"host": host})
            text = gettext("%(host)s cannot be allowed: the address leads to %(places)s. Allow exactly that.")
            raise InvalidAccount(text % {"host": host, "places": ", ".join(places)})
    return tuple(host for host in wanted if host in places)


def _place(text: str) -> str:
    host, _, port = trimmed(text).rpartition(":")
    number = whole_number(port, least=0, most=65535)
    return trimmed(text) if not host or number is None else place(host, number)
