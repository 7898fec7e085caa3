"""ESET's installers: created on request, listed, read, deleted, and downloaded by link.

Vendor pages: https://help.eset.com/eset_connect/en-US/installers_v1_installers_post.html and its neighbours.
"""

from __future__ import annotations

import json
import secrets
import uuid
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sandbox.clock import stamp, utc
from sandbox.credentials import CANARY
from sandbox.eset import groups
from sandbox.eset.installer_requests import SWITCHES, WINDOWS, wish
from sandbox.eset.query import InvalidQuery, checked, link, paging
from sandbox.wire import Request, Response, answer
from sandbox.world import World

SERVICE, DOWNLOADS = "installer-management", "installer-downloads"
LANGUAGES = ("en-us", "de-de", "fr-fr", "es-es", "cs-cz", "sk-sk", "pl-pl", "ja-jp")
NAMES = {13: "ESET Management Agent", 27: "ESET Endpoint Security", 231: "ESET Endpoint Security for macOS"}


@dataclass(slots=True)
class Made:
    record: dict[str, Any]
    expires: float
    from_when: float  # an order that the vendor carries out late is not there before


class EsetInstallers:
    """`created` counts what was ever made, by display name: more than one of a click is what must never happen."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: dict[str, Made] = {}
        self.created: Counter[str] = Counter()

    def handle(self, request: Request, path: str) -> Response:
        match request.method, path.split("/")[1:]:
            case "POST", ["v1", "installers"]:
                return self._allowed("create") or self._create(request)
            case "GET", ["v1", "installers"]:
                return self._allowed("list") or self._list(request)
            case "GET", ["v1", "installers", name]:
                return self._allowed("get") or answer(200, {"installer": self._shown(self._find(unquote(name)))})
            case "DELETE", ["v1", "installers", name]:
                return self._allowed("delete") or self._delete(unquote(name))
            case _, ["v1", "installers", *_]:
                return Response(405)
        return Response(404)

    def download(self, request: Request, path: str) -> Response:
        """Needs no token: the link is enough."""
        if request.method != "GET":
            return Response(405)
        for made in self._there():
            if made.record["downloadUrl"].endswith(path) and self._usable(made):
                name = path.rpartition("/")[2]
                headers = [("Content-Type", "application/octet-stream"), ("Content-Disposition", f'attachment; filename="{name}"')]
                return Response(200, b"MZ simulated installer", headers)
        return Response(404)

    def tally(self) -> dict[str, Any]:
        """For tests and the admin API: number and names of the created installers, and which still exist."""
        there = [made.record["uuid"] for made in self._there()]
        return {"created": sum(self.created.values()), "names": dict(self.created), "uuids": there}

    def make(self, name: str, *, host: str = "127.0.0.1", late: float = 0.0) -> str:
        """An installer created by hand at the vendor. Returns its uuid."""
        body = json.dumps({"installer": {"displayName": name, "operatingSystemFamilyId": WINDOWS}}).encode()
        made = self._created(wish(body), host, late)
        return str(made.record["uuid"])

    # -- one call -----------------------------------------------------------------------------------------------------

    def _allowed(self, right: str) -> Response | None:
        allowed = self._world.options.eset_installer_rights.split(",")
        return None if right in allowed else answer(403, {"code": 7, "message": "access denied", "details": []})

    def _create(self, request: Request) -> Response:
        if request.media_type != "application/json":
            raise InvalidQuery(400, "the body must be JSON")
        late = self._world.faults.take("eset", request.target, ("late",))
        made = self._created(wish(request.body), request.headers.get("host", ""), float(late.value or 20) if late else 0.0)
        return Response(504) if late else answer(200, {"installer": self._shown(made)})

    def _created(self, asked_for: dict[str, Any], host: str, late: float) -> Made:
        now = self._world.clock.now() + late
        family, name = asked_for["operatingSystemFamilyId"], asked_for.get("displayName", "")
        asked = asked_for.get("preferredLanguageCode", "").lower()
        language = asked if asked in LANGUAGES else "en-us"
        expires = _six_months_later(now)
        secret = CANARY + secrets.token_urlsafe(24)
        file = f"protect_installer_{language.replace('-', '_')}.{'exe' if family == WINDOWS else 'pkg'}"
        record: dict[str, Any] = {
            "uuid": str(uuid.uuid4()),
            "displayName": name,
            "operatingSystemFamilyId": family,
            "preferredLanguageCode": language,
            "createTime": stamp(now, digits=6),
            "expireTime": stamp(expires),
            "downloadUrl": f"http://{host}/eset/eu/{DOWNLOADS}/{secret}/{file}",
            "activatedProducts": _products(),
            "installedComponents": [_component(each) for each in asked_for["wanted"]],
        }
        record |= {name: True for name in SWITCHES if asked_for.get(name)}  # false is the default and therefore absent
        if group := (asked_for.get("deviceEnrollment") or {}).get("securityGroupUuid"):
            names = {each["uuid"]: each["displayName"] for each in groups.groups()}
            record["deviceEnrollment"] = {"securityGroupUuid": group, "groupDisplayName": names[group]}
        made = self._made[record["uuid"]] = Made(record, expires, now)
        self.created[name] += 1
        return made

    def _list(self, request: Request) -> Response:
        query = checked(request, {"usable"})
        usable = dict(query).get("usable", "")
        if usable not in ("", "true", "false"):
            raise InvalidQuery(400, "usable must be true or false")
        start, size = paging(query, request.path)
        found = [self._shown(made) for made in self._there() if not usable or self._usable(made) == (usable == "true")]
        following = start + size if start + size < len(found) else None
        rest = link(request.path, query, following, written=len(found) % 2 == 0)
        return answer(200, {"installers": found[start : start + size], "totalSize": len(found), **rest})

    def _delete(self, name: str) -> Response:
        del self._made[self._find(name).record["uuid"]]
        return answer(200, {})

    # -- what is there ------------------------------------------------------------------------------------------------

    def _there(self) -> list[Made]:
        now = self._world.clock.now()
        return [made for made in self._made.values() if made.from_when <= now]

    def _find(self, name: str) -> Made:
        for made in self._there():
            if made.record["uuid"] == name:
                return made
        raise InvalidQuery(404)

    def _usable(self, made: Made) -> bool:
        return made.expires > self._world.clock.now()

    def _shown(self, made: Made) -> dict[str, Any]:
        return made.record | ({"usable": True} if self._usable(made) else {})


def _six_months_later(epoch: float) -> float:
    """The same day of the sixth month after, or the last day of that month where it has no such day."""
    at = utc(epoch)
    year, month = divmod(at.year * 12 + at.month - 1 + 6, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1])).timestamp()


def _products() -> list[dict[str, Any]]:
    return [
        {
            "poolUuid": "6f0b2d1c-7a51-4f2e-9a3d-1d2f4c5b6a70",
            "poolDisplayName": "ESET PROTECT Complete, 250 units",
            "productId": 1113,
            "productDisplayName": "ESET Endpoint Security",
            "subscriptionUuid": "0d6f0a53-52b0-4b1c-8a6e-6f5d4c3b2a19",
            "subscriptionSupportCode": "33B-7CX-9K2",
        }
    ]


def _component(number: int) -> dict[str, Any]:
    name = NAMES.get(number, f"Component {number}")
    return {"id": number, "name": name.upper().replace(" ", "_"), "displayName": name}
