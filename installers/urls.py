from __future__ import annotations

from django.urls import path

from devices.lists.export_path import export_path
from installers.views import actions, create, detail, expiring, for_device, handouts, register, revoke, send, share, sync

app_name = "installers"

urlpatterns = [
    path("", register.page, name="register"),
    export_path("export", register.as_file, name="register_file"),
    path("new/", create.new, name="new"),
    path("compare/", sync.start, name="sync"),
    path("expiring/", expiring.fragment, name="expiring"),
    path("<int:pk>/", detail.page, name="detail"),
    path("<int:pk>/decide/", actions.decide, name="decide"),
    path("<int:pk>/helpdesk/", actions.mark, name="mark"),
    path("<int:pk>/revoke/", revoke.revoke, name="revoke"),
    path("<int:pk>/hand-out/", share.share, name="share"),
    path("hand-outs/", handouts.page, name="handouts"),
    export_path("hand-outs", handouts.as_file, name="handouts_file"),
    path("hand-outs/<int:pk>/end/", handouts.end, name="handout_end"),
    path("send/", send.page, name="send"),
    path("for/<int:pk>/", for_device.page, name="for_device"),
]
