"""Middleware: one address of the client, sign-in required for every view, and no caching of responses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from devices.web.client_address import AmbiguousAddress, client_address

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ClientAddressMiddleware:
    """Refuses a request whose client cannot be determined with 400, before anything reads it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            client_address(request)
        except AmbiguousAddress as several:
            log.warning("%s", several)
            return HttpResponseBadRequest(f"{several}\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Requires sign-in for every view that is not exempt. A fragment request of an expired session redirects the whole page."""

    def handle_no_permission(  # type: ignore[override]  # a fragment gets HX-Redirect instead of a redirect
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        htmx: HtmxDetails | None = getattr(request, "htmx", None)
        if not htmx:
            return super().handle_no_permission(request, view_func)
        # Back to the open page, not to the fragment.
        page = htmx.current_url_abs_path or "/"
        redirect = HttpResponseClientRedirect(f"{resolve_url(self.get_login_url(view_func))}?{urlencode({'next': page})}")
        redirect.status_code = 401
        return redirect


class PrivateMiddleware:
    """Keeps responses out of caches; a fragment and a page of one address are different responses."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if isinstance(answer, HttpResponse) or answer.streaming:
            patch_vary_headers(answer, ["HX-Request"])
        if not answer.has_header("Cache-Control"):
            add_never_cache_headers(answer)
            answer["Cache-Control"] = "no-store"
        answer["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        answer["Cross-Origin-Resource-Policy"] = "same-origin"
        return answer
