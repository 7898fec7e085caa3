"""Dialogs: pages that static/js/dialogs.js shows above another page. The server leaves out their frame.

Such a request is that of a page, not of a fragment: views and permissions treat it like one, and without scripts it is one.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

HEADER = "Rollcall-Dialog"
OPENED_FROM = "HX-Current-URL"  # htmx sends it with every request


def in_dialog(request: HttpRequest) -> bool:
    return HEADER in request.headers


def frame_of(request: HttpRequest) -> str:
    """The template around the content of a page: none in a dialog, the navigation for a signed-in user, else a box."""
    if in_dialog(request):
        return "ui/dialog_content.html"
    user = getattr(request, "user", None)
    return "base.html" if user is not None and user.is_authenticated else "alone.html"


class DialogMiddleware:
    """Turns a redirect in a dialog into one of the whole page. A page that leads back to itself is reloaded where it was scrolled to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        patch_vary_headers(answer, [HEADER])
        if in_dialog(request) and answer.has_header("Location"):
            target = answer["Location"]
            del answer["Location"]
            if _page(urljoin(request.build_absolute_uri(), target)) == _page(request.headers.get(OPENED_FROM, "")):
                answer["HX-Refresh"] = "true"
            else:
                answer["HX-Redirect"] = target
            answer.status_code = 200
        return answer


def _page(url: str) -> tuple[str, str]:
    """Path and query; the fragment leads to another place of the same page."""
    parts = urlsplit(url)
    return parts.path, parts.query
