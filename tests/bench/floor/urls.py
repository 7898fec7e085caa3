"""The least that a page costs: a signed-in Django view that renders the same template with the same rows, remembered from the first time."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path

from config import urls
from devices.coverage import views as coverage
from devices.dashboard import views as dashboard
from devices.device_detail import views as detail
from devices.device_list import views as devices
from devices.issues import views as issues
from devices.lookup import views as lookup
from devices.saved_views import list_page
from devices.web.permissions import needs
from patching.views import lists, overview, panels, title
from tests.bench.person import FROM_MEMORY

kept: dict[str, tuple[str, dict[str, Any]]] = {}


def remember(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """In the place of `render` in the measured views."""
    kept[request.get_full_path()] = (template, context)
    return render(request, template, context)


def remembered(module: ModuleType, name: str = "page") -> Callable[..., HttpResponseBase]:
    view = getattr(module, name)
    for shows in (module, list_page):  # lists show themselves there
        shows.__dict__["render"] = remember

    @needs("view_device")
    def from_memory(request: HttpRequest, /, **parts: Any) -> HttpResponseBase:
        known = kept.get(request.get_full_path())
        if known is None:
            first: HttpResponseBase = view(request, **parts)
            return first
        answer = render(request, *known)
        answer[FROM_MEMORY] = "1"
        return answer

    return from_memory


urlpatterns = [
    path("", remembered(dashboard)),
    path("devices/", remembered(devices)),
    path("devices/<int:pk>/", remembered(detail)),
    path("d/", remembered(lookup)),
    path("coverage/", remembered(coverage)),
    path("issues/", remembered(issues)),
    path("patching/", remembered(overview)),
    path("patching/devices/", remembered(lists, "devices")),
    path("patching/titles/", remembered(lists, "titles")),
    path("patching/titles/<int:pk>/", remembered(title)),
    path("patching/device/<int:pk>/", remembered(panels, "device_panel")),
    path("patching/patches/", remembered(lists, "patches")),
    *urls.urlpatterns,
]
handler500 = urls.handler500
