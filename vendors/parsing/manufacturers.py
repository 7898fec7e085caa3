"""Makers of computers: one brand for every notation of a maker's name. Pure.

Firmware writes the firm of its time (`Hewlett-Packard`, `HP Inc.`), and agents shorten it. A brand is known only if everybody who reads its
machines writes one of its names: makers of mainboards for other firms' systems (Intel, Foxconn, Pegatron) are left out, and Google, whose
name stands in the firmware of other firms' Chromebooks.
"""

from __future__ import annotations

import re

# The first words of a maker's names, run together. A firm that sells under the name of another is the same brand.
BRANDS: dict[str, tuple[str, ...]] = {
    "acer": ("acer", "emachines", "gateway", "packardbell"),
    "apple": ("apple",),
    "asus": ("asus", "asustek"),
    "dell": ("dell", "dellemc", "alienware"),
    "dynabook": ("dynabook", "toshiba"),
    "framework": ("framework",),
    "fujitsu": ("fujitsu",),
    "getac": ("getac",),
    "gigabyte": ("gigabyte",),
    "honor": ("honor",),
    "hp": ("hp", "hpe", "hewlettpackard", "compaq"),
    "huawei": ("huawei",),
    "lenovo": ("lenovo",),
    "lg": ("lg", "lge"),
    "medion": ("medion",),
    "microsoft": ("microsoft",),
    "motorola": ("motorola",),
    "msi": ("msi", "microstar"),
    "nokia": ("nokia", "hmd"),
    "panasonic": ("panasonic", "matsushita"),
    "razer": ("razer",),
    "samsung": ("samsung",),
    "sony": ("sony", "vaio"),
    "supermicro": ("supermicro",),
    "vmware": ("vmware",),
    "xiaomi": ("xiaomi", "timi", "redmi"),
    "zebra": ("zebra",),
}
MOST_WORDS = 2  # of a name in the table
_WORD = re.compile("[0-9a-z]+")
_BRAND_OF = {name: brand for brand, names in BRANDS.items() for name in names}


def brand(text: str) -> str:
    """`hp` of "HP", "HP Inc." and "Hewlett-Packard"; "" for a maker that is not known, which contradicts no other."""
    words = _WORD.findall(text.casefold())[:MOST_WORDS]
    starts = ("".join(words[:count]) for count in range(len(words), 0, -1))
    return next((_BRAND_OF[start] for start in starts if start in _BRAND_OF), "")
