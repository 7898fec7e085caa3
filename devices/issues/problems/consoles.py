"""Links to devices in the consoles of vendors that report only how many issues a device has."""

from __future__ import annotations

from collections.abc import Iterable

from devices.issues.rows import IssueRow
from devices.models import Sighting
from vendors import console
from vendors.gateway.address_rules import openable


def consoles(issues: Iterable[IssueRow]) -> dict[int, str]:
    """Record → the address of its device; without those that have none. One query, none without such issues."""
    wanted = {each.ref for each in issues if each.only_counted}
    if not wanted:
        return {}
    found = Sighting.objects.filter(pk__in=wanted).select_related("account").only(
        "link", "external_id", "name", "serial", "vendor", "account__vendor", "account__settings"
    )  # fmt: skip
    return {seen.pk: address for seen in found if (address := address_of(seen))}


def address_of(seen: Sighting) -> str:
    """An https address in the vendor's console: the vendor's own for this device, else that of the account; "" where there is none."""
    if openable(seen.link):
        return seen.link
    return console.link(seen.account.settings, external_id=seen.external_id, name=seen.name, serial=seen.serial)
