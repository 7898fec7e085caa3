"""Files of lists, CSV or JSON Lines, for the browser to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.request import act_of
from devices.lists.csv import BYTE_ORDER_MARK, blocks

SMALL = 2**21  # characters that are made before the answer begins


def csv_file(request: HttpRequest, name: str, lines: Callable[[], Iterable[str]], /, *, action: str, **detail: Any) -> HttpResponseBase:
    """The lines as a download named `name`; `action` and `detail` are for the audit log.

    A small file is made completely before the first byte leaves, so that an error becomes an error page and the answer has a length. A
    larger one is streamed: an error in the middle then cuts the connection, which a browser reports as a failed download.
    """
    content: Iterable[str] = ()
    if request.method != "HEAD":
        # Recorded first, so that an export that breaks off is recorded too.
        audit.record(action, act=act_of(request), target=name, **detail)
        content = chain([BYTE_ORDER_MARK], lines())
    return file_answer(name, blocks(content))


def jsonl_file(request: HttpRequest, name: str, lines: Callable[[], Iterable[str]], /, *, action: str, **detail: Any) -> HttpResponseBase:
    """As `csv_file`, one JSON document in each line."""
    content: Iterable[str] = ()
    if request.method != "HEAD":
        audit.record(action, act=act_of(request), target=name, **detail)
        content = lines()
    return file_answer(name, blocks(content), content_type="application/jsonl")


def file_answer(name: str, pieces: Iterator[str], *, content_type: str = "text/csv") -> HttpResponseBase:
    """A download named `name`, complete with its length or streamed, as `csv_file` says."""
    begun: list[str] = []
    size = 0
    while size < SMALL and (piece := next(pieces, None)) is not None:
        begun.append(piece)
        size += len(piece)
    headers = {"Content-Type": f"{content_type}; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    if size >= SMALL:
        return StreamingHttpResponse(chain(begun, pieces), headers=headers)
    answer = HttpResponse(begun, headers=headers)
    answer["Content-Length"] = str(len(answer.content))
    return answer


def no_file(request: HttpRequest, list_url: str) -> HttpResponse:
    """For an address with an unknown filter: redirects to the list, which names it."""
    messages.error(request, gettext("No file was created: the link contains an unknown filter. Check the filters below."))
    return redirect(f"{list_url}?{request.GET.urlencode()}")
