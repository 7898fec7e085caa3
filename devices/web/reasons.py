"""The form of an action that needs a reason and nothing else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from devices.errors import LONGEST_REASON, ActionRefused, checked_reason

REQUIRED = gettext_lazy("Enter a reason. It is saved in the activity and the audit log.")


class ReasonForm(forms.Form):
    """Why a user does something. `ticket`: the one that is logged with it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.TextInput({"class": "form-control", "maxlength": LONGEST_REASON, "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "null_characters_not_allowed"), REQUIRED),
    )

    def __init__(self, data: Any = None, *, ticket: str = "") -> None:
        super().__init__(data, auto_id="%s")
        text = gettext("Logged with your name and ticket %(ticket)s.") if ticket else gettext("Logged with your name.")
        self.fields["reason"].help_text = text % {"ticket": ticket}

    def clean_reason(self) -> str:
        try:
            return checked_reason(self.cleaned_data["reason"])
        except ActionRefused as refused:
            raise forms.ValidationError(refused.sentence) from None

    def refuse(self, refused: ActionRefused) -> None:
        """Show why the action was not carried out, at the field it is about or above all fields."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)
