"""Filter chips: names in place of the ids that an address has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from devices.db.messages import translated
from devices.lists.filters import FilterChip
from devices.models import Device
from patching.models import Title
from vendors.stored_titles import recognized

NAMED: Mapping[str, type[Title | Device]] = {"title": Title, "probably": Title, "device": Device}  # by the key of the filter


def named(chips: Sequence[FilterChip]) -> list[FilterChip]:
    """One query for applications and one for devices, however many lists the chips are of."""
    names = {model: _names(model, [str(chip.value) for chip in chips if NAMED.get(chip.name) is model]) for model in set(NAMED.values())}
    return [
        replace(chip, value=names[NAMED[chip.name]].get(str(chip.value)) or chip.value) if chip.name in NAMED else chip for chip in chips
    ]


def _names(model: type[Title | Device], ids: Iterable[str]) -> dict[str, str]:
    wanted = {int(text) for text in ids}
    return {str(pk): translated(recognized(name)) for pk, name in model._default_manager.filter(pk__in=wanted).values_list("pk", "name")}
