"""Links into the vendors' consoles: only https, only where an administrator said, and nothing a device calls itself can lead elsewhere."""

from __future__ import annotations

import pytest

from vendors import console
from vendors.registry import VENDORS


def link(template: str, **device: str) -> str:
    return console.link({"console_url": template}, **{"external_id": "a/b c", "name": "nb-1", "serial": "", **device})


def test_the_places_are_filled_and_quoted() -> None:
    assert link("https://c.example/#/devices/{id}?n={name}") == "https://c.example/#/devices/a%2Fb%20c?n=nb-1"
    assert link("https://c.example") == "https://c.example/".rstrip("/")
    assert (
        link("https://c.example/{name}", name="../x\\@evil.example\r\n{id}ü")
        == "https://c.example/..%2Fx%5C%40evil.example%0D%0A%7Bid%7D%C3%BC"
    )


def test_a_place_that_the_device_does_not_have_gives_no_link() -> None:
    assert link("https://c.example/{serial}") == "" and console.link({}, external_id="a", name="b", serial="c") == ""


@pytest.mark.parametrize(
    "template",
    [
        "http://c.example/{id}",
        "javascript:alert(1)",
        "//c.example",
        "https://u@c.example/",
        "https://{name}.example/",
        "https://c.example/\\x",
    ],
)
@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_an_address_that_no_browser_should_open_is_refused_and_leads_nowhere(vendor: str, template: str) -> None:
    assert link(template) == ""
    assert console.SENTENCE in VENDORS[vendor].check({"console_url": template}).values()


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_vendor_takes_a_console_address(vendor: str) -> None:
    assert console.FIELD in VENDORS[vendor].fields
    assert console.SENTENCE not in VENDORS[vendor].check({"console_url": "https://c.example/#/{id}/{serial}"}).values()


def test_an_unknown_place_is_refused() -> None:
    assert console.check({"console_url": "https://c.example/{uuid}"}) == {"console_url": console.SENTENCE}
