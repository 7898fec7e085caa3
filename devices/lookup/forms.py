"""The forms of bulk search and live lookup."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy

from devices.lists.filters import clean_query
from devices.lookup.batch import MOST_LINES
from devices.lookup.pasted_list import PastedText, read

EMPTY = gettext_lazy("The list is empty. Paste one hostname, serial or address per line.")


class BulkSearchForm(forms.Form):
    """A pasted list. Its `list` is cleaned to a PastedText; `format` is empty for the page, or the ending of a file."""

    list = forms.Field(error_messages={"required": EMPTY})
    format = forms.Field(required=False)

    def clean_format(self) -> str:
        return self.cleaned_data["format"] if self.cleaned_data["format"] in ("csv", "xlsx") else ""

    def clean_list(self) -> PastedText:
        pasted = read(self.cleaned_data["list"])
        if not pasted.cells:
            raise ValidationError(EMPTY)
        if len(pasted.cells) > MOST_LINES:
            number, most = number_format(len(pasted.cells), force_grouping=True), number_format(MOST_LINES)
            text = gettext("The list has %(number)s entries; at most %(most)s are allowed. Split it and search in parts.")
            raise ValidationError(text % {"number": number, "most": most})
        return pasted


class LiveLookupForm(forms.Form):
    """`account`: the name of a vendor account; `q`: what the vendor is queried for."""

    account = forms.CharField(max_length=60)
    q = forms.Field(required=False)

    def clean_q(self) -> str:
        return clean_query(self.cleaned_data["q"] or "")
