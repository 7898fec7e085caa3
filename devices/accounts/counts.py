"""The numbers of an account as JSON and as words: records that are stored and reported, calls that are left."""

from __future__ import annotations

import math
from typing import TypedDict

from devices.accounts.queries import AccountCard
from devices.search.documents import moment


class AccountCounts(TypedDict):
    """None: the vendor does not report it, or nobody knows."""

    records_stored: int
    records_reported: int | None
    reported_as_of: str | None
    calls_allowed: int | None  # in `calls_window_seconds`
    calls_window_seconds: float | None
    calls_left: int | None
    calls_reset_seconds: float | None  # until all of them may be made again


def numbers(card: AccountCard) -> AccountCounts:
    rate, quota, reported = card.rate, card.quota, card.reported
    return AccountCounts(
        records_stored=card.devices,
        records_reported=reported.records if reported else None,
        reported_as_of=moment(reported.at) if reported else None,
        calls_allowed=rate.calls if rate else None,
        calls_window_seconds=rate.seconds if rate else None,
        calls_left=quota.left if quota else None,
        calls_reset_seconds=round(quota.all_in, 1) if quota else None,
    )


def records_words(card: AccountCard) -> str:
    """`2,838 stored, 2,838 reported` · `60 stored, total unknown`"""
    return f"{card.devices:,} stored, {_reported(card)}"


def _reported(card: AccountCard) -> str:
    if card.reported:
        return f"{card.reported.records:,} reported"
    return "total not reported yet" if card.vendor and card.vendor.tells_total else "total unknown"


def calls_words(card: AccountCard) -> str:
    """`7 of 10 calls left, reset in 41 s`"""
    if card.rate is None:
        return ""
    if card.quota is None:
        return "calls left: not known now"
    again = f", reset in {math.ceil(card.quota.all_in)} s" if card.quota.all_in > 0 else ""
    return f"{card.quota.left:,} of {card.rate.calls:,} calls left{again}"
