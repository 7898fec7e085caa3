"""What ESET accepts when an installer is ordered, and how it refuses the rest."""

from __future__ import annotations

import json
from typing import Any

from sandbox.eset import groups
from sandbox.eset.query import InvalidQuery

WINDOWS, MACOS = 1, 3
BY_LICENCE = {WINDOWS: (13, 27), MACOS: (13, 231)}
# component -> the systems that it runs on
COMPONENTS = {
    13: (1, 2, 3),
    167: (1, 3),
    210: (1,),
    **dict.fromkeys((19, 20, 27), (1,)),
    **dict.fromkeys((209, 215), (2,)),
    **dict.fromkeys((29, 30, 230, 231), (3,)),
}
_READ_ONLY = {"uuid", "createTime", "expireTime", "downloadUrl", "usable", "activatedProducts"}
_TEXTS = {"displayName", "preferredLanguageCode"}
SWITCHES = {"enablePuaDetection", "enableCloudScannerFeedback", "sendAnonymousDiagnosticData"}
_KNOWN = _READ_ONLY | _TEXTS | SWITCHES | {"deviceEnrollment", "installedComponents", "operatingSystemFamilyId"}


def wish(body: bytes) -> dict[str, Any]:
    """The wish, with the components `wanted`. Raises InvalidQuery."""
    try:
        given = json.loads(body)
    except ValueError:
        raise InvalidQuery(400, "the body is not JSON") from None
    asked = given.get("installer") if isinstance(given, dict) else None
    if not isinstance(asked, dict) or given.keys() - {"installer", "requestedComponentIds"} or asked.keys() - _KNOWN:
        raise InvalidQuery(400, "unknown field")
    if any(not isinstance(asked.get(name, ""), str) for name in _TEXTS):
        raise InvalidQuery(400, "text expected")
    if any(not isinstance(asked.get(name, False), bool) for name in SWITCHES):
        raise InvalidQuery(400, "boolean expected")
    family = asked.get("operatingSystemFamilyId", 0)
    if isinstance(family, bool) or family not in BY_LICENCE:
        raise InvalidQuery(400, "operating_system_family_id must be 1 or 3")
    wanted = given.get("requestedComponentIds") or BY_LICENCE[family]
    if not isinstance(wanted, list | tuple) or any(family not in COMPONENTS.get(each, ()) for each in wanted):
        raise InvalidQuery(400, "component is not supported")
    _check_group(asked)
    return {**asked, "wanted": list(wanted)}


def _check_group(asked: dict[str, Any]) -> None:
    group = (asked.get("deviceEnrollment") or {}).get("securityGroupUuid", "")
    static = {each["uuid"] for each in groups.groups() if each.get("isSecurityGroup")}
    if group and group not in static:
        raise InvalidQuery(400, "security_group_uuid is not a static group")
