from __future__ import annotations

import pytest

from vendors.registry import VENDORS


@pytest.mark.parametrize(
    ("vendor", "name", "possible"),
    [
        ("five9s", "NB-0042", True),
        ("five9s", "BERLIN-NOTEBOOK", True),
        ("five9s", "BERLIN-NOTEBOOK-0042", False),
        ("five9s", "nb-0042.corp.example", False),
        ("eset", "BERLIN-NOTEBOOK-0042.corp.example", True),
        ("opswat", "BERLIN-NOTEBOOK-0042.corp.example", True),
    ],
)
def test_a_notation_that_a_vendor_cannot_store_proves_nothing(vendor: str, name: str, possible: bool) -> None:
    assert VENDORS[vendor].names("hostname").can_be(name) is possible


def test_only_eset_keeps_display_names_as_host_names() -> None:
    assert [slug for slug, vendor in VENDORS.items() if vendor.names("hostname").display] == ["eset"]
    assert VENDORS["five9s"].longest_host_name == 15
