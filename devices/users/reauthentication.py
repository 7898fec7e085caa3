"""Reauthentication: the password, or a code of the second factor, again before a view that reveals or decides something sensitive.

Opening such a page needs a more recent one than sending its form, so that there is time to fill it in. A sign-in does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRedirect

from devices.web.permissions import is_fragment

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SHARE_TO_OPEN = 3  # of the time, a third


def reauthenticated(view: View[P]) -> View[P]:
    """Inside `needs`: who has no permission is refused and not required to reauthenticate."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        within = settings.REAUTHENTICATION_SECONDS
        if request.method != "POST":
            within //= SHARE_TO_OPEN
        return view(request, *args, **kwargs) if _age(request) < within else _require(request)

    return guarded


def _age(request: HttpRequest) -> float:
    """Seconds since the last reauthentication of this session."""
    records = get_authentication_records(request, request.user)
    return time.time() - max((record["at"] for record in records if record.get("reauthenticated")), default=0.0)


def _require(request: HttpRequest) -> HttpResponse:
    """What was typed is not kept, because it may be a secret."""
    if request.method == "POST":
        messages.warning(request, gettext("Nothing was saved: your identity had to be confirmed again. Enter your changes again."))
    address = f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseClientRedirect(address) if is_fragment(request) else redirect(address)
