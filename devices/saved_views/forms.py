"""Forms of saved views. devices/saved_views/services.py checks their values."""

from __future__ import annotations

from django import forms

from devices.web.fields import LineField


class ViewForm(forms.Form):
    name = LineField()
    role = LineField()
    default = forms.BooleanField(required=False)


class SaveForm(ViewForm):
    """`renew`: update the view of the address instead of creating one."""

    renew = forms.BooleanField(required=False)


class ChangeForm(ViewForm):
    """`action`: `remove`, once it is `confirmed`, or anything else to save. Without a `role` the view keeps its own."""

    action = LineField()
    confirmed = forms.BooleanField(required=False)

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        return role if "role" in self.data else str(self.initial["role"])
