"""Installers as pages and commands read them. The encrypted link is never loaded here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, Func, OuterRef, QuerySet, Subquery, Value
from django.utils.translation import gettext

from devices.db.messages import translated
from devices.lists.ids import HIGHEST
from devices.lists.keyset import LogPage, newest
from devices.models import Account, DeviceGroup, User
from devices.search.documents import moment
from installers.models import Handout, Installer, Standing, Stocktake
from installers.orders.requests import InstallerRequest
from installers.orders.vendor_records import MARK
from installers.register.filters import SOON, RegisterFilters, ends_soon
from vendors.errors import Unsupported
from vendors.installer_api import InstallerOptions
from vendors.registry import VENDORS

PAGE = 50


@dataclass(frozen=True, slots=True)
class Register:
    """One page. `counts`: status → number of installers visible to the user, unfiltered."""

    page: LogPage[Installer]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class InstallerSource:
    """A vendor account and its installer options; `sentence`: why it cannot create installers now."""

    account: Account
    offer: InstallerOptions | None
    sentence: str = ""

    @property
    def able(self) -> bool:
        return self.offer is not None and not self.sentence


def visible(user: User) -> QuerySet[Installer]:
    """Visible to the user: all, ready ones that are available to the helpdesk, or none."""
    rows = Installer.objects.defer("link")
    if user.has_perm("installers.view_installer"):
        return rows
    if user.has_perm("installers.hand_out_installer"):
        return rows.filter(for_helpdesk=True, standing=Standing.READY)
    return rows.none()


def with_origin(rows: QuerySet[Installer]) -> QuerySet[Installer]:
    """Adds `ordered_through`: the other account through which Rollcall created it, as accounts of one tenant list the same installers.
    The nonce alone is no proof, because a name can be copied."""
    mark = Func(OuterRef("name"), Value(MARK.pattern), function="substring", output_field=CharField())
    same = Installer.objects.filter(nonce=mark, external_id=OuterRef("external_id")).exclude(external_id="")
    return rows.annotate(ordered_through=Subquery(same.exclude(account=OuterRef("account")).values("account__name")[:1]))


def register(user: User, filters: RegisterFilters, *, now: datetime, before: str = "", after: str = "", size: int = PAGE) -> Register:
    """`before` and `after`: from the URL. Each row has its number of deliveries, `given`. Two queries."""
    counts = dict(visible(user).order_by().values_list("standing").annotate(Count("pk")))
    return Register(newest(rows_of(user, filters, now=now), size=size, before=before, after=after), counts)


def rows_of(user: User, filters: RegisterFilters, *, now: datetime) -> QuerySet[Installer]:
    """Each with its number of deliveries, `given`, None for none."""
    given = Handout.objects.filter(installer=OuterRef("pk")).order_by().values("installer").annotate(number=Count("pk")).values("number")
    rows = with_origin(visible(user).filter(filters.condition(now))).select_related("account", "requested_by", "revoked_by")
    return rows.annotate(given=Subquery(given))


def one(user: User, pk: int) -> Installer | None:
    """None, too, for an installer that is not visible to the user."""
    rows = with_origin(visible(user)).select_related("account", "requested_by", "revoked_by")
    return rows.filter(pk=pk).first() if pk <= HIGHEST else None


def expiring(user: User, *, now: datetime) -> QuerySet[Installer]:
    """Expires soon, and there is no replacement with the same purpose."""
    same = ("account", "family", "purpose", "group_id")
    replacement = Installer.objects.filter(standing=Standing.READY, expires_at__gt=now + SOON, **{name: OuterRef(name) for name in same})
    return visible(user).filter(ends_soon(now), ~Exists(replacement)).select_related("account").order_by("expires_at", "pk")


def compared(user: User) -> Sequence[Stocktake]:
    """Syncs of all accounts, for users who see all installers. One query."""
    if not user.has_perm("installers.view_installer"):
        return []
    return list(Stocktake.objects.select_related("account").order_by("account__name"))


def makers() -> list[InstallerSource]:
    """All accounts, those that can create installers first. One query."""
    found = [_maker(account) for account in Account.objects.order_by("name")]
    return sorted(found, key=lambda each: not each.able)


def _maker(account: Account) -> InstallerSource:
    if account.vendor not in VENDORS:
        return InstallerSource(account, None, gettext("This version of Rollcall does not support its vendor."))
    try:
        offer = account.about.installers()
    except Unsupported as error:
        return InstallerSource(account, None, f"{translated(error.sentence)} {translated(error.next_step)}".strip())
    return InstallerSource(account, offer, "" if account.enabled else gettext("Disabled."))


def groups(account: Account) -> list[tuple[str, str]]:
    """(id, path of names) of the static groups, as of the last sync."""
    rows = {each.external_id: each for each in DeviceGroup.objects.filter(account=account)}

    def path(group: DeviceGroup) -> str:
        names, seen = [group.name], {group.external_id}
        while (above := rows.get(group.parent_id)) is not None and above.external_id not in seen:
            names.append(above.name)
            seen.add(above.external_id)
            group = above
        return " / ".join(reversed(names))

    return sorted(((each.external_id, path(each)) for each in rows.values() if each.static), key=lambda pair: pair[1].casefold())


def successor(installer: Installer) -> InstallerRequest:
    """The same options, to fill a form with."""
    return InstallerRequest(
        purpose=installer.purpose,
        family=installer.family,
        language=installer.language_asked or installer.language,
        group=installer.group_id,
        detect_unwanted=installer.detect_unwanted,
        cloud_feedback=installer.cloud_feedback,
        diagnostics=installer.diagnostics,
        for_helpdesk=installer.for_helpdesk,
    )


def fell_back(installer: Installer) -> bool:
    """The vendor did not have the requested language."""
    return bool(installer.language and installer.language_asked and installer.language != installer.language_asked)


def as_json(installer: Installer) -> dict[str, Any]:
    """Output of commands, without the link. `ordered_through`: only of rows of `with_origin`."""
    return {
        "id": installer.pk,
        "account": installer.account.name,
        "ordered_through": getattr(installer, "ordered_through", None),
        "name": installer.name,
        "os": installer.family,
        "state": installer.standing,
        "language": installer.language or installer.language_asked,
        "group": installer.group_name or None,
        "ticket": installer.ticket or None,
        "expires": moment(installer.expires_at),
        "created": moment(installer.created_at),
        "created_by": installer.requested_by.get_username() if installer.requested_by else None,
        "usable": installer.usable,
        "products": [name for name, _license in installer.products],
        "needs_person": installer.needs_person,
        "error": installer.error or None,
        "next_step": installer.error_next_step or None,
        "remark": installer.remark or None,
    }
