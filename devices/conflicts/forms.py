"""The form that chooses the source of one field."""

from __future__ import annotations

from django import forms

from devices.models import Sighting
from devices.reconciliation.conflicts import FIELDS


class SourceForm(forms.Form):
    field = forms.ChoiceField(choices=tuple(FIELDS.items()))
    sighting = forms.ModelChoiceField(Sighting.objects.select_related("account"))
