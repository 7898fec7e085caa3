"""Parsers of single values of vendors: keys, placeholders, names, numbers, times and systems."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.fuzz.parser import Parser
from tests.fuzz.texts import made, text_maker, texts
from vendors import short_labels, stored_titles
from vendors.parsing import (
    descriptions,
    hardware_uuid,
    host_names,
    mac_addresses,
    manufacturers,
    normalise,
    notations,
    operating_systems,
    spellings,
    times,
    user_names,
    windows_versions,
)
from vendors.parsing.placeholders import fillers, no_users, placeholder_keys, placeholder_texts
from vendors.records import Identifier
from vendors.states import Family, IdKind

SERIALS = texts("PF2ABC1", "S/N: 5CD1234XYZ", "VMware-56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f", "1S20XW0012GEPF2ABC1", "123456789",
                "Default string", "To be filled by O.E.M.", "20XW/PF-2ABC1", "ec2f0a6e-1b2c-3d4e-5f60-718293a4b5c6", "v1.2.3")  # fmt: skip
UUIDS = texts("4c4c4544-0043-3010-8052-b4c04f564231", "{03000200-0400-0500-0006-000700080009}", "urn:uuid:564d78db-e023-67d9-8b85-07b3bad94a1f",
              "39363831-3735-5A43-3339-313530304A35", "ffffffff-ffff-ffff-ffff-ffffffffffff", "sha1:0a1b2c3d4e5f60718293a4b5c6d7e8f9")  # fmt: skip
MACS = texts(
    "3C:52:82:11:22:33",
    "3c-52-82-11-22-34",
    "0050.56c0.0001",
    "0x001b21aabb01",
    "01:00:1b:21:aa:bb:01",
    "0:1b:21:aa:b:1",
    "ff:ff:ff:ff:ff:ff",
)
HOSTS = texts(
    "nb-1", "NB-2.example.com", "Dr. Meier's iPad", "localhost", "10.0.0.1", "MacBook-Pro-3.local", "win-1.2.3", "[fe80::1]", "STRASSE-ß."
)
USERS = texts(
    "EXAMPLE\\anna",
    "anna.muster@example.com",
    "AzureAD\\AnnaMuster",
    "NT-AUTORITÄT\\SYSTEM",
    "Jürgen Groß",
    "administrator",
    "x123456",
    "a.b.c.d.e",
)
IPS = texts("10.0.0.1", "010.000.000.001", "fe80::1%3", "::ffff:192.0.2.7", "[2001:db8::1]/64", "2001:db8:0:0:1:0:0:1", "169.254.1.1")
WORDS = texts("front desk", "Asset 12-34", "n/a", "ESET PROTECT", "$(SERIAL)", "not specified", "unbekannt")
MODELS = texts(
    "ThinkPad X1 Carbon Gen 9",
    "20XW0012GE",
    "MacBookPro18,3",
    "System Product Name",
    "HP EliteBook 840 G8 Notebook PC",
    "Standard PC (i440FX)",
)
MAKERS = texts("Hewlett-Packard", "HP Inc.", "LENOVO", "Dell EMC", "Micro-Star International Co., Ltd.", "ASUSTeK COMPUTER INC.")
SYSTEMS = texts("Microsoft Windows 11 Pro", "Windows Server 2012 R2", "macOS 15.1", "Ubuntu 24.04.1 LTS", "iPadOS 17.5", "Darwin 24.1.0", "Android 14",
                "Windows 10 Enterprise 10.0.22631 (by build)", "Debian GNU/Linux 12 (bookworm)", "HP-UX 11i", "Windows 10 22H2 build 19045")  # fmt: skip
TITLES = texts("3 problems reported", "Status 7, and no issue is counted", "CVE-2026-1: excluded by a rule", "Application by Example, version 1.2",
               "MS26-001: state “x” is unknown to this version", "Unnamed application, version 9")  # fmt: skip
TIMES = texts(
    "2026-08-01T10:00:24.683000123Z",
    "2026-08-01 10:00:24+02:00",
    "2026-10-25T02:30",
    "/Date(1754042424000+0200)/",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.9999999-12:00",
)
VALUES: dict[IdKind, st.SearchStrategy[str]] = {
    IdKind.SERIAL: SERIALS,
    IdKind.BIOS_UUID: UUIDS,
    IdKind.MAC: MACS,
    IdKind.HOSTNAME: HOSTS,
    IdKind.USER: USERS,
    IdKind.IP: IPS,
    **dict.fromkeys((IdKind.VENDOR_ID, IdKind.NICKNAME, IdKind.TAG, IdKind.CUSTOM), WORDS),
}
ZONES: tuple[tzinfo | None, ...] = (None, UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/St_Johns"))
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def storable(text: str) -> bool:
    return normalise.UNSTORABLE.search(text) is None


_user = text_maker("EXAMPLE\\anna.muster", "anna.muster@example.com", "jürgen.groß", "a.b.c", "dr.meier")


def _user_pairs(dice: Random) -> tuple[str, str]:
    """Mostly the names of one person in two notations, or nearly."""
    if dice.random() < 0.4:
        return _user(dice), _user(dice)
    parts = [dice.choice(("a", "aa", "ab", "anna", "muster", "groß", "ä")) for _ in range(dice.randint(1, 16))]
    mixed = dice.sample(parts, len(parts))
    return dice.choice(".-_ ").join(parts), dice.choice(("", "", ".")).join(mixed) + dice.choice(("", "", "b", "@azuread"))


def _key(to_key: Callable[[str], str]) -> Callable[[str], object]:
    def check(text: str) -> None:
        key = to_key(text)
        assert to_key(key) == key, "not idempotent"

    return check


def _keys() -> list[Parser[str]]:
    keyed = {
        normalise.serial_key: SERIALS, normalise.mac_key: MACS, normalise.ip_key: IPS, normalise.uuid_key: UUIDS, normalise.user_key: USERS,
        normalise.opaque_uuid_key: UUIDS, normalise.hostname_key: HOSTS, normalise.fqdn_key: HOSTS, normalise.text_key: WORDS, normalise.exact_key: WORDS,
    }  # fmt: skip
    return [Parser((to_key,), inputs, _key(to_key)) for to_key, inputs in keyed.items()]


def _identifier(case: tuple[IdKind, str]) -> None:
    kind, text = case
    found = normalise.identifier(kind, text)
    if found is None:
        return
    assert found.kind is kind and storable(found.value) and storable(found.key)
    assert len(found.key) <= normalise.LONGEST_KEY and len(found.value) <= normalise.LONGEST_VALUE
    again = normalise.identifier(kind, found.value)
    assert again is not None and again.key == found.key, "the stored text has another key"


def _notations(case: list[tuple[IdKind, str]]) -> None:
    told = [each for kind, text in case if (each := normalise.identifier(kind, text))]
    found = notations.with_notations(told)
    assert found[: len(told)] == tuple(told)
    derived = found[len(told) :]
    assert len({(each.kind, each.key) for each in derived}) == len(derived)
    assert not any(each.junk or each.value or not each.key for each in derived)


def _clean(case: tuple[str, int]) -> None:
    text, limit = case
    found = normalise.clean_text(text, limit=limit)
    assert len(found) <= limit and storable(found) and not normalise.CONTROLS.search(found) and found == found.strip()


def _uuid(text: str) -> None:
    key, opaque, serial = normalise.uuid_key(text), normalise.opaque_uuid_key(text), normalise.serial_key(text)
    assert hardware_uuid.turned(hardware_uuid.turned(key)) == key
    for each in (key, opaque):
        assert all(hardware_uuid.is_dell(raw) or not hardware_uuid.dell_tag(raw) for raw in hardware_uuid.both_orders(each))
        assert set(hardware_uuid.embedded_serials(each)) <= set(hardware_uuid.serials(each))
        assert all(normalise.mac_key(mac) == mac for mac in hardware_uuid.macs(each))
    assert all(normalise.uuid_key(uuid) == uuid for uuid in hardware_uuid.uuids_of_serial(serial))


def _host(text: str) -> None:
    folded = normalise.text_key(text)
    assert len(host_names.cut(folded)) <= host_names.NETBIOS
    assert host_names.dns_name(folded) in ("", host_names.full_name(folded))
    host_names.short_name(folded), host_names.bonjour_name(folded), host_names.default_name(folded)


def _mac(text: str) -> None:
    for key in (text, normalise.mac_key(text)):
        mac_addresses.weak(key), mac_addresses.is_local(key)
        assert not (mac_addresses.is_of_hardware(key) and mac_addresses.junk(key))
        assert normalise.mac_key(mac_addresses.in_ipv6(key)) == mac_addresses.in_ipv6(key)


def _users(case: tuple[str, str]) -> None:
    one, other = map(normalise.user_key, case)
    agree = user_names.agree(one, other)
    assert agree == user_names.agree(other, one) and user_names.differ(one, other) == user_names.differ(other, one)
    assert not (agree and user_names.differ(one, other))
    assert user_names.agree(one, one) == bool(one)
    user_names.bare(one)


def _user_parts(text: str) -> None:
    login, domain = normalise.user_parts(text)
    assert (login, domain) == (login.strip(), domain.strip())
    no_users.nobody(login, domain)


def _placeholder_keys(text: str) -> None:
    for junk in (
        placeholder_keys.junk_serial,
        placeholder_keys.junk_uuid,
        placeholder_keys.junk_mac,
        placeholder_keys.junk_hostname,
        placeholder_keys.junk_user,
    ):
        assert junk(normalise.text_key(text), text) in (True, False)
    assert not placeholder_keys.never_junk(text, text)
    if address := normalise.ip_key(text):
        placeholder_keys.junk_ip(address, text)


def _placeholders(text: str) -> None:
    folded = text.casefold()
    assert (
        placeholder_texts.placeholder_text(text) or not placeholder_texts.is_no_value(normalise.text_key(text).casefold()) or text != folded
    )
    placeholder_texts.no_serial(folded)
    assert descriptions.described(text) in ("", text)


def _fillers(case: tuple[str, bytes]) -> None:
    text, raw = case
    assert fillers.is_counted(text) in (True, False) and fillers.is_filler(raw) in (True, False)


def _models(case: tuple[str, str, str]) -> None:
    one, other, maker = case
    assert descriptions.same_model(one, other) == descriptions.same_model(other, one)
    descriptions.machine_type(one, maker)


def _brand(text: str) -> None:
    assert manufacturers.brand(text) in {"", *manufacturers.BRANDS}


def _serial_shown(case: list[str]) -> None:
    told = [each for text in case if (each := normalise.identifier(IdKind.SERIAL, text))]
    assert descriptions.shown_serial([*told, Identifier(IdKind.SERIAL, "", "derived")]) in {"", *(each.value for each in told)}


def _system(case: tuple[str, str, str, int, Family, bool]) -> None:
    name, version, release_id, build, family, server = case
    found = operating_systems.system(name, family=family, version=version, release_id=release_id, build=build, server=server)
    assert found.family in Family and max(len(found.release), len(found.short)) <= operating_systems.LONGEST_RELEASE
    assert len(operating_systems.short_of(found.name, found.release)) <= operating_systems.LONGEST_RELEASE
    assert str(operating_systems.marked(found.name)) == found.name
    operating_systems.release_of(name), operating_systems.family_of(name)


def _time(case: tuple[str, tzinfo | None]) -> None:
    text, zone = case
    at = times.parse_time(text, zone=zone)
    if at is None:
        return
    assert at.utcoffset() == timedelta() and at.year >= times.FIRST_YEAR
    assert times.parse_time(at.isoformat()) == at
    assert (times.plausible(at, now=NOW) is None) == times.implausible(at, now=NOW)


def _spelling(text: str) -> None:
    for found in (spellings.host_names(text), spellings.serials(text)):
        assert len({each.casefold() for each in found}) == len(found) and all(found)
    assert spellings.full_name(text) in (True, False)
    assert spellings.canonical(spellings.canonical(text)) == spellings.canonical(text)
    spellings.plain(text)


def _title(text: str) -> None:
    assert str(stored_titles.recognized(text)) == text
    problem = stored_titles.problem_of(text)
    assert stored_titles.problem_of(problem) == problem
    assert bool(str(stored_titles.problem_title(problem))) == bool(text) and stored_titles.only_counted(problem) in (True, False)
    assert text.endswith(short_labels.short_word(text))


PARSERS: list[Parser[Any]] = [
    *_keys(),
    Parser((normalise.identifier,), st.sampled_from(list(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind])), _identifier),
    Parser((normalise.user_parts, no_users.nobody), USERS, _user_parts),
    Parser((normalise.clean_text,), st.tuples(WORDS, st.integers(1, 600)), _clean),
    Parser((notations.with_notations, notations.forms_of_serial, notations.forms_of_host_name),
           st.lists(st.one_of(*(st.tuples(st.just(kind), values) for kind, values in list(VALUES.items())[:4])), max_size=3), _notations),
    Parser((hardware_uuid.turned, hardware_uuid.both_orders, hardware_uuid.serials, hardware_uuid.embedded_serials, hardware_uuid.dell_tag,
            hardware_uuid.is_dell, hardware_uuid.macs, hardware_uuid.uuids_of_serial), UUIDS | SERIALS, _uuid),
    Parser((host_names.full_name, host_names.short_name, host_names.dns_name, host_names.cut, host_names.bonjour_name, host_names.default_name), HOSTS, _host),
    Parser((mac_addresses.junk, mac_addresses.weak, mac_addresses.is_local, mac_addresses.is_of_hardware, mac_addresses.in_ipv6), MACS | IPS, _mac),
    Parser((user_names.agree, user_names.differ, user_names.bare), made(_user_pairs), _users),
    Parser((placeholder_keys.junk_serial, placeholder_keys.junk_uuid, placeholder_keys.junk_mac, placeholder_keys.junk_ip, placeholder_keys.junk_hostname,
            placeholder_keys.junk_user, placeholder_keys.never_junk), SERIALS | UUIDS | IPS | USERS, _placeholder_keys),
    Parser((placeholder_texts.placeholder_text, placeholder_texts.is_no_value, placeholder_texts.no_serial, descriptions.described), MODELS | SERIALS, _placeholders),
    Parser((fillers.is_counted, fillers.is_filler), st.tuples(SERIALS, st.binary(min_size=16, max_size=16)), _fillers),
    Parser((descriptions.same_model, descriptions.machine_type), st.tuples(MODELS, MODELS, MAKERS), _models),
    Parser((manufacturers.brand,), MAKERS, _brand),
    Parser((descriptions.shown_serial,), st.lists(SERIALS, max_size=3), _serial_shown),
    Parser((operating_systems.system, operating_systems.marked, operating_systems.release_of, operating_systems.family_of,
            operating_systems.short_of, windows_versions.edition_of, windows_versions.feature_update, windows_versions.full_build),
           st.tuples(SYSTEMS, SYSTEMS, SYSTEMS, st.integers(0, 2**17), st.sampled_from(Family), st.booleans()), _system),
    Parser((times.parse_time, times.implausible, times.plausible), st.tuples(TIMES, st.sampled_from(ZONES)), _time),
    Parser((spellings.plain, spellings.host_names, spellings.serials, spellings.canonical, spellings.full_name), HOSTS | SERIALS, _spelling),
    Parser((stored_titles.recognized, stored_titles.problem_of, stored_titles.problem_title, stored_titles.only_counted, short_labels.short_word), TITLES, _title),
]  # fmt: skip
