"""Counts of an account, as JSON and as text: records stored and reported, API calls left."""

from __future__ import annotations

import math
from typing import TypedDict

from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.accounts.queries import AccountCard
from devices.search.documents import moment


class AccountCounts(TypedDict):
    """None: the vendor does not report it, or it is not known now."""

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
    stored = _number(card.devices)
    if card.reported:
        return gettext("%(stored)s stored, %(reported)s reported") % {"stored": stored, "reported": _number(card.reported.records)}
    if card.vendor and card.vendor.tells_total:
        return gettext("%(stored)s stored, total not reported yet") % {"stored": stored}
    return gettext("%(stored)s stored, total unknown") % {"stored": stored}


def calls_words(card: AccountCard) -> str:
    """`7 of 10 calls left, reset in 41 s`"""
    if card.rate is None:
        return ""
    if card.quota is None:
        return gettext("Number of calls left unknown")
    numbers = {"left": _number(card.quota.left), "allowed": _number(card.rate.calls)}
    if card.quota.all_in <= 0:
        return gettext("%(left)s of %(allowed)s calls left") % numbers
    return gettext("%(left)s of %(allowed)s calls left, reset in %(seconds)s s") % {**numbers, "seconds": math.ceil(card.quota.all_in)}


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)
