"""The preferences page of the signed-in user."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from devices.models import User
from devices.users.forms import PreferencesForm


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and time zone of the signed-in user."""
    user = cast(User, get_user(request))
    form = PreferencesForm(request.POST or None, initial={"language": user.language, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=user.pk).update(**form.cleaned_data)
        language = form.cleaned_data["language"] or translation.get_language_from_request(request)
        with translation.override(language):
            messages.success(request, gettext("Preferences saved."))
        return redirect("devices:preferences")
    return render(request, "devices/users/preferences.html", {"form": form}, status=400 if form.errors else 200)
