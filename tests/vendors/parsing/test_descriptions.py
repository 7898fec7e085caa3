"""Models, makers and serials that say nothing about the machine."""

from __future__ import annotations

import pytest

from vendors.parsing.descriptions import described, machine_type, shown_serial
from vendors.parsing.normalise import identifier
from vendors.records import Identifier
from vendors.states import IdKind


@pytest.mark.parametrize("text", [
    "System Product Name", "System manufacturer", "Default string", "To Be Filled By O.E.M.", "To be filled by O.E.M", "Not Specified", "N/A", "None", "Unknown",
    "INVALID", "OEM", "-", "  ", "xxxxxxxx", "........",
])  # fmt: skip
def test_a_placeholder_describes_nothing(text: str) -> None:
    assert described(text) == ""


@pytest.mark.parametrize("text", [
    "Latitude 5420", "ThinkPad X1 Carbon Gen 9", "20XW0012GE", "HP", "LG", "MS-7C56", "PRIME B450M-K", "VMware Virtual Platform", "VMware7,1", "Surface Pro 9",
    "Система", "机型", "1234 Workstation",
])  # fmt: skip
def test_a_name_is_kept(text: str) -> None:
    assert described(text) == text


@pytest.mark.parametrize(("model", "maker", "expected"), [
    ("20XW0012GE", "LENOVO", True), ("20XW CTO1WW", "", True), ("10mqs0jd00", "Lenovo Group Limited", True), ("2325AB1", "LENOVO", True), ("7X06CTO1WW", "", True),
    ("20XW0012GE", "Dell Inc.", False), ("20XW", "LENOVO", False), ("20XW0012GEX", "LENOVO", False), ("Latitude", "", False), ("Surface", "", False),
    ("ThinkPad X1 Carbon Gen 9", "LENOVO", False), ("", "LENOVO", False),
])  # fmt: skip
def test_a_machine_type_is_lenovos_number(model: str, maker: str, expected: bool) -> None:
    assert machine_type(model, maker) is expected


def serials(*values: str) -> list[Identifier]:
    return [found for value in values if (found := identifier(IdKind.SERIAL, value)) is not None]


def test_a_placeholder_is_never_the_serial() -> None:
    assert shown_serial(serials("Default string", "PF3XK2AB")) == "PF3XK2AB"
    assert shown_serial(serials("Default string")) == ""
    assert shown_serial(serials("PF3\ufffdK2")) == "PF3\ufffdK2"
    assert shown_serial([Identifier(IdKind.SERIAL, "", "pf3xk2ab")]) == ""
