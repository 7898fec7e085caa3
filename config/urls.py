"""Addresses. Everything but sign-in and health needs a signed-in person (config/middleware.py)."""

from __future__ import annotations

from django.urls import include, path

from config import documentation, errors, health
from installers.views import short_link

# Parts of the sign-in library that send mail: there is no mail server, and an administrator decides who may sign in.
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
