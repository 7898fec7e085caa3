from __future__ import annotations

from django.urls import path

from patching.views import export, lists, overview, panels, title

app_name = "patching"

urlpatterns = [
    path("", overview.page, name="overview"),
    path("patches/", lists.patches, name="patches"),
    path("patches.csv", export.patches, name="patches_csv"),
    path("attempts/", lists.attempts, name="attempts"),
    path("attempts.csv", export.attempts, name="attempts_csv"),
    path("devices/", lists.devices, name="devices"),
    path("devices.csv", export.devices, name="devices_csv"),
    path("titles/", lists.titles, name="titles"),
    path("titles.csv", export.titles, name="titles_csv"),
    path("titles/<int:pk>/", title.page, name="title"),
    path("silent/", overview.silent_devices, name="silent"),
    path("reasons/", overview.reasons, name="reasons"),
    path("device/<int:pk>/", panels.device_panel, name="device_panel"),
    path("account/<slug:name>/", panels.readings, name="readings"),
]
