from __future__ import annotations

from django.urls import path

from devices.account_status import views as troubles
from devices.accounts import deletion_views as accounts_delete
from devices.accounts import edit_views as accounts_edit
from devices.accounts import freshness_views as thresholds
from devices.accounts import views as accounts
from devices.accounts import withheld_views as accounts_apply
from devices.audit import views as audit
from devices.conflicts import resolution_views as settling
from devices.conflicts import views as disagreements
from devices.coverage import identifier_views as junk
from devices.coverage import views as coverage
from devices.dashboard import views as dashboard
from devices.device_detail import match_views as links
from devices.device_detail import note_views as notes
from devices.device_detail import refresh_views as ask_device
from devices.device_detail import remediation_views as remediation
from devices.device_detail import retirement_views as retire
from devices.device_detail import tag_views as tags
from devices.device_detail import views as detail
from devices.device_list import bulk_views as bulk
from devices.device_list import export_views as export_view
from devices.device_list import views as devices
from devices.history import views as timeline
from devices.issues import decision_views as issues_decide
from devices.issues import muted_views as issues_silenced
from devices.issues import views as issues
from devices.lookup import batch_views as lookup_list
from devices.lookup import live_views as lookup_ask
from devices.lookup import views as lookup
from devices.saved_views import views as saved

app_name = "devices"

urlpatterns = [
    path("", dashboard.page, name="dashboard"),
    path("devices/", devices.page, name="list"),
    path("devices/export.csv", export_view.export, name="export"),
    path("devices/bulk/", bulk.bulk, name="bulk"),
    path("devices/<int:pk>/", detail.page, name="detail"),
    path("devices/<int:pk>/raw/<int:sighting>/", detail.raw, name="raw"),
    path("devices/<int:pk>/ask/", ask_device.ask, name="ask"),
    path("devices/<int:pk>/asked/", ask_device.asked, name="asked"),
    path("devices/<int:pk>/remediation/<int:sighting>/", remediation.open_page, name="remediation"),
    path("devices/<int:pk>/timeline/", timeline.page, name="timeline"),
    path("devices/<int:pk>/notes/", notes.page, name="notes"),
    path("devices/<int:pk>/notes/add/", notes.add, name="note_add"),
    path("devices/<int:pk>/notes/<int:note>/take-back/", notes.delete_note, name="note_take_back"),
    path("devices/<int:pk>/tags/", tags.change, name="tags"),
    path("devices/<int:pk>/link/", links.link, name="link"),
    path("devices/<int:pk>/apart/<int:sighting>/", links.take_apart, name="take_apart"),
    path("devices/<int:pk>/rulings/<int:ruling>/end/", links.end_ruling, name="ruling_end"),
    path("devices/<int:pk>/settle/", settling.override, name="settle"),
    path("devices/<int:pk>/settle/<int:settlement>/take-back/", settling.remove_override, name="settlement_take_back"),
    path("devices/<int:pk>/retire/", retire.retire, name="retire"),
    path("devices/<int:pk>/bring-back/", retire.bring_back, name="bring_back"),
    path("d/", lookup.page, name="lookup"),
    path("d/suggest/", lookup.suggest, name="lookup_suggest"),
    path("d/list/", lookup_list.page, name="lookup_list"),
    path("d/ask/", lookup_ask.ask, name="lookup_ask"),
    path("d/asked/<int:pk>/", lookup_ask.asked, name="lookup_asked"),
    path("d/<slug:kind>/<path:value>", lookup.deep, name="lookup_deep"),
    path("coverage/", coverage.page, name="coverage"),
    path("coverage/gaps/", dashboard.gaps, name="coverage_gaps"),
    path("coverage/every.csv", coverage.matrix_csv, name="coverage_csv"),
    path("coverage/devices/", coverage.devices, name="coverage_devices"),
    path("coverage/devices.csv", coverage.devices_csv, name="coverage_devices_csv"),
    path("coverage/keys/", junk.page, name="coverage_keys"),
    path("issues/", issues.page, name="issues"),
    path("issues/export.csv", issues.export, name="issues_csv"),
    path("issues/decide/", issues_decide.decide, name="issues_decide"),
    path("issues/take-back/", issues_decide.reopen, name="issues_take_back"),
    path("issues/silenced/", issues_silenced.page, name="silenced"),
    path("views/", saved.index, name="views"),
    path("views/of/<slug:page>/save/", saved.save, name="view_save"),
    path("views/<slug:slug>/change/", saved.change, name="view_change"),
    path("disagreements/", disagreements.page, name="disagreements"),
    path("vendors/", accounts.index, name="accounts"),
    path("vendors/add/", accounts_edit.add, name="account_add"),
    path("vendors/test/", accounts_edit.test, name="account_test"),
    path("vendors/note/<slug:vendor>/<slug:field>/", accounts_edit.note, name="account_note"),
    path("vendors/thresholds/", thresholds.page, name="thresholds"),
    path("vendors/<slug:name>/", accounts.page, name="account"),
    path("vendors/<slug:name>/edit/", accounts_edit.edit, name="account_edit"),
    path("vendors/<slug:name>/test/", accounts_edit.test_stored, name="account_test_stored"),
    path("vendors/<slug:name>/switch/", accounts.switch, name="account_switch"),
    path("vendors/<slug:name>/refresh/", accounts.refresh, name="account_refresh"),
    path("vendors/<slug:name>/delete/", accounts_delete.delete, name="account_delete"),
    path("vendors/<slug:name>/deleting/", accounts_delete.progress, name="account_deleting"),
    path("vendors/<slug:name>/cancel/", accounts.cancel, name="account_cancel"),
    path("vendors/<slug:name>/progress/", accounts.progress, name="account_progress"),
    path("vendors/<slug:name>/apply/<int:run>/", accounts_apply.apply, name="account_apply"),
    path("vendors/<slug:name>/applying/<int:run>/", accounts_apply.applying, name="account_applying"),
    path("troubles/", troubles.fragment, name="troubles"),
    path("audit/", audit.page, name="audit"),
]
