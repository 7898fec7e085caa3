"""What each of the ten states of an account looks like in every place that shows it: a table of states and places."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.utils import timezone

from devices.queries.accounts import card
from devices.queries.aged import aged
from devices.queries.answers import silences
from devices.queries.clue import parse
from devices.queries.proof import proofs
from devices.queries.sources import sources
from devices.queries.troubles import troubles
from tests.devices.states import STATES, account_in

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Shown:
    """card, coverage of all lists, health and withheld of the dashboard, banner, doubt of coverage, lookup, stale note."""

    card: str
    all_lists: str
    health: str
    withheld: int
    banner: str
    doubt: str
    lookup: str
    stale: bool


TABLE = {
    "never_synced": Shown("never", "never", "new", 0, "new", "no complete list has been fetched yet", "never", False),
    "first_sync": Shown("first", "loading", "new", 0, "new", "no complete list has been fetched yet", "never", False),
    "partial": Shown("partial", "complete", "ok", 0, "", "1 record of its last list could not be read", "searched", False),
    "withheld": Shown(
        "partial", "complete", "ok", 25, "", "25 devices vanished from its list at once, and a person has to decide", "searched", False
    ),
    "overdue": Shown("late", "complete", "ok", 0, "late", "its last complete list is older than two intervals", "stale", False),
    "failing": Shown("failing", "partial", "failing", 0, "failing", "", "stale", False),
    "credentials_refused": Shown("person", "partial", "person", 0, "person", "", "stale", False),
    "disabled": Shown("off", "never", "off", 0, "", "it is switched off", "stale", True),
    "being_deleted": Shown("ok", "complete", "ok", 0, "", "", "searched", False),
    "healthy": Shown("ok", "complete", "ok", 0, "", "", "searched", False),
}


def shown_as(state: str) -> Shown:
    now, account = timezone.now(), account_in(state)
    (source,) = sources().all
    (proof,) = proofs(now)
    (silence,) = silences(parse("nb-1"), now=now)
    banner = troubles(now=now).accounts
    return Shown(
        card(account, now).standing.code,
        sources().coverage.value,
        source.health,
        source.withheld,
        banner[0].health if banner else "",
        proof.doubt.partition(" since")[0],
        silence.code,
        bool(aged(now=now)),
    )


@pytest.mark.parametrize("state", STATES)
def test_every_place_shows_a_state_as_the_table_says(state: str) -> None:
    assert shown_as(state) == TABLE[state]
