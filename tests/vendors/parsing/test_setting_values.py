"""What is pasted into the settings of each vendor, and what is stored of it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vendors.parsing import setting_values
from vendors.registry import VENDORS

FIVE9S = {
    "https://epm.example.com": (
        "https://epm.example.com/five9sWS/api/devices", "https://epm.example.com/five9sWS/api/devices/", "https://epm.example.com/five9sWS",
        "https://epm.example.com/five9sWS/", "https://epm.example.com/five9sWS/api", "https://epm.example.com/api/devices",
        "https://epm.example.com/five9sWS/api/devices/RequestAllInfos", "https://epm.example.com/FIVE9SWS/API/DEVICES", "HTTPS://EPM.Example.COM/",
        "https://epm.example.com/five9sws/api/devices?Page=1&x=/y", "https://epm.example.com/?a", "https://epm.example.com#top",
        "https://epm.example.com/#/devices", "https://epm.example.com:443/five9sWS", "https://epm.example.com//five9sWS//api",
        "  https://epm.example.com\r\n", "\u00a0https://epm.example.com\u00a0", "\ufeffhttps://epm.example.com\u200b", "\u2060https://epm.example.com\u200e",
        '"https://epm.example.com"', "'https://epm.example.com'", "<https://epm.example.com/>", "“https://epm.example.com”", "„https://epm.example.com“",
        "«\u00a0https://epm.example.com\u00a0»", "`https://epm.example.com`", ' "https://epm.example.com/five9sWS/" ',
    ),
    "https://proxy.example.com/epm": ("https://proxy.example.com/epm/five9sWS/api/devices", "https://proxy.example.com/epm/", "https://Proxy.example.com/epm/FIVE9SWS?x"),
    "http://epm:8080": ("http://epm:8080/five9sWS/api/devices", "HTTP://epm:8080/"),
    "http://epm": ("http://epm:80/five9sWS",),
    "https://[fd00::5]:8443": ("https://[FD00::5]:8443/five9sWS",),
    "https://epm.example.com/five9sWS-test": ("https://epm.example.com/five9sWS-test/",),
}  # fmt: skip
OPSWAT = {
    "https://gears.opswat.com": (
        "", "https://gears.opswat.com/", "https://gears.opswat.com/o/api/v2.3/devices?access_token=abc", "https://gears.opswat.com/o/oauth/token",
        "https://gears.opswat.com/o/app/register", "https://gears.opswat.com/console/login#x", "https://gears.opswat.com/anything",
        "https://www.opswat.com/docs/macloud-sdp/developer-guide/authentication", "https://onlinehelp.opswat.com/metaaccess/x.html",
    ),
    "https://gears-beta.opswat.com": ("https://gears-beta.opswat.com/o/api/v2.3/devices",),
    "https://opswat.corp.example/pre": ("https://opswat.corp.example/pre/o/api/v2.3/devices", "https://opswat.corp.example/pre/console/"),
    "https://notopswat.com/x": ("https://notopswat.com/x/",),
    "https://gears.opswat.com.evil.example/x": ("https://gears.opswat.com.evil.example/x",),
}  # fmt: skip
ESET = {
    "https://{region}.{service}.eset.systems": (
        "", "https://{region}.{service}.eset.systems/", "https://%7Bregion%7D.%7Bservice%7D.eset.systems/v1", "https://help.eset.com/eset_connect/en-US/devices.html",
        "https://protecthub.eset.com/#/x", "https://eset.com",
    ),
    "https://eu.{service}.eset.systems": (
        "https://eu.device-management.eset.systems/v1/devices?pageSize=1", "https://eu.business-account.iam.eset.systems/oauth/token",
        "https://eu.esetconnect.eset.systems/swagger/", "https://eu02.protect.eset.com/era/webconsole/#id=1", "https://eu.{service}.eset.systems/",
    ),
    "https://jpn.{service}.eset.systems": ("https://jpn.patch-management.eset.systems",),
    "https://gw.example/{region}/{service}": ("https://gw.example/{region}/{service}/", "https://gw.example/{region}/{service}/v1/devices", "https://GW.example/{region}/{service}/oauth/token"),
    "https://evil-eset.com/x": ("https://evil-eset.com/x",),
    "https://eset.com.evil.example/x": ("https://eset.com.evil.example/x/",),
}  # fmt: skip
PASTED = [
    (vendor, text, stored)
    for vendor, table in (("five9s", FIVE9S), ("opswat", OPSWAT), ("eset", ESET))
    for stored, texts in table.items()
    for text in texts
]


@pytest.mark.parametrize(("vendor", "text", "stored"), PASTED)
def test_an_address_is_stored_without_what_was_pasted_along_with_it(vendor: str, text: str, stored: str) -> None:
    about = VENDORS[vendor]
    assert about.tidied({"url": text})["url"] == stored
    assert about.tidied({"url": stored})["url"] == stored


# Everything that could be read in two ways, or is no https address, comes to the check as it was typed.
@pytest.mark.parametrize("vendor", list(VENDORS))
@pytest.mark.parametrize(("url", "reason"), [
    ("https://user:pw@epm.example.com/five9sWS", "username or password"), ("https://user@epm.example.com", "username or password"),
    ("https://user:p/w@epm.example.com", "it is not of the form"), ("ftp://epm.example.com", "another scheme"), ("file:///etc/passwd", "another scheme"),
    ("javascript:alert(1)", "another scheme"), ("ldaps://epm.example.com/x", "another scheme"), ("epm.example.com/five9sWS", "does not start with https://"),
    ("epm.example.com:8443", "does not start with https://"), ("//epm.example.com", "does not start with https://"),
    ("https://good.example#@evil.example/", "not of the form"), ("https://good.example/#@evil.example", "a query or a fragment"),
    ("https://good.example\\@evil.example/", "not of the form"), ("https://good.example/?\\x", "a backslash, a query"),
    ("https://münchen.example", "xn--"), ("https://epm.example.com/a/../b", '".."'), ("https://127.1", "not an IP address"),
    ("https://epm example.com", "not of the form"), ("https://epm\u200b.example.com", "xn--"),
])  # fmt: skip
def test_other_addresses_are_refused_with_one_sentence(vendor: str, url: str, reason: str) -> None:
    about = VENDORS[vendor]
    sentence = about.check(about.tidied({"url": url, "username": "x"}))["url"]
    assert reason in sentence
    assert sentence.endswith(".")
    assert "pw" not in sentence


def test_the_region_of_an_address_and_the_region_chosen_are_the_same() -> None:
    about = VENDORS["eset"]
    values = {"username": "api", "url": "https://us.device-management.eset.systems/v1/devices"}
    assert about.check(about.tidied({**values, "region": "us"})) == {}
    assert about.places(about.tidied({**values, "region": "us"}))[0] == "us.business-account.iam.eset.systems:443"
    assert "region us" in about.check(about.tidied({**values, "region": "eu"}))["url"]


@pytest.mark.parametrize("text", ["EU", "eu02", " eu\u00a0", "“eu”"])
def test_a_region_is_understood_as_the_console_writes_it(text: str) -> None:
    assert VENDORS["eset"].tidied({"region": text})["region"] == "eu"


def test_every_setting_of_every_vendor_loses_what_surrounds_it() -> None:
    for about in VENDORS.values():
        for field in about.fields:
            if not field.secret and not field.boolean and not field.choices:
                plain = "7" if field.name.startswith("calls") else "Europe/Berlin" if field.name == "time_zone" else "https://a.example"
                assert about.tidied({field.name: f"\ufeff \u00a0{plain}\u200b\r\n"}) == about.tidied({field.name: plain}), field.name


@example(":443:443/")
@example("\r0")
@example("h/five9sWS/api/devices/five9sWS/api/devices")
@given(st.text(alphabet=st.sampled_from("htps:/?#@\\ .{}%7bBD\u00a0\ufeff\"'<>eupm59sWSapidevcox\n") | st.characters(), max_size=60))
def test_tidying_again_changes_nothing(text: str) -> None:
    for about in VENDORS.values():
        for field in about.fields:
            for pasted_text in (text, f"https://{text}", f"https://epm.example.com/{text}"):
                once = field.tidy(pasted_text)
                assert field.tidy(once) == once, (field.name, pasted_text)


@pytest.mark.parametrize(("text", "shown"), [
    ("https://u:p@h.example/x", "https://h.example/x"), ("ftp://u:p@h", "ftp://h"), ("https://h/@x", "https://h/@x"), ("x", "x"), ("https://u:p@w@h", "https://h"),
])  # fmt: skip
def test_an_address_is_shown_without_its_user(text: str, shown: str) -> None:
    assert setting_values.without_user(text) == shown
