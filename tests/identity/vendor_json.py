"""Records of a machine as ESET Connect, OPSWAT and five(9)s write them, each with the facts that it carries."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.identity.hardware import Key, Mac
from tests.identity.machine import LINUX, MACOS, WINDOWS, Machine
from tests.identity.provable import CUT
from tests.identity.record import ALWAYS, ESET, FIVE9S, OPSWAT, Facts, Record
from tests.identity.world import HostName, World, letters

CORE_ZONE = ZoneInfo("Europe/Berlin")
FAMILY_IDS = {"windows": 1, "linux": 2, "macos": 3, "ios": 3, "android": 4}
OPSWAT_FAMILIES = {"windows": "Windows", "linux": "Linux", "macos": "Mac OSX", "ios": "ios", "android": "android"}
DEVICE_TYPES = {
    "laptop": "NOTEBOOK",
    "desktop": "DESKTOP",
    "server": "SERVER",
    "vm": "VIRTUAL_MACHINE",
    "phone": "SMARTPHONE",
    "tablet": "TABLET",
}
Write = Callable[..., Record]


class Vendors:
    """Writes records. Every argument left out is as the machine has it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: list[Record] = []

    def of(self, *vendors: str) -> list[Write]:
        writers: dict[str, Write] = {ESET: self.eset, OPSWAT: self.opswat, FIVE9S: self.five9s}
        return [writers[vendor] for vendor in vendors]

    def all(self, machine: Machine, **changed: Any) -> list[Record]:
        """One record at each vendor that manages the machine."""
        return [write(machine, **changed) for write in self.of(*machine.vendors)]

    def eset(
        self,
        machine: Machine,
        *,
        account: str = "eset-1",
        name: HostName | None = None,
        shown: str = "",
        serial: Key | None = None,
        uuid: Key | None = None,
        macs: tuple[Mac, ...] | None = None,
        spoiled: str = "",
        **rest: Any,
    ) -> Record:
        """`shown`: the whole text of the host name; `spoiled`: ESET's `malformedData`."""
        dice = self.world.dice
        name, serial, uuid = name or machine.name, serial or machine.serial, uuid or machine.uuid
        macs = macs if macs is not None else self._reported(machine)
        whole = shown or self._whole(machine, name, percent=16)
        number = f"{dice.getrandbits(128):032x}"
        external = rest.pop("external", "") or f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
        contact = rest.pop("contact", None) or self._contact(machine, minutes=dice.randrange(3, 900))
        profile: dict[str, Any] = {
            "bios": {"serialNumber": serial.text, "uuid": uuid.text},
            "manufacturer": self._maker(machine),
            "model": dice.choice(machine.models) if machine.models else "",
            "networkAdapters": [{"caption": f"Adapter {n}", "macAddress": self._address(mac)} for n, mac in enumerate(macs)],
        }
        if spoiled:
            profile["malformedData"] = spoiled
        raw: dict[str, Any] = {
            "uuid": external,
            "displayName": rest.pop("display", "") or whole,
            "originalDisplayName": whole,
            "deviceToken": f"token-{external}",
            "enrollmentStatus": "DEVICE_ENROLLMENT_STATUS_FINISHED",
            "functionalityStatus": "DEVICE_FUNCTIONALITY_STATUS_OK",
            "deviceType": f"DEVICE_TYPE_{DEVICE_TYPES[machine.form]}",
            "lastSyncTime": f"{contact:%Y-%m-%dT%H:%M:%SZ}",
            "operatingSystem": {"displayName": machine.system, "familyId": FAMILY_IDS[machine.family]},
            "primaryLocalIpAddress": machine.address or None,
            "isMobile": machine.mobile,
            "hardwareProfiles": [profile],
        }
        if machine.mobile:
            profile.pop("bios")
        clean = not spoiled
        facts = self._facts(machine, name, macs if clean or "networkAdapters" not in spoiled else ())
        true_uuid = uuid.true if "uuid" not in spoiled else ""
        true_serial = serial.true if "serial" not in spoiled else ""
        if true_uuid == machine.uuid.true and true_uuid:
            true_serial = true_serial or machine.embedded
        facts = replace(facts, serial=true_serial, uuid=true_uuid, domain=name.domain if name.domain and name.domain in whole else "")
        return self._keep(ESET, account, external, machine, contact, facts, raw, **rest)

    def opswat(
        self,
        machine: Machine,
        *,
        account: str = "opswat-1",
        name: HostName | None = None,
        macs: tuple[Mac, ...] | None = None,
        login: str | None = None,
        form: str = "",
        **rest: Any,
    ) -> Record:
        """`login`: the user's text where it is no person; `form`: how a person's login is written."""
        world, dice = self.world, self.world.dice
        name = name or machine.name
        macs = macs if macs is not None else self._reported(machine)
        user, domain, logins = self._opswat_user(machine, form) if login is None else (login, rest.pop("domain", "CORP"), frozenset())
        contact = rest.pop("contact", None) or self._contact(machine, minutes=dice.randrange(2, 50))
        whole = self._whole(machine, name, percent=4)
        text = unicodedata.normalize("NFD", whole) if not whole.isascii() and world.chance(50) else whole
        external = rest.pop("external", "") or f"{dice.getrandbits(128):032X}"
        adapters = [
            {
                "mac_addr": mac.text.lower() if world.chance(50) else mac.text,
                "ipv4_addr": machine.address if n == 0 else f"169.254.{dice.randrange(255)}.{dice.randrange(255)}",
                "ipv6_addr": f"fe80::{dice.getrandbits(16):x}:{dice.getrandbits(16):x}:7e44:78",
            }
            for n, mac in enumerate(dice.sample(macs, len(macs)))
        ]
        if world.chance(10):
            adapters.append({"mac_addr": dice.choice(("", "00:00:00:00:00:00")), "ipv4_addr": "", "ipv6_addr": ""})
        raw: dict[str, Any] = {
            "hwid": external,
            "hostname": text,
            "nickname": rest.pop("display", "") or text,
            "machine_type": machine.form,
            "last_seen": f"{contact:%Y-%m-%dT%H:%M:%SZ}",
            "remediation_link": f"https://gears.opswat.com/gears/remediation/{external}/remediation.html",
            "os_info": {"family": OPSWAT_FAMILIES[machine.family], "name": machine.system.removeprefix("Microsoft "), "version": ""},
            "network_info": adapters,
            "user_info": {"username": user, "domain": domain},
            "status": 0,
            "critical_status": 0,
            "total_critical_issue": 0,
            "total_issue": 0,
        }
        if machine.mobile:
            for missing in ("nickname", "user_info"):
                raw.pop(missing)
            logins = frozenset()
        domain = name.domain if name.domain and name.domain in whole else ""
        facts = replace(self._facts(machine, name, macs), logins=logins, maker="", domain=domain)
        return self._keep(OPSWAT, account, external, machine, contact, facts, raw, **rest)

    def five9s(
        self,
        machine: Machine,
        *,
        account: str = "epm-1",
        name: HostName | None = None,
        shown: str = "",
        serial: Key | None = None,
        login: str | None = None,
        form: str = "",
        **rest: Any,
    ) -> Record:
        dice = self.world.dice
        name, serial = name or machine.name, serial or machine.serial
        text = shown or name.text.upper()[:CUT]
        user, logins = self._five9s_user(machine, form) if login is None else (login, frozenset())
        contact = rest.pop("contact", None) or self._contact(machine, minutes=dice.randrange(30, 2800))
        number = int(rest.pop("external", "") or self.world.external_id())
        number_text = self._number(serial)
        local = f"{contact.astimezone(CORE_ZONE):%Y-%m-%dT%H:%M:%S}"
        release = "Edition, 64-bit" if machine.family == WINDOWS else "x86_64" if machine.family == LINUX else ""
        raw: dict[str, Any] = {
            "Computer_Idn": number,
            "SerialNumber": number_text,
            "DeviceId": f"{{{dice.getrandbits(128):032X}}}",
            "DeviceName": text,
            "DisplayName": rest.pop("display", "") or text,
            "CustomInventory": {"Location": dice.choice(("Berlin", "München", "Wien"))},
            "EpmInventory": {
                "Computer_Idn": number,
                "DeviceName": text,
                "LoginName": user,
                "LastUpdInvSvr": local,
                "SerialNum": number_text,
                "Model": dice.choice(machine.models) if machine.models else "",
                "Manufacturer": self._maker(machine),
                "OsType": f"{machine.system} {release}".strip(),
            },
            "SecurityInfo": [],
        }
        facts = replace(self._facts(machine, name, ()), serial=serial.true, logins=logins, domain="")
        facts = replace(facts, name="" if shown else unicodedata.normalize("NFC", text))
        return self._keep(FIVE9S, account, str(number), machine, contact, facts, raw, **rest)

    def _keep(  # noqa: PLR0917
        self, vendor: str, account: str, external: str, machine: Machine, contact: datetime, facts: Facts, raw: dict[str, Any], **rest: Any
    ) -> Record:
        listed = rest.pop("listed", ALWAYS)
        for field in rest.pop("missing", ()):
            raw.pop(field, None)
        assert not rest, rest
        record = Record(vendor, account, external, machine.number, machine.case, contact, facts, raw, listed)
        self.records.append(record)
        return record

    def _facts(self, machine: Machine, name: HostName, macs: tuple[Mac, ...]) -> Facts:
        return Facts(
            own=frozenset(mac.text for mac in macs if mac.sort == "own"),
            weak=frozenset(mac.text for mac in macs if mac.sort in ("adapter", "local")),
            local=frozenset(mac.text for mac in macs if mac.sort == "local"),
            name=unicodedata.normalize("NFC", name.text).upper(),
            naming=name.naming,
            mobile=machine.mobile,
            family=machine.family,
            maker=machine.maker,
            virtual=machine.virtual,
        )

    def _reported(self, machine: Machine) -> tuple[Mac, ...]:
        """Most agents report all adapters, some only those that were up."""
        return machine.macs[:1] if len(machine.macs) > 1 and self.world.chance(10) else machine.macs

    def _whole(self, machine: Machine, name: HostName, *, percent: float) -> str:
        """The host name, for so many with its domain; Macs report Bonjour's instead."""
        if machine.mobile or not name.domain or not self.world.chance(percent):
            return name.text
        return f"{name.text}.local" if machine.family == MACOS else f"{name.text.lower()}.{name.domain}"

    def _address(self, mac: Mac) -> str:
        return self.world.dice.choice((mac.text, mac.text, mac.text.lower(), mac.text.replace(":", "-"), mac.text.replace(":", "")))

    def _number(self, serial: Key) -> str:
        """As the inventory server keeps it: without the firmware's padding, at times without blanks or in small letters."""
        text = serial.text.strip()
        if not serial.true or self.world.chance(75):
            return text
        return text.replace(" ", "") if " " in text else text.lower()

    def _maker(self, machine: Machine) -> str:
        """Mostly the firmware's own notation."""
        makers = machine.makers or ("",)
        return self.world.dice.choice(makers) if self.world.chance(15) else makers[0]

    def _contact(self, machine: Machine, *, minutes: int) -> datetime:
        return self.world.now - machine.away - timedelta(minutes=minutes)

    def _opswat_user(self, machine: Machine, form: str) -> tuple[str, str, frozenset[str]]:
        """Login, domain, comparable forms."""
        person = machine.person
        if person is None:
            return "", "", frozenset()
        form = form or ("sam" if self.world.chance(75) else "upn")
        if form == "workgroup":
            return person.sam, self.world.dice.choice(("WORKGROUP", machine.name.text)), logins_of(person.sam)
        if form == "upn":
            return f"{person.upn}@corp.example", self.world.dice.choice(("AzureAD", "CORP", "")), logins_of(person.upn)
        return person.sam, "CORP", logins_of(person.sam)

    def _five9s_user(self, machine: Machine, form: str) -> tuple[str, frozenset[str]]:
        person = machine.person
        if person is None:
            return "", frozenset()
        form = form or self.world.dice.choice(("sam", "sam", "upper", "upn"))
        if form == "azuread":
            turned = person.last + person.first
            # How a directory writes letters outside of ASCII in a login cannot be known.
            same = {f"letters:{letters(text)}" for text in (person.display, turned)} if turned.isascii() else set()
            return f"AzureAD\\{self.world.dice.choice((person.display, turned))}", frozenset(same)
        if form == "middle":
            return f"AzureAD\\{person.first}Maria{person.last}", frozenset()
        if form == "upn":
            return f"{person.upn}@corp.example", logins_of(person.upn)
        return (f"CORP\\{person.sam}" if form == "sam" else person.sam.upper()), logins_of(person.sam)


def logins_of(login: str) -> frozenset[str]:
    return frozenset({f"login:{login}", f"letters:{letters(login)}"})
