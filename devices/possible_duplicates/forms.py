"""The form of a decision about two devices."""

from __future__ import annotations

from django import forms

from devices.lists.ids import HIGHEST

MERGE, SEPARATE = "merge", "separate"


class PairForm(forms.Form):
    """`device` and `other`: ids of devices as they were shown, which may have ended since."""

    device = forms.IntegerField(min_value=1, max_value=HIGHEST)
    other = forms.IntegerField(min_value=1, max_value=HIGHEST)
    decision = forms.ChoiceField(choices=[(each, each) for each in (MERGE, SEPARATE)])
