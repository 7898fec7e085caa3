"""The sixty roles of a block of machines: who sees each one, what it is, and what is awkward about it.

Every run of sixty machines plays each role once, in an order drawn from the seed. So every awkward case comes at a
fixed rate, and the smallest fleet of sixty has them all. 33 of 60 are seen by all three vendors.
"""

from __future__ import annotations

from typing import NamedTuple

from sandbox.fleet import names

ES, OP, F9 = "eset", "opswat", "five9s"
ALL = (ES, OP, F9)


class Role(NamedTuple):
    vendors: tuple[str, ...]
    models: tuple[names.Model, ...]
    oddity: str = ""
    twice_at: str = ""  # the vendor that holds this machine under two ids


PLACEHOLDER_SERIALS = ("To be filled by O.E.M.", "Default string", "System Serial Number", "0", "None", "INVALID")

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% load static %}",
    "</textarea><svg onload=alert(1)>",
    "javascript:alert(1)",
    "<div hx-get=/evil hx-trigger=load>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "\n2026-01-01 INFO login ok",
    "%s %n {0} {self.__class__}",
    "%3Cscript%3E &lt;script&gt;",
    "laptop\u202egnp.exe",
    "zero\u200bwidth \u0415vil",  # a zero-width space, a Cyrillic letter
    "Z\u0351\u0343\u034ba\u0310l\u0306g\u0351o",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u05d0\u05d1\u05d2 123",
)
FORMULAS = ("=cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", '=HYPERLINK("http://evil.example";"x")', " =1+1", "\ufeff=1+1")

ROLES: tuple[Role, ...] = (
    Role(ALL, names.DESKTOPS, "placeholder-serial"),
    Role(ALL, names.DESKTOPS, "placeholder-serial"),
    Role(ALL, names.LAPTOPS, "zero-bios-uuid"),
    Role(ALL, names.LAPTOPS, "dock"),
    Role(ALL, names.LAPTOPS, "dock"),
    Role(ALL, names.LAPTOPS, "dock"),
    Role(ALL, names.LAPTOPS, "re-enrolled", ES),
    Role(ALL, names.LAPTOPS, "hostname-owner"),
    Role((ES, F9), names.DESKTOPS, "hostname-double"),
    Role(ALL, names.LAPTOPS, "renamed"),
    Role(ALL, names.LAPTOPS, "fqdn"),
    Role(ALL, names.LAPTOPS, "umlaut"),
    Role(ALL, names.LAPTOPS, "hostile"),
    Role(ALL, names.LAPTOPS, "formula"),
    Role(ALL, names.LAPTOPS, "unknown-enum"),
    Role((ES,), names.LAPTOPS, "pending"),
    Role(ALL, names.DESKTOPS, "muted"),
    Role(ALL, names.LAPTOPS, "exempt"),
    Role(ALL, names.DESKTOPS, "excluded"),
    Role(ALL, names.LAPTOPS, "partial"),
    Role((ES, OP), names.PHONES, "phone"),
    Role((ES, OP), names.PHONES, "phone"),
    Role((ES, OP), names.IPHONES, "phone"),
    Role((OP,), names.PHONES, "phone"),
    Role((ES,), names.TABLETS, "phone"),
    Role(ALL, names.VMS, "vm"),
    Role((ES, F9), names.SERVER_VMS, "clone-source"),
    Role((ES, F9), names.SERVER_VMS, "cloned"),
    Role((ES, F9), names.LINUX_SERVERS),
    Role((ES, OP), names.MACS),
    Role((ES, OP), names.MACS),
    Role((ES, OP), names.LAPTOPS, "reinstalled", OP),
    Role((ES, F9), names.DESKTOPS, "re-added", F9),
    Role((ES,), names.VMS, "master-image"),
    Role(ALL, names.LAPTOPS, "stale-opswat"),
    Role(ALL, names.LAPTOPS, "stale-eset"),
    *(Role(ALL, names.LAPTOPS) for _ in range(9)),
    *(Role(ALL, names.DESKTOPS) for _ in range(3)),
    Role((ES, F9), names.SERVERS),
    Role((OP, F9), names.LAPTOPS),
    Role((OP, F9), names.LAPTOPS),
    Role((OP, F9), names.DESKTOPS),
    Role((ES,), names.LINUX_LAPTOPS),
    Role((ES,), names.SERVERS),
    Role((ES,), names.LAPTOPS),
    Role((OP,), names.LAPTOPS),
    Role((OP,), names.MACS),
    Role((F9,), names.DESKTOPS),
    Role((F9,), names.SERVERS),
    Role((F9,), names.LAPTOPS),
)
BLOCK = len(ROLES)
PLAIN = tuple(number for number, role in enumerate(ROLES) if not role.oddity and role.vendors == ALL)
OWNER_OF_DOUBLE_NAME = next(n for n, role in enumerate(ROLES) if role.oddity == "hostname-owner")
CLONE_SOURCE = next(n for n, role in enumerate(ROLES) if role.oddity == "clone-source")
# Cloned virtual machines (same serial and BIOS UUID, other machine) come in every tenth block only.
CLONE_EVERY = 10
