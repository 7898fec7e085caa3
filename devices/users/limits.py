"""Sign-ins that the limits refuse, in the audit log: once a minute for each address and user, so that an attack does not fill it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import UNKNOWN, AuditContext
from devices.models import User
from devices.web.rate_limit import UserRateLimit, check

WINDOW = 60  # seconds


def record_limited(request: HttpRequest, user: User | None) -> None:
    """`user`: the one whose name or second factor was tried, if there is one."""
    address = audit.address_of(request)
    key = f"rollcall:limited:{address}:{user.pk if user else ''}"
    if check(key, most=1, seconds=WINDOW) is not UserRateLimit.TOO_MANY:
        audit.record("sign-in limited", act=AuditContext(timezone.now(), name=UNKNOWN, address=address), target=user or "")


def user_of_that_name(typed: object) -> User | None:
    name = str(typed or "")
    return None if "\0" in name else User.objects.filter(username__iexact=name).first()


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The page for 429, which django-allauth shows where an address sends too many requests."""
    from allauth.core.internal.ratelimit import handler429

    if request.path == reverse("account_login"):
        record_limited(request, None)
    answer: HttpResponse = handler429(request)
    return answer
