"""Columns of the device list: their labels, which are shown unless others are chosen, and which can sort."""

from __future__ import annotations

from devices.lists.columns import Column, Sort
from devices.models.device import RANK_SQL

NAME = "name"  # always the first column: it is the link to the device

COLUMNS = {
    "state": Column("State"),
    "user": Column("User"),
    "serial": Column("Serial"),
    "os": Column("System"),
    "seen_by": Column("Seen by", sightings=True),
    "issues": Column("Issues", number=True),
    "last_seen": Column("Last seen", sightings=True),
    "model": Column("Model"),
    "presence": Column("Inventory status"),
    "silenced": Column("Muted"),
    "accounts": Column("Accounts", sightings=True),
    "groups": Column("Groups", sightings=True),
    "tags": Column("Tags"),
    "known_since": Column("Known since"),
}
CHOSEN = ("state", "user", "serial", "os", "seen_by", "issues", "last_seen")
# Not by "last seen": that moves with every poll, and an index that follows it would make each poll many times as dear.
SORTS = {
    NAME: Sort("Name", ("name", "id")),
    "state": Sort("State", ("rank", "name", "id"), rank=RANK_SQL),
    "user": Sort("User", ("user", "id")),
    "serial": Sort("Serial", ("serial", "id")),
    "os": Sort("System", ("os_name", "name", "id")),
    "issues": Sort("Issues", ("issue_count", "name", "id"), descending_first=True, whole=("issue_count",)),
}
