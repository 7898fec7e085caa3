"""Windows: edition, feature update and build, from the text and the numbers of a record. Pure.

https://learn.microsoft.com/en-us/windows/release-health/release-information
"""

from __future__ import annotations

import re

CLIENTS_WITH_UPDATES = ("Windows 10", "Windows 11")
UPDATE_BUILDS = {
    10240: "1507", 10586: "1511", 14393: "1607", 15063: "1703", 16299: "1709", 17134: "1803", 17763: "1809", 18362: "1903", 18363: "1909",
    19041: "2004", 19042: "20H2", 19043: "21H1", 19044: "21H2", 19045: "22H2",
    22000: "21H2", 22621: "22H2", 22631: "23H2", 26100: "24H2", 26200: "25H2",
}  # fmt: skip
FIRST_BUILD_OF_11 = 22000
# Longer ones before those that they begin with.
_EDITIONS = (
    "IoT Enterprise", "Enterprise", "Pro for Workstations", "Pro Education", "Professional", "Pro", "Home Single Language", "Home Premium",
    "Home Basic", "Home", "Education", "Ultimate", "Starter", "Datacenter", "Standard", "Essentials", "Foundation",
)  # fmt: skip
_SPELLED = {each.casefold(): each for each in _EDITIONS} | {"professional": "Pro"}
_CHANNEL = r"(?:\s+(?:(?P<year>20[0-9]{2})\s+)?(?P<channel>LTS[BC])(?:\s+(?P<later>20[0-9]{2}))?)?"
_EDITION = re.compile(rf"\b(?P<edition>{'|'.join(_EDITIONS).replace(' ', '[ ]+')})\b(?:\s+(?P<market>K?N)\b)?{_CHANNEL}", re.IGNORECASE)


def edition_of(name: str) -> str:
    """`Pro`, `Enterprise LTSC 2021`, `Standard`; "" where the name has none."""
    found = _EDITION.search(name)
    if found is None:
        return ""
    channel = (found["channel"] or "").upper()
    parts = (
        _SPELLED[" ".join(found["edition"].casefold().split())],
        (found["market"] or "").upper(),
        channel,
        found["year"] or found["later"],
    )
    return " ".join(part for part in parts if part)


def feature_update(release: str, *, build: int, named: str) -> str:
    """`23H2`: of the build and of the one that the vendor names the newer, as both stop at an older one. Windows 10 and 11 only."""
    if release not in CLIENTS_WITH_UPDATES:
        return ""
    fitting = (build >= FIRST_BUILD_OF_11) == (release == CLIENTS_WITH_UPDATES[1])
    return max(UPDATE_BUILDS.get(build, "") if fitting else "", named)


def full_build(build: int, text: str) -> str:
    """`22631.3880` where the text has the number of the quality update too, else `22631`; "" for 0."""
    if not build:
        return ""
    found = re.search(rf"(?<!\d){build}\.([0-9]{{1,5}})(?![\d.])", text)
    return f"{build}.{found[1]}" if found else str(build)
