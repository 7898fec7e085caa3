from __future__ import annotations

from django.urls import path

from installers.views import actions as deciding
from installers.views import create as making
from installers.views import detail, expiring, for_device, handouts, register
from installers.views import hand_out as handing
from installers.views import revoke as revoking
from installers.views import sync as comparing

app_name = "installers"

urlpatterns = [
    path("", register.page, name="register"),
    path("new/", making.new, name="new"),
    path("compare/", comparing.compare, name="compare"),
    path("expiring/", expiring.fragment, name="expiring"),
    path("<int:pk>/", detail.page, name="detail"),
    path("<int:pk>/decide/", deciding.decide, name="decide"),
    path("<int:pk>/helpdesk/", deciding.mark, name="mark"),
    path("<int:pk>/revoke/", revoking.revoke, name="revoke"),
    path("<int:pk>/hand-out/", handing.hand_out, name="hand_out"),
    path("hand-outs/", handouts.page, name="handouts"),
    path("hand-outs.csv", handouts.as_csv, name="handouts_csv"),
    path("hand-outs/<int:pk>/end/", handouts.end, name="handout_end"),
    path("for/<int:pk>/", for_device.page, name="for_device"),
]
