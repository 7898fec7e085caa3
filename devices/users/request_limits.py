"""Limits of what one user requests from vendors: ten requests a minute, and ten vendor calls for refreshed devices."""

from __future__ import annotations

import math

from django.utils.translation import gettext

from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.models import Account
from devices.web.sliding_window import Window, take

MOST_REQUESTS = MOST_CALLS = 10
SECONDS = 60


def count_request(act: AuditContext) -> None:
    """Raises ActionRefused."""
    _take(act, "requests", MOST_REQUESTS, times=1)


def count_calls(act: AuditContext, account: Account, *, devices: int) -> None:
    """Calls that a new sync of single devices takes. Raises ActionRefused."""
    vendor = account.about
    calls = math.ceil(devices / vendor.named_at_once) if vendor.named_at_once else 1
    _take(act, "calls", MOST_CALLS, times=calls * vendor.named_calls)


def _take(act: AuditContext, what: str, most: int, *, times: int) -> None:
    taken = take([Window(f"rollcall:{what}:{act.signed_in.pk}", most, SECONDS)], now=act.now.timestamp(), times=times)
    if taken.wait:
        text = gettext("The limit of vendor requests per user is reached. Try again in %(seconds)s s.")
        raise ActionRefused(text % {"seconds": taken.wait})
