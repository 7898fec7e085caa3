"""What narrows the register, as it stands in the address of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from devices.lists.filters import FilterField, FilterSet
from installers.models import Standing
from vendors.states import Family

SOON = timedelta(days=30)  # before its end a person should think of a successor
HERE, VENDOR = "here", "vendor"
MADE = {HERE: "Made here", VENDOR: "Found in a vendor's list"}
EXPIRING = {"1": "Within 30 days"}


@dataclass(frozen=True, slots=True)
class RegisterFilters(FilterSet):
    kinds = {
        "q": FilterField("Text"),
        "state": FilterField("State", dict(Standing.choices)),
        "os": FilterField("Operating system", {family.value: family.label for family in Family}),
        "account": FilterField("Account"),
        "group": FilterField("Group"),
        "owner": FilterField("Ordered by"),
        "made": FilterField("Origin", MADE),
        "expiring": FilterField("Expires", EXPIRING),
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
            words = ("name__icontains", "ticket__icontains", "external_id", "group_name__icontains")
            found &= Q(*[(word, self.q) for word in words], _connector=Q.OR)
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
    """Still of use, but not for long."""
    return Q(standing=Standing.READY, expires_at__gt=now, expires_at__lte=now + SOON)
