"""Forms of one installer: the decision on an unconfirmed one, availability to the helpdesk, revocation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from installers.models import Installer

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class DecisionForm(forms.Form):
    """`external_id`: the vendor's id, if it was created."""

    decision = forms.ChoiceField(choices=[(each, each) for each in ("look", "made", "not made")])
    external_id = forms.CharField(
        label=gettext_lazy("ID at the vendor"), required=False, widget=forms.TextInput({**_PLAIN, "maxlength": 128})
    )


class HelpdeskForm(forms.Form):
    may = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RevokeForm(forms.Form):
    """Confirmed by the name of the installer."""

    name = forms.CharField(required=False, widget=forms.TextInput(_PLAIN))

    def __init__(self, installer: Installer, data: Any = None) -> None:
        super().__init__(data)
        self.installer = installer

    def clean_name(self) -> str:
        name, title = self.cleaned_data["name"], self.installer.title
        if " ".join(name.split()) != " ".join(title.split()):
            raise forms.ValidationError(gettext("Enter the name exactly as shown: %(name)s.") % {"name": title})
        return str(name)
