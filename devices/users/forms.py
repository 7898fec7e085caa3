"""Forms of a user: preferences, and those of django-allauth with our labels, errors and limits."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as sign_in_forms
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from devices.models import User
from devices.users import sign_in_limits
from devices.users.locale import time_zones

AUTOMATIC = ("", gettext_lazy("Same as browser"))
NOT_PLACES = ("Etc/", "SystemV/", "posix/", "right/")


def _languages() -> list[tuple[str, object]]:
    return [AUTOMATIC, *settings.LANGUAGES]


def _time_zones() -> list[tuple[str, object]]:
    places = sorted(name for name in time_zones() if "/" in name and not name.startswith(NOT_PLACES))
    return [AUTOMATIC, ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


class PreferencesForm(forms.Form):
    """Language and time zone of the signed-in user. Empty: as the browser says."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False, choices=_languages, widget=_select())
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False, choices=_time_zones, widget=_select())


class LoginForm(sign_in_forms.LoginForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext_lazy("Username")


class _LimitedCode:
    """A code of a second factor or a recovery code, with a limit of failures."""

    user: User

    def clean_code(self) -> str:
        check = super().clean_code  # type: ignore[misc]  # of the form beside it
        return str(sign_in_limits.limited(context.request, self.user.get_username(), check, what="code"))


class AuthenticateForm(_LimitedCode, mfa_forms.AuthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class ReauthenticateForm(_LimitedCode, mfa_forms.ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    pass


class ChangePasswordForm(sign_in_forms.ChangePasswordForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = gettext_lazy("Current password")
        self.fields["password1"].label = gettext_lazy("New password")
        self.fields["password2"].label = gettext_lazy("New password (again)")

    def clean_oldpassword(self) -> str:
        check = super().clean_oldpassword
        return str(sign_in_limits.limited(context.request, self.user.get_username(), check))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super(sign_in_forms.PasswordVerificationMixin, self).clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", gettext("The two passwords do not match."))
        return cleaned
