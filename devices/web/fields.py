"""Form fields."""

from __future__ import annotations

from typing import Any

from django import forms

from devices.lists.filters import clean_query


class LineField(forms.CharField):
    """One line without control characters, as in the address of a list; "" where the form does not send it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_python(self, value: object) -> str:
        return clean_query(str(value or ""))
