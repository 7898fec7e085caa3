"""Filters of the list of installers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy

from devices.lists.filters import FilterField, FilterSet
from installers.models import Standing
from vendors.states import Family

SOON = timedelta(days=30)  # before an installer expires
HERE, VENDOR = "here", "vendor"
ORIGINS = {HERE: gettext_lazy("Rollcall"), VENDOR: gettext_lazy("Vendor")}
EXPIRING = {"1": gettext_lazy("Within 30 days")}


@dataclass(frozen=True, slots=True)
class RegisterFilters(FilterSet):
    kinds = {
        "q": FilterField(gettext_lazy("Search")),
        "state": FilterField(gettext_lazy("Status"), dict(Standing.choices)),
        "os": FilterField(gettext_lazy("Operating system"), {family.value: family.label for family in Family}),
        "account": FilterField(gettext_lazy("Vendor account")),
        "group": FilterField(gettext_lazy("Group")),
        "owner": FilterField(gettext_lazy("Created by")),
        "made": FilterField(gettext_lazy("Origin"), ORIGINS),
        "expiring": FilterField(gettext_lazy("Expires"), EXPIRING),
    }

    q: str = ""
    state: str = ""
    os: str = ""
    account: str = ""
    group: str = ""
    owner: str = ""
    made: str = ""
    expiring: str = ""

    def condition(self, now: datetime) -> Q:
        found = Q()
        if self.q:
            columns = ("name__icontains", "ticket__icontains", "external_id", "group_name__icontains")
            found &= Q(*[(column, self.q) for column in columns], _connector=Q.OR)
        for name, value in (
            ("account__name", self.account),
            ("standing", self.state),
            ("family", self.os),
            ("group_id", self.group),
            ("requested_by__username", self.owner),
        ):
            if value:
                found &= Q((name, value))
        if self.made:
            found &= Q(request_key__isnull=self.made == VENDOR)
        return found & ends_soon(now) if self.expiring else found


def ends_soon(now: datetime) -> Q:
    """Ready, and expires within 30 days."""
    return Q(standing=Standing.READY, expires_at__gt=now, expires_at__lte=now + SOON)
