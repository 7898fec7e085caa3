from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.parsing import host_names


@pytest.mark.parametrize(
    ("text", "short", "full"),
    [
        ("nb-0042", "nb-0042", ""),
        ("nb-0042.corp.example", "nb-0042", "nb-0042.corp.example"),
        ("nb-0042.corp.example.", "nb-0042", "nb-0042.corp.example"),
        ("nb_17.fritz.box", "nb_17", "nb_17.fritz.box"),
        ("münchen-1.corp1.example", "münchen-1", "münchen-1.corp1.example"),
        ("annas-ipad.local", "annas-ipad", "annas-ipad.local"),
        ("dr. meier's ipad", "dr. meier's ipad", ""),
        ("iphone von dr. schulz", "iphone von dr. schulz", ""),
        ("dr.meier-ipad", "dr.meier-ipad", ""),
        ("dr.corp.example", "dr", "dr.corp.example"),
        ("win-1.2.3", "win-1.2.3", ""),
        ("ubuntu-22.04", "ubuntu-22.04", ""),
        ("pc v1.5 keller", "pc v1.5 keller", ""),
        ("pc..corp", "pc..corp", ""),
    ],
)
def test_only_a_host_name_has_a_domain_behind_its_dot(text: str, short: str, full: str) -> None:
    assert (host_names.short_name(text), host_names.full_name(text)) == (short, full)


@pytest.mark.parametrize(("text", "name"), [("nb.corp.local", "nb.corp.local"), ("nb.local", ""), ("nb.localdomain", ""), ("nb", "")])
def test_bonjour_has_no_domain(text: str, name: str) -> None:
    assert host_names.dns_name(text) == name


@pytest.mark.parametrize(
    ("display", "name"),
    [
        ("jane's macbook pro", "janes-macbook-pro"),
        ("anna\u2019s imac".replace("\u2019", "'"), "annas-imac"),
        ("jürgens macbook air (2)", "jurgens-macbook-air-2"),
        ("ipad von dr. meier", "ipad-von-dr-meier"),
        ("müller-pc", ""),
        ("nb_0042", ""),
    ],
)
def test_a_display_name_has_a_bonjour_name(display: str, name: str) -> None:
    assert host_names.bonjour_name(display) == name


def test_netbios_keeps_fifteen_characters() -> None:
    assert host_names.cut("berlin-notebook-0042") == "berlin-notebook"
    assert host_names.cut("berlin-notebook") == ""


@pytest.mark.parametrize(
    "name",
    """macbook-pro|macbook-pro-2|macbook pro (3)|macbookpro|imac|mac-mini|iphone|iphone (2)|ipad-air-4|surface-pro-7|ubuntu|ubuntu-2204
    ubuntu-22-04|ubuntu2404|debian12|raspberrypi|raspberrypi-2|fedora|kali|rocky9|desktop|laptop|notebook|pc|my-pc|mein-pc|user-pc|hp-pc
    dell-laptop|lenovo|workstation|server|windows-server-2019|win2022|win10|windows11|win-template|golden-image|vm|localhost|android
    mac.local|-|template-2|""".replace("\n", "|")
    .replace(" " * 4, "")
    .split("|"),
)
def test_a_name_that_a_setup_proposes_is_of_many_machines(name: str) -> None:
    assert host_names.default_name(name)


@pytest.mark.parametrize(
    "name",
    """nb-0042|desktop-a1b2c3d|laptop-9k3jq2lm|win-a1b2c3d4e5f|minint-7gh2k1p|annas-macbook-pro|macbook-pro-von-anna|pc-17|pc-0042|mac-0042
    win-0042|ubuntu-0017|till-1|kiosk-1|ws-1|vm-1|srv-2|berlin-notebook|client-204|server1|reception|edge|tablet-3|macbook-pro-0004|muc-pc
    hp-4711|surface-anna""".replace("\n", "|")
    .replace(" " * 4, "")
    .split("|"),
)
def test_a_name_that_somebody_chose_is_kept(name: str) -> None:
    assert not host_names.default_name(name)


@given(st.text(max_size=300))
def test_no_text_is_an_error(text: str) -> None:
    assert host_names.short_name(host_names.short_name(text)) == host_names.short_name(text)
    host_names.default_name(text)
    host_names.dns_name(text)
    host_names.bonjour_name(text)
