"""Texts of the design tokens have at least 4.5:1 against what they stand on, in light and dark (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
COLORS = {
    name: values
    for name, *values in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS.read_text(encoding="utf-8"), re.IGNORECASE
    )
}
SURFACES = ("ground", "surface", "surface-sunk", "surface-raised")
STATUSES = ("ok", "attention", "critical", "unknown")
VENDORS = [f"vendor-{number}" for number in range(1, 7)]
PAIRS = [
    *((text, surface) for text in ("ink", "ink-soft", "accent", "accent-strong", *STATUSES) for surface in SURFACES),
    *((status, f"{status}-wash") for status in STATUSES),
    *(("ink", f"{wash}-wash") for wash in (*STATUSES, "accent")),
    *((text, "accent-wash") for text in ("accent", "accent-strong")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    *((vendor, f"{vendor}-wash") for vendor in VENDORS),
    *((vendor, surface) for vendor in VENDORS for surface in SURFACES),
]
# Lines around fields and buttons, and the focus ring: 3:1 (1.4.11).
EDGES = [(edge, surface) for edge in ("line-strong", "accent") for surface in SURFACES]


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_known_colors() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("scheme", "place"), [("light", 0), ("dark", 1)])
@pytest.mark.parametrize(("pairs", "least"), [(PAIRS, 4.5), (EDGES, 3.0)])
def test_tokens_are_legible(scheme: str, place: int, pairs: list[tuple[str, str]], least: float) -> None:
    found = {f"{one} on {two}": round(contrast(COLORS[one][place], COLORS[two][place]), 2) for one, two in pairs}
    assert {names: ratio for names, ratio in found.items() if ratio < least} == {}, scheme
