"""One machine of the simulated company, computed from (seed, index) alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sandbox.fleet import edge_cases, names
from sandbox.fleet.random_choice import Dice

_SERIAL = {  # alphabet, length, prefix
    "dell": ("BCDFGHJKLMNPQRSTVWXYZ1234567890", 7, ""),
    "lenovo": ("0123456789ABCDEFGHJKLMNPRSTVWXYZ", 6, "PF"),
    "hp": ("0123456789BCDFGHJKLMNPQRSTVWXYZ", 6, "5CG4"),
    "apple": ("CDFGHJKLMNPQRTVWXY0123456789", 10, "C0"),
    "samsung": ("0123456789ABCDEFGHJKLMNPRSTVWXYZ", 8, "R5C"),
    "google": ("0123456789ABCDEFGHJKLMNPRSTVWXYZ", 10, "3A"),
}
_LETTERS = {"laptop": "NB", "desktop": "PC", "server": "SRV", "vm": "VM"}


@dataclass(frozen=True, slots=True)
class Person:
    first: str
    last: str

    @property
    def login(self) -> str:
        plain = f"{self.first[0]}.{self.last}".lower()
        for umlaut, ascii_form in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
            plain = plain.replace(umlaut, ascii_form)
        return plain


@dataclass(frozen=True, slots=True)
class Machine:
    """The truth about one machine. `serial` and `bios_uuid` are what it reports, `true_serial` what is on its label."""

    index: int
    slot: int
    role: edge_cases.Role
    oddity: str
    model: names.Model
    system: names.System
    site: names.Site
    department: str
    person: Person
    hostname: str
    true_serial: str
    serial: str
    bios_uuid: str
    macs: tuple[tuple[str, str], ...]
    ip: str

    @property
    def vendors(self) -> tuple[str, ...]:
        return self.role.vendors

    @property
    def is_mobile(self) -> bool:
        return self.model.kind in ("phone", "tablet")


@lru_cache(maxsize=512)
def slots(seed: int, block: int) -> tuple[int, ...]:
    """Which of the sixty roles each machine of a block plays."""
    return tuple(Dice(seed, "slots", block).shuffled(range(edge_cases.BLOCK)))


def build(seed: int, index: int, *, hostile: bool = True) -> Machine:
    """`hostile` False: the machines whose texts are attacks on pages and spreadsheets are ordinary ones."""
    block, place = divmod(index, edge_cases.BLOCK)
    slot = slots(seed, block)[place]
    role = edge_cases.ROLES[slot]
    oddity = role.oddity
    if oddity in ("clone-source", "cloned") and block % edge_cases.CLONE_EVERY != edge_cases.CLONE_EVERY - 1:
        oddity = ""
    if not hostile and oddity in ("hostile", "formula"):
        oddity = ""
    dice = Dice(seed, "machine", index)
    model = dice.pick(role.models)
    site = dice.pick(names.SITES)
    person = Person(dice.pick(names.FIRST), dice.pick(names.LAST))
    true_serial, uuid = _serial_and_uuid(seed, index, model, oddity)
    return Machine(
        index=index,
        slot=slot,
        role=role,
        oddity=oddity,
        model=model,
        system=dice.pick(names.SYSTEMS[model.family]),
        site=site,
        department=dice.pick(names.DEPARTMENTS),
        person=person,
        hostname=_hostname(seed, index, model=model, site=site, person=person, oddity=oddity),
        true_serial=true_serial,
        serial=dice.pick(edge_cases.PLACEHOLDER_SERIALS[:2]) if oddity == "placeholder-serial" else true_serial,
        bios_uuid="00000000-0000-0000-0000-000000000000" if oddity == "zero-bios-uuid" else uuid,
        macs=_macs(seed, block, model, oddity, dice),
        ip=f"10.{site.subnet}.{dice.below(240) + 1}.{dice.below(250) + 4}",
    )


def _serial_and_uuid(seed: int, index: int, model: names.Model, oddity: str) -> tuple[str, str]:
    if oddity == "cloned":
        index = neighbour(seed, index, edge_cases.CLONE_SOURCE)
    dice = Dice(seed, "identity", index)
    if model.serial == "vmware":
        raw = bytes.fromhex("564d" + dice.hex(28))
        pairs = [f"{byte:02x}" for byte in raw]
        return f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}", _uuid_of_vmware(raw)
    alphabet, length, prefix = _SERIAL[model.serial]
    return prefix + dice.text(alphabet, length), _uuid(dice.hex(32))


def _uuid_of_vmware(raw: bytes) -> str:
    """The same bytes as in the serial, the first three groups in the other byte order."""
    return _uuid((raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]).hex())


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}".upper()


def neighbour(seed: int, index: int, slot: int) -> int:
    """The machine that plays `slot` in the block of machine `index`."""
    block = index // edge_cases.BLOCK
    return block * edge_cases.BLOCK + slots(seed, block).index(slot)


def _hostname(seed: int, index: int, *, model: names.Model, site: names.Site, person: Person, oddity: str) -> str:
    if oddity == "hostname-double":
        return build(seed, neighbour(seed, index, edge_cases.OWNER_OF_DOUBLE_NAME)).hostname
    if model.family == "ios":
        return f"{person.first}s {'iPad' if model.kind == 'tablet' else 'iPhone'}"
    if model.family == "android":
        return f"{person.first}'s Phone"
    if model.family == "macos":
        return f"mac-{person.login.replace('.', '-')}-{index + 1000}"
    if oddity == "umlaut":
        return f"MÜN-NB-Jäger{index + 1000}"
    return f"{site.code}-{_LETTERS[model.kind]}-{index + 1000:05d}"


def _macs(seed: int, block: int, model: names.Model, oddity: str, dice: Dice) -> tuple[tuple[str, str], ...]:
    wired = ("Intel(R) Ethernet Connection I219-LM", mac(dice.pick(model.ouis), dice))
    if model.kind == "vm":
        return (("Intel(R) 82574L Gigabit Network Connection", wired[1]),)
    if model.kind in ("phone", "tablet"):
        return (("wlan0", wired[1]),)
    wireless = ("Intel(R) Wi-Fi 6 AX201 160MHz", mac(dice.pick(names.WIFI_OUIS), dice))
    adapters = [wired, wireless] if model.kind == "laptop" else [wired]
    if oddity == "dock":
        shared = mac(names.DOCK_OUI, Dice(seed, "dock", block))
        adapters.append(("Realtek USB GbE Family Controller", shared))
    if model.family == "windows" and dice.chance(25):
        adapters.append(dice.pick(names.VPN_ADAPTERS))
    if oddity == "partial":
        adapters.append(("WAN Miniport (IP)", ""))
    return tuple(adapters)


def mac(oui: str, dice: Dice) -> str:
    tail = dice.hex(6).upper()
    return f"{oui}:{tail[:2]}:{tail[2:4]}:{tail[4:]}"
