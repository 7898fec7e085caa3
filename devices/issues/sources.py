"""The three sources of issues: reported by a vendor, no recent contact, and coverage gaps.

Removed and retired devices are excluded, and superseded records: the newer record of the account tells what is true now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from devices.models import IssueKind
from devices.models.device import RANK_SQL, RANKS
from vendors.states import State

_DEVICE = "JOIN {{devices}} d ON d.id = {} AND d.life IN ('seen', 'missing')"
_SEVERAL_RECORDS = (
    "EXISTS (SELECT 1 FROM devices_sighting o WHERE o.device_id = s.device_id AND o.account_id = s.account_id AND o.id <> s.id)"
)
NO_KEY = "''"


class IssueKey(NamedTuple):
    """Which issue is meant, as forms and decisions name it."""

    kind: str
    ref: int
    key: str

    @property
    def form_value(self) -> str:
        """As devices/issues/selection.py reads it."""
        return "-".join((self.kind, str(self.ref), self.key))


@dataclass(frozen=True, slots=True)
class IssueSource:
    """One source, of `{devices}` and, where vendors report them, of `{issues}`. `rank`: of all its issues; None: `rank_sql` gives it.

    `title`: as the vendor names the issue; of a record without contact its id, where its account has several records of the device.

    `fingerprint`: what an issue is; a decision ends when it changes.
    """

    kind: IssueKind
    number: int
    source: str
    ref: str
    key: str
    rank: int | None
    rank_sql: str
    since: str
    told: str
    state: str
    title: str
    raw: str
    silenced: str
    account: str
    device: str
    fingerprint: str


BRANCHES = (
    IssueSource(
        kind=IssueKind.ISSUE,
        number=0,
        source="{issues} i JOIN devices_sighting s ON s.id = i.sighting_id AND s.life = 'seen' AND s.superseded IS NOT TRUE "
        + _DEVICE.format("s.device_id"),
        ref="i.sighting_id",
        key="i.key",
        rank=None,
        rank_sql=RANK_SQL.replace("CASE state", "CASE i.state"),
        since="coalesce(i.since, i.first_seen_at)",
        told="i.since IS NOT NULL",
        state="i.state",
        title="i.title",
        raw="i.raw",
        silenced="i.silenced",
        account="s.account_id",
        device="s.device_id",
        fingerprint="concat_ws(' · ', i.state, i.raw, i.title)",
    ),
    IssueSource(
        kind=IssueKind.STALE,
        number=1,
        source="(SELECT * FROM devices_sighting WHERE stale AND life = 'seen' AND superseded IS NOT TRUE AND quiet_since IS NOT NULL) s "
        + _DEVICE.format("s.device_id"),
        ref="s.id",
        key=NO_KEY,
        rank=RANKS[State.UNKNOWN],
        rank_sql=str(RANKS[State.UNKNOWN]),
        since="s.quiet_since",
        told="true",
        state=f"'{State.UNKNOWN}'",
        title=f"CASE WHEN {_SEVERAL_RECORDS} THEN s.external_id ELSE '' END",
        raw="s.state_raw",
        silenced="s.silenced",
        account="s.account_id",
        device="s.device_id",
        fingerprint="extract(epoch FROM s.quiet_since)::text",
    ),
    IssueSource(
        kind=IssueKind.GAP,
        number=2,
        source="devices_gap g " + _DEVICE.format("g.device_id"),
        ref="g.id",
        key=NO_KEY,
        rank=RANKS[State.ATTENTION],
        rank_sql=str(RANKS[State.ATTENTION]),
        since="g.since",
        told="false",
        state=f"'{State.ATTENTION}'",
        title="''",
        raw="''",
        silenced="false",
        account="g.account_id",
        device="g.device_id",
        fingerprint="extract(epoch FROM g.since)::text",
    ),
)
