"""What narrows the register, as it stands in the address of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q

from installers.models import Standing
from vendors.normalise import UNSTORABLE
from vendors.states import Family

SOON = timedelta(days=30)  # before its end a person should think of a successor
LONGEST_TERM = 100
HERE, VENDOR = "here", "vendor"
MADE = {HERE: "Made here", VENDOR: "Made at the vendor"}


@dataclass(frozen=True, slots=True)
class Filters:
    """Unknown words narrow nothing."""

    term: str = ""
    account: str = ""
    standing: str = ""
    family: str = ""
    group: str = ""
    owner: str = ""
    made: str = ""
    expiring: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        def text(name: str) -> str:
            return UNSTORABLE.sub("", str(query.get(name, "")))[:LONGEST_TERM].strip()

        return cls(
            term=text("q"),
            account=text("account"),
            standing=text("state") if text("state") in Standing else "",
            family=text("os") if text("os") in set(Family) else "",
            group=text("group"),
            owner=text("owner"),
            made=text("made") if text("made") in MADE else "",
            expiring=text("expiring") == "1",
        )

    @property
    def soon(self) -> str:
        """As its choice on the page is called."""
        return "1" if self.expiring else ""

    @property
    def narrowed(self) -> bool:
        return self != Filters()

    def query_string(self, **more: int) -> str:
        told: dict[str, object] = {"q": self.term, "account": self.account, "state": self.standing, "os": self.family}
        told |= {"group": self.group, "owner": self.owner, "made": self.made, "expiring": self.soon, **more}
        return "?" + urlencode({name: value for name, value in told.items() if value})

    def condition(self, now: datetime) -> Q:
        found = Q()
        if self.term:
            words = ("name__icontains", "ticket__icontains", "external_id", "group_name__icontains")
            found &= Q(*[(word, self.term) for word in words], _connector=Q.OR)
        for name, value in (
            ("account__name", self.account),
            ("standing", self.standing),
            ("family", self.family),
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
