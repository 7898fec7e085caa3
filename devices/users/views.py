"""The preferences page of the signed-in user, and the users page of administrators."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from devices.audit.request import act_of
from devices.lists.ids import HIGHEST
from devices.models import User
from devices.users import services
from devices.users.forms import PreferencesForm
from devices.users.reauthentication import reauthenticated
from devices.web.permissions import needs
from devices.web.reasons import ReasonForm


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


@require_safe
@needs("change_user")
def page(request: HttpRequest) -> HttpResponse:
    """All users with role, status and second factor. Only commands add and change them."""
    rows = [(user, services.role_label(user), services.second_factor(user)) for user in services.all_users()]
    return render(request, "devices/users/list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_user")
@reauthenticated
def remove_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove the second factor and the recovery codes of a user who lost them. The reason is audited."""
    user = get_object_or_404(User, pk=min(pk, HIGHEST))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        removed = services.remove_second_factor(user, reason=form.cleaned_data["reason"], act=act_of(request))
        done = gettext("Two-factor authentication of %(name)s removed.")
        nothing = gettext("%(name)s has no two-factor authentication.")
        messages.success(request, (done if removed else nothing) % {"name": user.get_username()})
        return redirect("devices:users")
    return render(request, "devices/users/remove_factor.html", {"subject": user, "form": form}, status=422 if form.errors else 200)
