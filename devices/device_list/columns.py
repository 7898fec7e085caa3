"""Columns of the device list: their labels, the default selection, and the sort orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from devices.device_list.facts import FACT_COLUMNS
from devices.lists.columns import Column, Sort
from devices.models.device import RANK_SQL

NAME = "name"  # always the first column: it links to the device

COLUMNS = {
    "state": Column(gettext_lazy("Status")),
    "user": Column(gettext_lazy("User")),
    "serial": Column(gettext_lazy("Serial")),
    "os": Column(gettext_lazy("OS")),
    "seen_by": Column(gettext_lazy("Reported by"), sightings=True),
    "issues": Column(gettext_lazy("Issues"), number=True),
    "last_seen": Column(gettext_lazy("Last seen"), sightings=True),
    "model": Column(gettext_lazy("Model")),
    "presence": Column(gettext_lazy("Inventory status")),
    "silenced": Column(gettext_lazy("Muted")),
    "accounts": Column(gettext_lazy("Vendor accounts"), sightings=True),
    "groups": Column(gettext_lazy("Groups"), sightings=True),
    "tags": Column(gettext_lazy("Tags")),
    "known_since": Column(gettext_lazy("First seen")),
    **FACT_COLUMNS,
}
CHOSEN = ("state", "user", "serial", "os", "seen_by", "issues", "last_seen")
SORTS = {
    NAME: Sort(("name", "id")),
    "state": Sort(("rank", "name", "id"), sql={"rank": RANK_SQL}),
    "user": Sort(("user", "id")),
    "serial": Sort(("serial", "id")),
    "os": Sort(("os_name", "name", "id")),
    "issues": Sort(("issue_count", "name", "id"), descending_first=True, whole=("issue_count",)),
    "last_seen": Sort(
        ("checked_in_at", "id"),
        descending_first=True,
        moments=("checked_in_at",),
        sql={"checked_in_at": '"devices_checkin"."at"', "id": '"devices_checkin"."device_id"'},
        through="check_in",
    ),
}
