"""Filters in words: names where an address has ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from devices.lists.filters import FilterChip
from devices.models import Device
from patching.models import Title

NAMED: Mapping[str, type[Title | Device]] = {"Application": Title, "Probably": Title, "Device": Device}


def named(chips: Sequence[FilterChip]) -> list[FilterChip]:
    """One query for applications and one for devices, however many lists the chips are of."""
    names = {model: _names(model, [chip.value for chip in chips if NAMED.get(chip.label) is model]) for model in set(NAMED.values())}
    return [replace(chip, value=names[NAMED[chip.label]].get(chip.value) or chip.value) if chip.label in NAMED else chip for chip in chips]


def _names(model: type[Title | Device], ids: Iterable[str]) -> dict[str, str]:
    wanted = {int(text) for text in ids}
    return {str(pk): name for pk, name in model._default_manager.filter(pk__in=wanted).values_list("pk", "name")}
