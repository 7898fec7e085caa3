"""Address setting of ESET Connect: tidying, validation, and the hosts that it leads to. Pure.

ESET has one host for each region and service: https://help.eset.com/eset_connect/en-US/authenticate_api_user.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vendors.eset.client import REGIONS, SERVICES, URL
from vendors.gateway.address_rules import BadUrl, invalid, parse_url
from vendors.parsing import setting_values
from vendors.texts import Message, gettext_noop

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What client.py appends to the address, and the pages that describe it.
ENDPOINT = re.compile(r"/(?:v[0-9]+|oauth|swagger)(?:/.*)?$", re.IGNORECASE)
# A host of ESET Connect, or the console of ESET PROTECT, which is in the same region.
HOSTED = re.compile(r"https://(?:(\{region\}|[a-z]+)\.[a-z{}.-]+\.eset\.systems|([a-z]+)[0-9]*\.protect\.eset\.com)(?:/.*)?")
# Documentation, and consoles that do not name their region.
PAGES = re.compile(r"https://(?:[a-z0-9-]+\.)*eset\.(?:com|systems)(?:/.*)?")


def tidy(text: str) -> str:
    """Hosts of ESET lead to the address of ESET Connect, with the region that they name."""
    url = setting_values.address(text.replace("%7B", "{").replace("%7D", "}"), endings=ENDPOINT)
    hosted = HOSTED.fullmatch(url)
    region = (hosted[1] or hosted[2]) if hosted else ""
    if region in REGIONS:
        return URL.replace("{region}", region)
    return URL if PAGES.fullmatch(url) else url


def tidy_region(text: str) -> str:
    """The region, also of the first part of the console's address, `eu02`."""
    text = setting_values.bare(text).lower()
    while (shorter := setting_values.bare(text.rstrip("0123456789"))) != text:  # digits may stand there twice
        text = shorter
    return text


def urls(settings: Mapping[str, str]) -> tuple[str, ...]:
    url = (settings.get("url") or URL).replace("{region}", settings.get("region") or REGIONS[0])
    return tuple(url.replace("{service}", service) for service in SERVICES)


def fault(settings: Mapping[str, str]) -> str:
    """One sentence, or "" for an address that can be used."""
    url, region = settings.get("url") or URL, settings.get("region") or REGIONS[0]
    try:
        target = parse_url(url.replace("{region}", "eu").replace("{service}", "device-management"))
    except BadUrl as error:
        return invalid(error)
    if "{service}" not in url:
        return Message(gettext_noop("The address must contain {service}: ESET has one host for each service."))
    if target.scheme == "http" and target.host not in LOOPBACK:
        return Message(gettext_noop("The address must start with https://, otherwise the password is not protected."))
    hosted = HOSTED.fullmatch(url)
    if hosted and hosted[1] not in ("{region}", region):
        return Message(
            gettext_noop("The address is in the region %(named)s, but the region is set to %(region)s: choose the same."),
            named=hosted[1],
            region=region,
        )
    return ""
