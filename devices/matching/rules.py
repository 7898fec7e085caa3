"""Matching rules: what speaks for and against two records being one machine, and how much. Pure.

A pair of records matches when its evidence adds up to JOIN and nothing excludes it. What a vendor does not report is no evidence.
"""

from __future__ import annotations

from typing import NamedTuple

from vendors.texts import gettext_noop

JOIN = 8  # a pair with this total is one machine
POSSIBLE = 4  # a pair with this total is offered as a possible duplicate
EXCLUDED = -100


class Rule(NamedTuple):
    """`weight`: what one piece of this evidence adds to a pair."""

    weight: int
    label: str


RULES = {
    # For one machine.
    "serial": Rule(11, gettext_noop("Same serial %(own)s")),
    "serial_shared": Rule(4, gettext_noop("Same serial %(own)s, which several devices have")),
    "serial_former": Rule(6, gettext_noop("Serial %(own)s, which one record reported before")),
    "bios_uuid": Rule(9, gettext_noop("Same BIOS UUID %(own)s")),
    "bios_uuid_shared": Rule(4, gettext_noop("Same BIOS UUID %(own)s, which several devices have")),
    "bios_uuid_former": Rule(4, gettext_noop("BIOS UUID %(own)s, which one record reported before")),
    "mac": Rule(6, gettext_noop("Same MAC address %(own)s")),
    "mac_second": Rule(3, gettext_noop("Another MAC address in common")),
    "mac_all": Rule(2, gettext_noop("No MAC address besides the common ones")),
    "mac_weak": Rule(4, gettext_noop("Same MAC address %(own)s, which can move between devices")),
    "mac_former": Rule(4, gettext_noop("MAC address %(own)s, which one record reported before")),
    "hostname": Rule(4, gettext_noop("Same hostname %(own)s")),
    "hostname_cut": Rule(4, gettext_noop("Hostname %(own)s is the beginning of the longer name %(other)s")),
    "hostname_former": Rule(4, gettext_noop("Hostname %(own)s, which one record reported before")),
    "hostname_default": Rule(1, gettext_noop("Same hostname %(own)s, which many devices are given")),
    "hostname_only": Rule(4, gettext_noop("Only record with this name at each vendor, and the name follows a naming scheme")),
    "user": Rule(4, gettext_noop("Same user %(own)s")),
    # Against it.
    "serial_differs": Rule(EXCLUDED, gettext_noop("Different serials: %(own)s and %(other)s")),
    "bios_uuid_differs": Rule(EXCLUDED, gettext_noop("Different BIOS UUIDs: %(own)s and %(other)s")),
    "mac_parallel": Rule(EXCLUDED, gettext_noop("Two installations with different MAC addresses: %(own)s and %(other)s")),
    "hostname_parallel": Rule(EXCLUDED, gettext_noop("In contact at the same time with different hostnames: %(own)s and %(other)s")),
    "family_differs": Rule(EXCLUDED, gettext_noop("Different operating systems: %(own)s and %(other)s")),
    "brand_differs": Rule(EXCLUDED, gettext_noop("Different manufacturers: %(own)s and %(other)s")),
    "mac_differs": Rule(-4, gettext_noop("Different MAC addresses: %(own)s and %(other)s")),
    "mac_beside": Rule(-2, gettext_noop("Other MAC addresses on both sides: %(own)s and %(other)s")),
    "model_differs": Rule(-3, gettext_noop("Different models: %(own)s and %(other)s")),
    "hostname_differs": Rule(-3, gettext_noop("Different hostnames: %(own)s and %(other)s")),
    "virtual_copy": Rule(-3, gettext_noop("Virtual machines with different hostnames can be copies")),
    "domain_differs": Rule(-4, gettext_noop("Different domains: %(own)s and %(other)s")),
    "user_differs": Rule(-4, gettext_noop("Different users: %(own)s and %(other)s")),
}
WEIGHTS = {name: rule.weight for name, rule in RULES.items()}
FOR = frozenset(name for name, weight in WEIGHTS.items() if weight > 0)
# Evidence about the hardware: with it against them, no third record may put two records on one device.
HARDWARE = frozenset(("mac_differs", "mac_beside"))
# Evidence that ends with time.
TIMED = frozenset(("mac_parallel", "hostname_parallel"))
