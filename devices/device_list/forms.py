"""Form of the bulk actions of the device list."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils import timezone

from devices.device_list.filters import DeviceListing
from devices.device_list.queries import matching
from devices.device_list.selection import MATCHING, PAGE
from devices.lists.ids import read_id
from devices.web.fields import LineField

EXCEL = "export_xlsx"


class IdsField(forms.Field):
    """Ids, ascending; all else is ignored."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Iterable[str] | None) -> list[int]:
        return _ids(value or ())


class PageIdsField(forms.CharField):
    """The same, in one text with commas."""

    widget = forms.HiddenInput

    def clean(self, value: str | None) -> list[int]:
        return _ids((value or "").split(","))


def _ids(texts: Iterable[str]) -> list[int]:
    return sorted({number for text in texts if (number := read_id(text)) is not None})


class BulkForm(forms.Form):
    """`which` devices: `page`, `matching`, or anything else for the selected `ids`. `action`: `refresh`, `tag`, EXCEL, or anything else to
    export CSV.

    `confirmed`: sent by the page that asks for confirmation. `do`: `remove` a tag, or anything else to add it.
    """

    which = LineField()
    action = LineField()
    ids = IdsField(required=False)
    page_ids = PageIdsField(required=False)
    confirmed = forms.BooleanField(required=False)
    tag = LineField()
    do = LineField()

    @property
    def all_matching(self) -> bool:
        return bool(self.cleaned_data["which"] == MATCHING)

    def picked(self, listing: DeviceListing, *, most: int) -> list[int]:
        """Ids of the chosen devices, at most one more than `most`; devices that no longer exist are left out later."""
        if self.all_matching:
            found, _, _ = matching(listing.filters, now=timezone.now())
            return list(found.order_by().values_list("pk", flat=True)[: most + 1])
        ids: list[int] = self.cleaned_data["page_ids" if self.cleaned_data["which"] == PAGE else "ids"]
        return ids[: most + 1]
