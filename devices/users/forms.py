"""Forms of django-allauth with the labels and errors of Rollcall, which its catalogs do not have."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext, gettext_lazy


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = gettext_lazy("Current password")
        self.fields["password1"].label = gettext_lazy("New password")
        self.fields["password2"].label = gettext_lazy("New password (again)")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super(forms.PasswordVerificationMixin, self).clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", gettext("The two passwords do not match."))
        return cleaned
