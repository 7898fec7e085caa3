"""The page of a short link, for recipients without an account. Only POST counts a download, so previews and HEAD use none."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from devices.web.client_address import client_address, limited_network
from devices.web.rate_limit import UserRateLimit, check
from installers.handouts.short_links import LinkUnavailable, UnavailableReason, peek, redeem

TRIES, SECONDS = 60, 60  # per IP address; a whole office may share one
STATUS = {UnavailableReason.UNKNOWN: 404}


@login_not_required
@csrf_exempt  # the token is the authorization; no cookie is set or needed
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Redirects by the header `Refresh`: the CSP directive form-action also forbids a redirect after a form."""
    now = timezone.now()
    limit = check(f"short-link:{limited_network(client_address(request))}", most=TRIES, seconds=SECONDS)
    if limit is UserRateLimit.TOO_MANY:
        return _answer(request, {"why": "too many"}, status=429)
    if limit is UserRateLimit.UNAVAILABLE:
        answer = _answer(request, {"why": "unavailable"}, status=503)
        answer["Retry-After"] = str(SECONDS)
        return answer
    try:
        if request.method != "POST":
            return _answer(request, {"handout": peek(token, now=now)})
        handout, link = redeem(token, now=now, address=client_address(request))
    except LinkUnavailable as closed:
        return _answer(request, {"why": closed.why.value}, status=STATUS.get(closed.why, 410))
    answer = _answer(request, {"handout": handout, "link": link})
    answer["Refresh"] = f"0; url={link.reveal()}"
    return answer


def _answer(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    # An empty token: a real one would set its cookie.
    answer = render(request, "installers/short_link.html", {**context, "csrf_token": ""}, status=status)  # nosec B105 # no form on it
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
