"""Forms of the small actions on a vendor account: sync, enable, delete, staleness thresholds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from devices.errors import ActionRefused
from devices.models import Account
from devices.reconciliation.freshness import Limits, age_words, read_age
from vendors.registry import VENDORS, label_of

PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class AccountRequest(forms.Form):
    """Which account a form is about: an existing one, or a new one of a vendor; `anyway`: save it although its test failed."""

    account = forms.CharField(required=False)
    vendor = forms.CharField(required=False)
    anyway = forms.BooleanField(required=False)


class SyncForm(forms.Form):
    what = forms.ChoiceField(choices=[("everything", "everything"), ("changes", "changes")], required=False)

    @property
    def full(self) -> bool:
        return not (self.is_valid() and self.cleaned_data["what"] == "changes")


class EnableForm(forms.Form):
    enabled = forms.ChoiceField(choices=[("0", "0"), ("1", "1")], required=False)

    @property
    def wanted(self) -> bool:
        return self.is_valid() and self.cleaned_data["enabled"] == "1"


class DeleteForm(forms.Form):
    """Confirmed by the account's name."""

    name = forms.CharField(widget=forms.TextInput({**PLAIN, "class": "form-control"}))

    def __init__(self, account: Account, data: Any = None) -> None:
        super().__init__(data)
        self.account, field = account, self.fields["name"]
        field.label = gettext("Type “%(account)s” to confirm") % {"account": account.name}
        field.help_text = gettext("Recorded in the audit log with your name.")
        field.error_messages |= dict.fromkeys(("required", "null_characters_not_allowed"), self._mismatch())

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != self.account.name:
            raise forms.ValidationError(self._mismatch())
        return name

    def _mismatch(self) -> str:
        return gettext("Nothing was deleted. Type the account name exactly: %(account)s.") % {"account": self.account.name}


class AgeField(forms.CharField):
    """An age with its unit, such as `36 hours`; cleaned to seconds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput({**PLAIN, "class": "form-control", "maxlength": 40}), **options)

    def clean(self, value: Any) -> int:
        try:
            return read_age(str(value or ""))
        except ActionRefused as refused:
            raise forms.ValidationError(refused.sentence) from None


class ThresholdReset(forms.Form):
    """`reset`: the vendor whose thresholds become the defaults again."""

    reset = forms.ChoiceField(choices=[(slug, slug) for slug in VENDORS])


class ThresholdForm(forms.Form):
    """The staleness thresholds of one vendor. `default`: shown below the fields where others are set."""

    live = AgeField(label=gettext_lazy("Recent if seen within"))
    stale = AgeField(label=gettext_lazy("Stale after"))
    unseen = AgeField(label=gettext_lazy("Inactive after"))

    def __init__(self, vendor: str, limits: Limits, *, default: Limits | None = None, data: Any = None) -> None:
        initial = {name: age_words(getattr(limits, name)) for name in self.base_fields}
        super().__init__(data, initial=initial, prefix=vendor, auto_id="%s")
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{label_of(vendor)}: {field.label}"
            if default is not None:
                field.help_text = gettext("Default: %(age)s") % {"age": age_words(getattr(default, name))}

    @property
    def limits(self) -> Limits:
        return Limits(**self.cleaned_data)
