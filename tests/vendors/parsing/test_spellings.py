from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.parsing import spellings

VMWARE = "VMware-56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f"


@pytest.mark.parametrize(
    ("typed", "forms"),
    [
        ("NB-0042", ("NB-0042",)),
        ("nb-0042.corp.example", ("nb-0042.corp.example", "nb-0042")),
        ("nb-0042.", ("nb-0042",)),
        ("BERLIN-NOTEBOOK-0042", ("BERLIN-NOTEBOOK-0042", "BERLIN-NOTEBOOK")),
        (
            "BERLIN-NOTEBOOK-0042.corp.example",
            ("BERLIN-NOTEBOOK-0042.corp.example", "BERLIN-NOTEBOOK-0042", "BERLIN-NOTEBOOK"),
        ),
        ("ＮＢ\u20130042", ("NB-0042",)),
        ("münchen-01", ("münchen-01",)),
        ("Dr. Huber's iPad", ()),
        ("10.0.50.17", ()),
        ("", ()),
    ],
)
def test_host_names(typed: str, forms: tuple[str, ...]) -> None:
    assert spellings.host_names(typed) == forms


@pytest.mark.parametrize(
    ("typed", "forms"),
    [
        ("PF3XK2AB", ("PF3XK2AB",)),
        ("pf 3xk2ab", ("pf 3xk2ab", "pf3xk2ab")),
        ("PF-3XK2/AB", ("PF-3XK2/AB", "PF3XK2AB")),
        (VMWARE, (VMWARE, VMWARE.replace(" ", ""), "VMware564d78dbe02367d98b8507b3bad94a1f")),
        (VMWARE.replace(" ", ""), (VMWARE.replace(" ", ""), "VMware564d78dbe02367d98b8507b3bad94a1f", VMWARE)),
        ("vmware564D78DBE02367D98B8507B3BAD94A1F", ("vmware564D78DBE02367D98B8507B3BAD94A1F", VMWARE)),
        ("--", ()),
    ],
)
def test_serials(typed: str, forms: tuple[str, ...]) -> None:
    assert spellings.serials(typed) == forms


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f", VMWARE),
        ("564d78dbe02367d98b8507b3bad94a1f", VMWARE),
        ("VMWARE-564D78DB E02367D9 8B8507B3 BAD94A1F", VMWARE),
        ("parallels-481a27c84e644f5ca25e5d8b2a1b6b7d", "Parallels-48 1A 27 C8 4E 64 4F 5C A2 5E 5D 8B 2A 1B 6B 7D"),
    ],
)
def test_the_serial_of_a_virtual_machine_is_asked_for_as_its_maker_writes_it(typed: str, canonical: str) -> None:
    assert canonical in spellings.serials(typed)


@pytest.mark.parametrize(
    ("text", "full"), [("nb.corp.example", True), ("nb-1.local", True), ("nb-1", False), (".8W6CQ22.CN.", False), ("1.2.3", False)]
)
def test_a_full_name_is_no_serial(text: str, *, full: bool) -> None:
    assert spellings.full_name(text) is full


@given(st.text(max_size=80))
def test_no_text_is_an_error_and_no_form_is_told_twice(text: str) -> None:
    for forms in (spellings.host_names(text), spellings.serials(text)):
        assert len({each.casefold() for each in forms}) == len(forms)
        assert all(forms)
