from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices import audit
from devices.coverage_export import lines_of_devices, lines_of_matrix
from devices.export import blocks
from devices.models import User
from devices.queries.cover import Cover
from devices.queries.coverage import Drill, matrix
from devices.queries.coverage_list import drill_page
from devices.queries.proof import proofs
from devices.views.guard import needs
from devices.views.ticket import query


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """Which account sees how many devices, the one that misses most first."""
    rows = matrix(proofs(timezone.now()))
    return render(request, "devices/coverage.html", {"rows": rows, "covers": list(Cover), "devices": rows[0].total if rows else 0})


@require_safe
@needs("view_device")
def devices(request: HttpRequest) -> HttpResponse:
    """The devices that one number of the matrix counts."""
    drill = _drill(request)
    found = drill_page(drill, now=timezone.now(), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "drill": drill,
        "proof": drill.proof,
        "page": found,
        "older": drill.query_string(after=found.older) if found.older else "",
        "newer": drill.query_string(before=found.newer) if found.newer else "",
        "installer_account": query(account=drill.proof.name) if _closable(drill) else "",
    }
    return render(request, "devices/coverage_devices.html", context)


@require_safe
@needs("export_device")
def devices_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All pages of the list, with the same text."""
    drill = _drill(request)
    name = f"coverage-{drill.proof.name}-{drill.cover}"
    _audit(request, name, q=drill.q)
    return _csv(lines_of_devices(drill), name)


@require_safe
@needs("export_device")
def matrix_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every device with its state at every account."""
    _audit(request, "coverage")
    return _csv(lines_of_matrix(proofs(timezone.now())), "coverage")


def _closable(drill: Drill) -> bool:
    """Whether an installer would help these devices."""
    return drill.proof.makes_installers and drill.cover in (Cover.MISSING, Cover.PENDING)


def _drill(request: HttpRequest) -> Drill:
    drill = Drill.read(request.GET, proofs(timezone.now()))
    if drill is None:
        raise Http404
    return drill


def _audit(request: HttpRequest, target: str, **detail: str) -> None:
    """Written first: what left is known even if the stream breaks off."""
    actor = request.user if isinstance(request.user, User) else None
    audit.record("export", actor=actor, target=target, request=request, format="csv", **detail)


def _csv(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(blocks(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rollcall-{name}-{timezone.now():%Y%m%d-%H%M}.csv"'
    return answer
