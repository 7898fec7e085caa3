"""Forms of the device page: notes, tags, and the device to merge with."""

from __future__ import annotations

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy

from devices.device_detail.notes import LONGEST
from devices.models import Device


class PrintableField(forms.CharField):
    """Text without control characters, NUL above all. Line ends are `\\n`."""

    def to_python(self, value: object) -> str:
        lines = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python("".join(letter for letter in lines if letter in "\n\t" or letter.isprintable() or letter.isspace())) or ""


class NoteForm(forms.Form):
    text = PrintableField(error_messages={"required": gettext_lazy("The note is empty: enter a text.")})

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) > LONGEST:
            numbers = {"length": number_format(len(text), force_grouping=True), "most": number_format(LONGEST, force_grouping=True)}
            raise forms.ValidationError(
                gettext("The note has %(length)s characters, the maximum is %(most)s: shorten or split it.") % numbers
            )
        return text


class TagForm(forms.Form):
    """`action`: `remove`, or anything else to add."""

    action = PrintableField(required=False)
    tag = PrintableField(required=False, strip=False)


class MergeForm(forms.Form):
    other = forms.ModelChoiceField(Device.objects.all())
