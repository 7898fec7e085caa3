"""The columns of the device list: what they are called, which are shown unless others are chosen, and which can sort."""

from __future__ import annotations

from dataclasses import dataclass

from vendors.states import State

NAME = "name"  # always the first column: it is the link to the device


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    number: bool = False
    sightings: bool = False  # told by sightings, not by the device's own row


COLUMNS = {
    "state": Column("State"),
    "user": Column("User"),
    "serial": Column("Serial"),
    "os": Column("System"),
    "seen_by": Column("Seen by", sightings=True),
    "issues": Column("Issues", number=True),
    "last_seen": Column("Last seen", sightings=True),
    "model": Column("Model"),
    "presence": Column("Presence"),
    "silenced": Column("Silenced"),
    "accounts": Column("Accounts", sightings=True),
    "groups": Column("Groups", sightings=True),
    "tags": Column("Tags"),
    "known_since": Column("Known since"),
}
CHOSEN = ("state", "user", "serial", "os", "seen_by", "issues", "last_seen")


@dataclass(frozen=True, slots=True)
class Sort:
    """`by`: fields of a row, the last one unique; an index has them in this order. `descending_first`: for the first click.
    `moments` and `whole`: which of them are times, and which are whole numbers beside WHOLE. `rank`: the SQL of the one of that name."""

    label: str
    by: tuple[str, ...]
    descending_first: bool = False
    moments: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    rank: str = ""


# The worst first. `device_by_rank` is an index over exactly this expression.
RANKS = {State.CRITICAL: 0, State.ATTENTION: 1, State.UNKNOWN: 2, State.OK: 3}
RANK_SQL = "(CASE state WHEN 'critical' THEN 0 WHEN 'attention' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END)"
# Not by "last seen": that moves with every poll, and an index that follows it would make each poll many times as dear.
SORTS = {
    NAME: Sort("Name", ("name", "id")),
    "state": Sort("State", ("rank", "name", "id"), rank=RANK_SQL),
    "user": Sort("User", ("user", "id")),
    "serial": Sort("Serial", ("serial", "id")),
    "os": Sort("System", ("os_name", "name", "id")),
    "issues": Sort("Issues", ("issue_count", "name", "id"), descending_first=True),
}
WHOLE = ("id", "rank", "issue_count")  # fields that are whole numbers
