from __future__ import annotations

from django.urls import path

from devices.account_status import views as troubles
from devices.accounts import edit_views, freshness_views, withheld_views
from devices.accounts import views as accounts
from devices.accounts.deletion import views as deletions
from devices.as_of import views as as_of
from devices.audit import views as audit
from devices.conflicts import resolution_views
from devices.conflicts import views as disagreements
from devices.coverage import identifier_views
from devices.coverage import views as coverage
from devices.dashboard import views as dashboard
from devices.device_detail import match_views, note_views, refresh_views, remediation_views, retirement_views, tag_views
from devices.device_detail import views as detail
from devices.device_list import bulk_views, export_views
from devices.device_list import views as devices
from devices.history import views as timeline
from devices.issues import decision_views, muted_views
from devices.issues import views as issues
from devices.issues.assignments import views as assignment_views
from devices.issues.problems import views as problem_views
from devices.lists.export_path import export_path
from devices.lookup import batch_views, live_views
from devices.lookup import views as lookup
from devices.possible_duplicates import views as possible_duplicates
from devices.saved_views import views as saved
from devices.users import views as users

app_name = "devices"

urlpatterns = [
    path("", dashboard.page, name="dashboard"),
    path("preferences/", users.preferences, name="preferences"),
    path("users/", users.page, name="users"),
    path("users/<int:pk>/remove-factor/", users.remove_factor, name="user_remove_factor"),
    path("devices/", devices.page, name="list"),
    export_path("devices/export", export_views.export, name="export"),
    path("devices/bulk/", bulk_views.bulk, name="bulk"),
    path("devices/<int:pk>/", detail.page, name="detail"),
    path("devices/<int:pk>/raw/<int:sighting>/", detail.raw, name="raw"),
    path("devices/<int:pk>/ask/", refresh_views.ask, name="ask"),
    path("devices/<int:pk>/asked/", refresh_views.asked, name="asked"),
    path("devices/<int:pk>/remediation/<int:sighting>/", remediation_views.open_page, name="remediation"),
    path("devices/<int:pk>/timeline/", timeline.page, name="timeline"),
    path("devices/<int:pk>/as-of/", as_of.device, name="as_of"),
    path("devices/<int:pk>/notes/", note_views.page, name="notes"),
    path("devices/<int:pk>/notes/add/", note_views.add, name="note_add"),
    path("devices/<int:pk>/notes/<int:note>/take-back/", note_views.delete_note, name="note_take_back"),
    path("devices/<int:pk>/tags/", tag_views.change, name="tags"),
    path("devices/<int:pk>/link/", match_views.link, name="link"),
    path("devices/<int:pk>/apart/<int:sighting>/", match_views.take_apart, name="take_apart"),
    path("devices/<int:pk>/rulings/<int:ruling>/end/", match_views.end_ruling, name="ruling_end"),
    path("devices/<int:pk>/settle/", resolution_views.override, name="settle"),
    path("devices/<int:pk>/settle/<int:settlement>/take-back/", resolution_views.remove_override, name="settlement_take_back"),
    path("devices/<int:pk>/retire/", retirement_views.retire, name="retire"),
    path("devices/<int:pk>/bring-back/", retirement_views.bring_back, name="bring_back"),
    path("d/", lookup.page, name="lookup"),
    path("d/suggest/", lookup.suggest, name="lookup_suggest"),
    path("d/list/", batch_views.page, name="lookup_list"),
    path("d/ask/", live_views.ask, name="lookup_ask"),
    path("d/asked/<int:pk>/", live_views.asked, name="lookup_asked"),
    path("d/<slug:kind>/<path:value>", lookup.deep, name="lookup_deep"),
    path("coverage/", coverage.page, name="coverage"),
    path("coverage/gaps/", dashboard.gaps, name="coverage_gaps"),
    export_path("coverage/every", coverage.matrix_file, name="coverage_file"),
    path("coverage/as-of/", as_of.coverage, name="coverage_as_of"),
    path("coverage/as-of/devices/", as_of.coverage_devices, name="coverage_as_of_devices"),
    export_path("coverage/as-of/devices", as_of.coverage_devices_file, name="coverage_as_of_file"),
    path("coverage/by/<str:code>/", coverage.part, name="coverage_part"),
    path("coverage/devices/", coverage.devices, name="coverage_devices"),
    path("coverage/keys/", identifier_views.page, name="coverage_keys"),
    path("issues/", issues.page, name="issues"),
    export_path("issues/export", issues.export, name="issues_file"),
    path("issues/decide/", decision_views.decide, name="issues_decide"),
    path("issues/take-back/", decision_views.reopen, name="issues_take_back"),
    path("issues/assign/", assignment_views.assign, name="issues_assign"),
    path("issues/note/", problem_views.note, name="issues_note"),
    path("issues/silenced/", muted_views.page, name="silenced"),
    path("views/", saved.index, name="views"),
    path("views/of/<slug:page>/save/", saved.save, name="view_save"),
    path("views/<slug:slug>/change/", saved.change, name="view_change"),
    path("disagreements/", disagreements.page, name="disagreements"),
    export_path("disagreements/export", disagreements.export, name="disagreements_file"),
    path("possible-duplicates/", possible_duplicates.page, name="possible_duplicates"),
    path("possible-duplicates/decide/", possible_duplicates.decide, name="possible_duplicates_decide"),
    path("vendors/", accounts.index, name="accounts"),
    path("vendors/add/", edit_views.add, name="account_add"),
    path("vendors/test/", edit_views.test, name="account_test"),
    path("vendors/note/<slug:vendor>/<slug:field>/", edit_views.note, name="account_note"),
    path("vendors/thresholds/", freshness_views.page, name="thresholds"),
    path("vendors/<slug:name>/", accounts.page, name="account"),
    path("vendors/<slug:name>/edit/", edit_views.edit, name="account_edit"),
    path("vendors/<slug:name>/test/", edit_views.test_stored, name="account_test_stored"),
    path("vendors/<slug:name>/switch/", accounts.switch, name="account_switch"),
    path("vendors/<slug:name>/refresh/", accounts.refresh, name="account_refresh"),
    path("vendors/<slug:name>/delete/", deletions.delete, name="account_delete"),
    path("vendors/<slug:name>/deleting/", deletions.progress, name="account_deleting"),
    path("vendors/<slug:name>/cancel/", accounts.cancel, name="account_cancel"),
    path("vendors/<slug:name>/progress/", accounts.progress, name="account_progress"),
    path("vendors/<slug:name>/apply/<int:run>/", withheld_views.apply, name="account_apply"),
    path("vendors/<slug:name>/applying/<int:run>/", withheld_views.applying, name="account_applying"),
    path("troubles/", troubles.fragment, name="troubles"),
    path("audit/", audit.page, name="audit"),
    path("audit/export.<slug:form>", audit.export, name="audit_export"),
]
