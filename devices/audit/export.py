"""Files of lists for the browser to download: CSV, Excel workbook or JSON Lines. Each is recorded in the audit log, with its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.request import act_of
from devices.lists.csv import BYTE_ORDER_MARK, blocks, csv_table
from devices.lists.file_table import FileTable
from devices.lists.workbook import MOST_ROWS, TooManyRows, write_workbook

SMALL = 2**21  # characters that are made before the answer begins
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def table_file(
    request: HttpRequest, name: str, form: str, table: Callable[[], FileTable], /, *, list_url: str, action: str, **detail: Any
) -> HttpResponseBase:
    """A table as a download named `name`, with the ending `form`: csv or xlsx. `action` and `detail` are for the audit log.

    A small CSV file is made completely before the first byte leaves, so that an error becomes an error page and the answer has a length.
    A larger one is streamed: an error in the middle then cuts the connection, which a browser reports as a failed download. A workbook is
    always made completely, on disk. One with too many rows is refused on the page at `list_url`.
    """
    name = f"{name}.{form}"
    if request.method == "HEAD":
        return file_answer(name, iter(()), content_type=TYPES[form])
    # Recorded first, so that an export that breaks off is recorded too.
    audit.record(action, act=act_of(request), target=name, format=form, **detail)
    if form == "csv":
        return file_answer(name, blocks(chain([BYTE_ORDER_MARK], csv_table(table()))))
    try:
        return _workbook(name, table())
    except TooManyRows:
        text = gettext("No file was created: the list has more than %(number)s rows. Export CSV, or narrow the list.")
        messages.error(request, text % {"number": number_format(MOST_ROWS, force_grouping=True)})
        return _back(request, list_url)


def jsonl_file(request: HttpRequest, name: str, lines: Callable[[], Iterable[str]], /, *, action: str, **detail: Any) -> HttpResponseBase:
    """One JSON document in each line, as a download named `name` with the ending jsonl."""
    name = f"{name}.jsonl"
    content: Iterable[str] = ()
    if request.method != "HEAD":
        audit.record(action, act=act_of(request), target=name, format="jsonl", **detail)
        content = lines()
    return file_answer(name, blocks(content), content_type=TYPES["jsonl"])


def file_answer(name: str, pieces: Iterator[str], *, content_type: str = TYPES["csv"]) -> HttpResponseBase:
    """A download named `name`, complete with its length or streamed, as `table_file` says."""
    begun: list[str] = []
    size = 0
    while size < SMALL and (piece := next(pieces, None)) is not None:
        begun.append(piece)
        size += len(piece)
    headers = {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="{name}"'}
    if size >= SMALL:
        return StreamingHttpResponse(chain(begun, pieces), headers=headers)
    answer = HttpResponse(begun, headers=headers)
    answer["Content-Length"] = str(len(answer.content))
    return answer


def no_file(request: HttpRequest, list_url: str) -> HttpResponse:
    """For an address with an unknown filter: redirects to the list, which names it."""
    messages.error(request, gettext("No file was created: the link contains an unknown filter. Check the filters below."))
    return _back(request, list_url)


def _workbook(name: str, table: FileTable) -> HttpResponseBase:
    file = TemporaryFile()  # noqa: SIM115  # closed with the answer
    try:
        write_workbook(table, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES["xlsx"])


def _back(request: HttpRequest, list_url: str) -> HttpResponse:
    return redirect(f"{list_url}?{request.GET.urlencode()}")
