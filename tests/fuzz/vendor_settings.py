"""Settings that a user pastes: addresses, regions, time zones, certificates, tokens and the links made of them."""

from __future__ import annotations

import base64
import functools
import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import certifi
from hypothesis import strategies as st

from devices.accounts import certificates, validation
from tests.fuzz.parser import Parser
from tests.fuzz.texts import made, text_maker, texts
from vendors import console
from vendors.base import Vendor
from vendors.errors import Misconfigured
from vendors.eset import address as eset_address
from vendors.five9s import adapter as five9s
from vendors.five9s.client import clean_token
from vendors.gateway import address_rules, tls
from vendors.opswat import adapter as opswat
from vendors.parsing import setting_values, zones
from vendors.registry import VENDORS
from vendors.secret import Secret

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ADDRESSES = ("https://eu.device-management.eset.systems/v1/devices?x=1", "https://{region}.{service}.eset.systems", "https://eu02.protect.eset.com/era",
             "https://gears.opswat.com/o/api/v2.3/devices", "http://epm.example.com:80/five9sWS/api/devices/", "https://[2001:db8::1]:8443/x",
             "https://user:pw@epm.example.com/", "https://0x7f.1/", "https://xn--mnchen-3ya.example/%2e%2e/a", "“https://epm.example.com”", "127.0.0.1:8080")  # fmt: skip
ZONES = ("Europe/Berlin", "W. Europe Standard Time", "W. Europe Daylight Time", "UTC+01:00", "GMT+1", "Etc/GMT-14", "CET", "localtime", "+0530",
         "Romance Standard Time_dstoff", "utc")  # fmt: skip
HOSTS = ("epm.example.com:443", "[2001:db8::1]:8443", "10.0.0.0/8", "192.168.1.1", "EPM.", "10.1.2.3:8443")
URLS, ZONE_NAMES, HOST_NAMES = texts(*ADDRESSES), texts(*ZONES), texts(*HOSTS)
VALUES = texts(*ADDRESSES, *ZONES, "eu", "10", "29", "true", "https://console.example/#/devices/{id}", "api@example.com")


def _tidy(tidy: Callable[[str], str]) -> Callable[[str], None]:
    def check(text: str) -> None:
        found = tidy(text)
        assert tidy(found) == found, "not idempotent"

    return check


def _url(text: str) -> None:
    assert address_rules.openable(text) in (True, False)
    setting_values.without_user(text)
    try:
        target = address_rules.parse_url(text)
    except address_rules.BadUrl as error:
        assert str(address_rules.invalid(error))
        return
    assert target.scheme in ("http", "https") and 0 < target.port < 65536 and target.host.isascii()
    assert address_rules.place(target.host, target.port) == address_rules.place(target.host.upper(), target.port)
    address_rules.NamedHosts([text, target.host]).loopback(target)


def _named(case: tuple[list[str], str]) -> None:
    entries, host = case
    named, granted = address_rules.NamedHosts(entries), address_rules.Granted(entries)
    named.host(host, 443)
    for text in ("10.1.2.3", "127.0.0.1", "169.254.169.254", "64:ff9b::a01:203", "::1", "fd00:ec2::254", "2002:a01:203::1"):
        address = ipaddress.ip_address(text)
        named.permits(address, host=host, port=443), granted.permits(address, host=host, port=443)
        if address_rules.judge(address) is address_rules.AddressScope.FORBIDDEN:
            assert not named.permits(address, host=host, port=443) and not granted.permits(address, host=host, port=443)
        address_rules.unwrap(address)


def _zone(text: str) -> None:
    name = zones.tidy(text)
    assert zones.tidy(name) == name
    sentence = zones.fault(name)
    assert str(zones.note(name, NOW)) or sentence
    try:
        zones.zone(name)
    except ValueError:
        assert sentence, "a zone that is not refused cannot be used"
    try:
        five9s.zone({"time_zone": name})
    except Misconfigured as error:
        assert str(error.sentence)


def _settings(vendor: Vendor) -> Callable[[dict[str, str]], None]:
    def check(given: dict[str, str]) -> None:
        values = vendor.tidied(given)
        assert vendor.tidied(values) == values, "not idempotent"
        sentences = vendor.check(values)
        assert {*sentences} <= {each.name for each in vendor.fields} and all(map(str, sentences.values()))
        rate = vendor.rate(values)
        assert sentences or (rate.calls >= 1 and 0 <= rate.reserve < rate.calls)
        assert sentences or vendor.places(values), "an address that is not refused leads nowhere"
        validation.notes(vendor, given, NOW)
        try:
            stored = validation.checked(vendor, given, dict.fromkeys(vendor.secret_names, "s"), known_secrets=frozenset())
        except validation.InvalidAccount as bad:
            assert bad.sentences
            return
        assert stored == values and all("\0" not in each for each in stored.values())

    return check


def _number(text: str) -> None:
    found = setting_values.whole_number(text, least=2, most=1000)
    assert found is None or (2 <= found <= 1000 and int(text) == found)


def _hosts(case: tuple[str, list[str]]) -> None:
    url, wanted = case
    vendor = VENDORS["five9s"]
    try:
        assert set(validation.permitted(vendor, {"url": url}, wanted)) <= set(vendor.places({"url": url}))
    except validation.InvalidAccount as bad:
        assert bad.sentences


def _console(case: tuple[str, str, str, str]) -> None:
    template, external_id, name, serial = case
    settings = {"console_url": template}
    link = console.link(
        settings, external_id=external_id.encode("utf-8", "replace").decode(), name="n", serial=serial.encode("utf-8", "replace").decode()
    )
    assert not link or (address_rules.openable(link) and link.startswith("https://"))
    sentences = console.check(settings)
    assert not link or name is not None or sentences is not None


def _secret(text: str) -> None:
    try:
        token = clean_token(Secret(text))
    except Misconfigured as error:
        assert text not in (str(error.sentence), str(error.next_step))
        return
    assert token.isascii() and token.isprintable() and " " not in token
    validation.tidy_secrets({"token": text})


@functools.cache
def _certificate() -> tuple[str, bytes]:
    """The shortest of the public roots, as PEM and as bytes."""
    pem = min(re.findall("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", certifi.contents()), key=len)
    return pem, base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))


def _pem(dice: Random) -> str:
    pem, der = _certificate()
    kind = dice.random()
    if kind < 0.4:
        return text_maker(pem, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----")(dice)
    changed = bytearray(der)
    for _ in range(dice.randint(1, 4)):
        changed[dice.randrange(len(changed))] = dice.choice((0, 1, 0x30, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    encoded = base64.encodebytes(bytes(changed[: dice.choice((None, None, None, -1, 40))])).decode()
    return f"-----BEGIN CERTIFICATE-----\n{encoded}-----END CERTIFICATE-----\n" * dice.choice((1, 1, 2))


def _trusted(pem: str) -> None:
    try:
        tls.context(pem)
        tls.context(pem, strict=False)
    except Misconfigured as error:
        assert str(error.sentence) and str(error.next_step)
    try:
        certificates.check(pem)
        assert not pem.strip() or certificates.describe(pem) is not None
    except certificates.BadCertificate as bad:
        assert str(bad)
    certificates.describe(pem)
    certificates.fingerprints(pem)


def _given(vendor: Vendor) -> st.SearchStrategy[dict[str, str]]:
    names = [each.name for each in vendor.fields if not each.secret]
    good = (
        {"url": ADDRESSES[1], "region": "eu", "username": "api", "time_zone": "Europe/Berlin"}
        if vendor.slug == "eset"
        else {"url": "https://a.example"}
    )
    maker = text_maker(*ADDRESSES, *ZONES, "eu", "10", "29", "true", "false", "https://console.example/#/{id}")
    return made(
        lambda dice: {name: good[name] if name in good and dice.random() < 0.5 else maker(dice) for name in names if dice.random() < 0.8}
    )


PARSERS: list[Parser[Any]] = [
    *(
        Parser((tidy,), VALUES, _tidy(tidy))
        for tidy in (setting_values.trimmed, setting_values.bare, eset_address.tidy, eset_address.tidy_region, opswat.tidy_url)
    ),
    Parser((setting_values.address,), URLS, _tidy(lambda text: setting_values.address(text, endings=five9s.ENDPOINT))),
    Parser(
        (address_rules.parse_url, address_rules.openable, address_rules.place, address_rules.invalid, setting_values.without_user),
        URLS,
        _url,
    ),
    Parser((address_rules.judge, address_rules.unwrap), st.tuples(st.lists(HOST_NAMES, max_size=3), HOST_NAMES), _named),
    Parser((zones.fault, zones.tidy, zones.zone, zones.note, five9s.zone), ZONE_NAMES, _zone),
    Parser((eset_address.urls, eset_address.fault, console.check), _given(VENDORS["eset"]), _settings(VENDORS["eset"])),
    Parser((opswat.rate, opswat.check), _given(VENDORS["opswat"]), _settings(VENDORS["opswat"])),
    Parser((five9s.check,), _given(VENDORS["five9s"]), _settings(VENDORS["five9s"])),
    Parser((setting_values.whole_number,), texts("10", "0600", "1000"), _number),
    Parser((validation.permitted,), st.tuples(URLS, st.lists(HOST_NAMES, max_size=2)), _hosts),
    Parser((console.link,), st.tuples(VALUES, VALUES, VALUES, VALUES), _console),
    Parser((clean_token, validation.tidy_secrets), texts("PAT abc", "Authorization: PAT 'ABC123'", '"abc"'), _secret),
    Parser((tls.context, certificates.check, certificates.describe, certificates.fingerprints), made(_pem), _trusted),
]
