"""Filter chips: names in place of the ids that an address has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext

from devices.lists.filters import FilterChip
from devices.models import Device
from patching.models import Title


def _models() -> Mapping[str, type[Title | Device]]:
    """By the label of the filter."""
    return {gettext("Application"): Title, gettext("Likely application"): Title, gettext("Device"): Device}


def named(chips: Sequence[FilterChip]) -> list[FilterChip]:
    """One query for applications and one for devices, however many lists the chips are of."""
    models = _models()
    ids = [(models.get(str(chip.label)), str(chip.value)) for chip in chips]
    names = {model: _names(model, [value for of, value in ids if of is model]) for model in set(models.values())}
    return [replace(chip, value=names[of].get(value) or value) if of else chip for chip, (of, value) in zip(chips, ids, strict=True)]


def _names(model: type[Title | Device], ids: Iterable[str]) -> dict[str, str]:
    wanted = {int(text) for text in ids}
    return {str(pk): name for pk, name in model._default_manager.filter(pk__in=wanted).values_list("pk", "name")}
