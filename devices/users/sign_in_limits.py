"""Limits of failed passwords and codes, by name and address: then 429 with the seconds to wait. No request sleeps.

Failures are counted for a name at one address, for the address, and for a name at all addresses but its usual ones. So whoever tries the
passwords of a known name from elsewhere is stopped, also with many addresses, and the user still signs in from a usual address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from allauth.core.exceptions import ImmediateHttpResponse
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from devices.audit import log as audit
from devices.audit.context import UNKNOWN, AuditContext
from devices.models import SignInAddress, User
from devices.web.client_address import client_address, limited_network
from devices.web.rate_limit import UserRateLimit, check
from devices.web.sliding_window import Taken, Window, give_back, take

# At most so many within so many seconds.
ATTEMPTS = (60, 60)  # of one address, failed or not
FAILURES_OF_ADDRESS = (10, 60)
FAILURES_OF_NAME_AT_ADDRESS = (5, 300)
FAILURES_OF_NAME_ELSEWHERE = (20, 300)  # at all addresses that are not usual ones of that user, together
USUAL_FOR = timedelta(days=90)  # after the last sign-in from an address
MOST_USUAL = 20  # addresses of a user

T = TypeVar("T")


def limited(request: HttpRequest, name: str, attempt: Callable[[], T | None], *, what: str = "password") -> T | None:
    """The result of `attempt`; a failure (None, or any exception) counts. Raises ImmediateHttpResponse with 429, without an attempt."""
    now = timezone.now()
    windows = _windows(name, limited_network(client_address(request)), now, what=what)
    taken = take(windows, now=now.timestamp())
    if taken.wait:
        _record_refused(request, name)
        raise ImmediateHttpResponse(too_many(request, taken))
    found = attempt()
    if found is not None:
        give_back(taken, keys=[window.key for window in windows[1:]])
    return found


def too_many(request: HttpRequest, taken: Taken) -> HttpResponse:
    answer = render(request, "429.html", {"seconds": taken.wait}, status=429)
    answer["Retry-After"] = str(taken.wait)
    return answer


def user_of_that_name(typed: object) -> User | None:
    name = str(typed or "")
    return None if "\0" in name else User.objects.filter(username__iexact=name).first()


def remember_address(user: User, address: str | None, *, now: datetime) -> None:
    """The user signed in from there: it is a usual address from now on."""
    row = SignInAddress(user=user, network=limited_network(address), last_at=now)
    SignInAddress.objects.bulk_create([row], update_conflicts=True, unique_fields=["user", "network"], update_fields=["last_at"])
    kept = SignInAddress.objects.filter(user=user, last_at__gt=now - USUAL_FOR).order_by("-last_at", "-pk").values("pk")[:MOST_USUAL]
    SignInAddress.objects.filter(user=user).exclude(pk__in=kept).delete()


def _record_refused(request: HttpRequest, name: str) -> None:
    """Once a minute for each address and user, so that an attack does not fill the audit log."""
    address, user = client_address(request), user_of_that_name(name)
    key = f"rollcall:limited:{limited_network(address)}:{user.pk if user else ''}"
    if check(key, most=1, seconds=60) is not UserRateLimit.TOO_MANY:
        audit.record("sign-in limited", act=AuditContext(timezone.now(), name=UNKNOWN, address=address), target=user or "")


def _windows(name: str, network: str, now: datetime, *, what: str) -> list[Window]:
    """The first counts all attempts, the others failures. One query."""
    usual = SignInAddress.objects.filter(user=OuterRef("pk"), network=network, last_at__gt=now - USUAL_FOR)
    known = User.objects.filter(username__iexact=name).annotate(usual=Exists(usual)).values_list("pk", "usual").first()
    who = f"user-{known[0]}" if known else salted_hmac("devices.users.sign_in_limits", name.casefold()).hexdigest()
    windows = [
        _window(f"attempts:{network}", ATTEMPTS),
        _window(f"address:{network}", FAILURES_OF_ADDRESS),
        _window(f"{what}:{who}:{network}", FAILURES_OF_NAME_AT_ADDRESS),
    ]
    if known is None or not known[1]:
        windows.append(_window(f"{what}:{who}:elsewhere", FAILURES_OF_NAME_ELSEWHERE))
    return windows


def _window(key: str, limit: tuple[int, int]) -> Window:
    return Window(f"rollcall:sign-in:{key}", most=limit[0], seconds=limit[1])
