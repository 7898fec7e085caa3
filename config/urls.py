"""URLs. All but sign-in, short links and health require sign-in (config/middleware.py)."""

from __future__ import annotations

from django.urls import include, path

from config import documentation, errors, health
from installers.views import short_link

# Pages of django-allauth that send e-mail: there is no mail server, and only an administrator adds users.
WITH_MAIL = ("email", "confirm-email", "password/reset", "login/code")

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    *(path(f"accounts/{each}/", errors.nowhere) for each in WITH_MAIL),
    *(path(f"accounts/{each}/<path:rest>", errors.nowhere) for each in WITH_MAIL),
    path("accounts/", include("allauth.urls")),
    path("docs/", documentation.contents, name="documentation"),
    path("docs/<path:name>/", documentation.document, name="document"),
    path("installers/", include("installers.urls")),
    path("patching/", include("patching.urls")),
    path("i/<str:token>", short_link.page, name="short_link"),
    path("", include("devices.urls")),
]
handler500 = errors.broken
