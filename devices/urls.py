from __future__ import annotations

from django.urls import path

from devices.views import (
    accounts,
    accounts_apply,
    accounts_edit,
    audit,
    bulk,
    coverage,
    dashboard,
    detail,
    devices,
    export_view,
    junk,
    lookup,
    lookup_ask,
    lookup_list,
    saved,
)

app_name = "devices"

urlpatterns = [
    path("", dashboard.page, name="dashboard"),
    path("devices/", devices.page, name="list"),
    path("devices/export.csv", export_view.export, name="export"),
    path("devices/bulk/", bulk.bulk, name="bulk"),
    path("devices/views/", saved.index, name="views"),
    path("devices/views/save/", saved.save, name="view_save"),
    path("devices/views/<slug:slug>/change/", saved.change, name="view_change"),
    path("devices/<int:pk>/", detail.page, name="detail"),
    path("devices/<int:pk>/raw/<int:sighting>/", detail.raw, name="raw"),
    path("d/", lookup.page, name="lookup"),
    path("d/suggest/", lookup.suggest, name="lookup_suggest"),
    path("d/list/", lookup_list.page, name="lookup_list"),
    path("d/ask/", lookup_ask.ask, name="lookup_ask"),
    path("d/asked/<int:pk>/", lookup_ask.asked, name="lookup_asked"),
    path("d/<slug:kind>/<path:value>", lookup.deep, name="lookup_deep"),
    path("coverage/", coverage.page, name="coverage"),
    path("coverage/every.csv", coverage.matrix_csv, name="coverage_csv"),
    path("coverage/devices/", coverage.devices, name="coverage_devices"),
    path("coverage/devices.csv", coverage.devices_csv, name="coverage_devices_csv"),
    path("coverage/keys/", junk.page, name="coverage_keys"),
    path("vendors/", accounts.index, name="accounts"),
    path("vendors/add/", accounts_edit.add, name="account_add"),
    path("vendors/test/", accounts_edit.test, name="account_test"),
    path("vendors/<slug:name>/", accounts.page, name="account"),
    path("vendors/<slug:name>/edit/", accounts_edit.edit, name="account_edit"),
    path("vendors/<slug:name>/test/", accounts_edit.test_stored, name="account_test_stored"),
    path("vendors/<slug:name>/switch/", accounts.switch, name="account_switch"),
    path("vendors/<slug:name>/refresh/", accounts.refresh, name="account_refresh"),
    path("vendors/<slug:name>/progress/", accounts.progress, name="account_progress"),
    path("vendors/<slug:name>/apply/<int:run>/", accounts_apply.apply, name="account_apply"),
    path("audit/", audit.page, name="audit"),
]
