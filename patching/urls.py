from __future__ import annotations

from django.urls import path

from devices.lists.export_path import export_path
from patching.views import export, lists, overview, panels, title

app_name = "patching"

urlpatterns = [
    path("", overview.page, name="overview"),
    path("patches/", lists.patches, name="patches"),
    export_path("patches", export.patches, name="patches_file"),
    path("attempts/", lists.attempts, name="attempts"),
    export_path("attempts", export.attempts, name="attempts_file"),
    path("devices/", lists.devices, name="devices"),
    export_path("devices", export.devices, name="devices_file"),
    path("titles/", lists.titles, name="titles"),
    export_path("titles", export.titles, name="titles_file"),
    path("titles/<int:pk>/", title.page, name="title"),
    path("silent/", overview.silent_devices, name="silent"),
    path("reasons/", overview.reasons, name="reasons"),
    path("device/<int:pk>/", panels.device_panel, name="device_panel"),
    path("account/<slug:name>/", panels.readings, name="readings"),
]
