from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from devices.users.locale import time_zones

AUTOMATIC = ("", gettext_lazy("Same as browser"))
NOT_PLACES = ("Etc/", "SystemV/", "posix/", "right/")


def _languages() -> list[tuple[str, object]]:
    return [AUTOMATIC, *settings.LANGUAGES]


def _time_zones() -> list[tuple[str, object]]:
    places = sorted(name for name in time_zones() if "/" in name and not name.startswith(NOT_PLACES))
    return [AUTOMATIC, ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class PreferencesForm(forms.Form):
    """Language and time zone of the signed-in user. Empty: as the browser says."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False, choices=_languages)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False, choices=_time_zones)
    for _field in (language, time_zone):
        _field.widget.attrs["class"] = "form-select"
