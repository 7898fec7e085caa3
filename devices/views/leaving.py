"""A file of what a list shows, on its way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect

from devices import audit
from devices.export import blocks
from devices.views.person import act_of


def csv_file(request: HttpRequest, name: str, lines: Callable[[], Iterable[str]], *, action: str, **told: Any) -> HttpResponseBase:
    """Streams the lines; `action` and what is `told` are for the audit log."""
    content: Iterable[str] = ()
    if request.method != "HEAD":
        # Written first: what left is known even if the reader or this process dies on the way.
        audit.record(action, act=act_of(request), target=name, **told)
        content = lines()
    answer = StreamingHttpResponse(blocks(content), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def no_file(request: HttpRequest, list_url: str) -> HttpResponse:
    """For an address that asks for something unknown: the list at the same address says what."""
    messages.error(request, "No file was made, because it would not hold what its link meant: this page says why.")
    return redirect(f"{list_url}?{request.GET.urlencode()}")
