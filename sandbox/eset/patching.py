"""ESET's patch management: recent attempts without their devices, attempts per device, and what is missing.

Vendor pages: https://help.eset.com/eset_connect/en-US/application_patching_v1_application-patching-processes_recent_details_get.html
and its neighbours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.clock import stamp, utc
from sandbox.eset.groups import group_uuid, parent_group
from sandbox.eset.query import InvalidQuery, Query, checked, link, paging
from sandbox.faults import bad_lists
from sandbox.fleet import patch_activity
from sandbox.fleet.patch_activity import Missing, PatchAttempt, SoftwareProduct
from sandbox.fleet.random_choice import Dice
from sandbox.wire import Request, Response
from sandbox.world import World

SERVICE = "patch-management"
OLD, NEW = "APPLICATION_PATCHING_STATUS_", "PATCHING_STATUS_"
PLACES = 1 << 24  # positions of one wave, so that a page token can name both
RIGHTS = {
    "/v1/application-patching-processes/recent/details": "recent",
    "/v1/patching-process-details": "attempts",
    "/v1/device-patches": "patches",
}


class EsetPatching:
    """Which of the three lists the credentials may read is `options.eset_patching_rights`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request, path: str) -> Response:
        right = RIGHTS.get(path)
        if right is None:
            return Response(404)
        if request.method != "GET":
            return Response(405)
        if right not in self._world.options.eset_patching_rights.split(","):
            raise InvalidQuery(403, "permission denied", code=7)
        return {"recent": self._recent, "attempts": self._attempts, "patches": self._patches}[right](request)

    def _recent(self, request: Request) -> Response:
        if request.query:
            raise InvalidQuery(400)
        rows = [self._application(each) for each in patch_activity.recent(self._world.fleet)]
        return bad_lists.page(self._world, "eset", request.target, rows, key="patchingDetails", rest={})

    def _attempts(self, request: Request) -> Response:
        """Newest first, so that attempts reported during the listing do not shift the next pages."""
        query = checked(request, {"deviceUuid", "timePeriod.startTime", "timePeriod.endTime"})
        since, until, device = *self._period(query), dict(query).get("deviceUuid", "")
        place, size = paging(query, request.path)
        fleet, now = self._world.fleet, self._world.fleet.now()
        first, total = patch_activity.wave_of(since), fleet.total("eset")
        wave, position = divmod(place, PLACES) if place else (patch_activity.wave_of(min(until, now)), 0)
        rows: list[dict[str, Any]] = []
        while wave >= first and len(rows) < size:
            found = patch_activity.attempt(fleet, position, wave)
            if found and since <= found.start < until and found.told <= now and device in ("", self._uuid(position)):
                rows.append(self._told(found))
            position += 1
            if position >= total:
                wave, position = wave - 1, 0
        following = wave * PLACES + position if wave >= first else None
        rest = link(request.path, query, following, written=True)
        return bad_lists.page(self._world, "eset", request.target, rows, key="patchingDetails", rest=rest)

    def _patches(self, request: Request) -> Response:
        query = checked(request, {"deviceUuid"})
        device = dict(query).get("deviceUuid", "")
        place, size = paging(query, request.path)
        last = self._world.fleet.total("eset") * patch_activity.SLOTS
        rows: list[dict[str, Any]] = []
        while place < last and len(rows) < size:
            found = patch_activity.missing(self._world.fleet, *divmod(place, patch_activity.SLOTS))
            if found and device in ("", self._uuid(found.position)):
                rows.append(self._lacked(found))
            place += 1
        rest = link(request.path, query, place if place < last else None, written=False)
        return bad_lists.page(self._world, "eset", request.target, rows, key="devices", rest=rest)

    # -- parameters ---------------------------------------------------------------------------------------------------

    def _period(self, query: Query) -> tuple[float, float]:
        """ESET keeps thirty days, whatever is requested."""
        now, values = self._world.fleet.now(), dict(query)
        since, until = (self._moment(values.get(f"timePeriod.{name}", "")) for name in ("startTime", "endTime"))
        if since is not None and until is not None and since > until:
            raise InvalidQuery(400, "time_period is invalid")
        return max(since or 0.0, now - patch_activity.HISTORY), now if until is None else until

    @staticmethod
    def _moment(text: str) -> float | None:
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise InvalidQuery(400, "time_period is invalid") from None
        if at.tzinfo is None:
            raise InvalidQuery(400, "time_period is invalid")
        return at.timestamp()

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _told(self, found: PatchAttempt) -> dict[str, Any]:
        product = found.product
        row: dict[str, Any] = {"deviceUuid": self._uuid(found.position), "displayName": product.name, "dependencies": []}
        if product.kind == "application":
            return row | {"application": self._application(found)}
        part = _outcome(found, NEW)
        if product.kind == "system":
            return row | {"operatingSystem": part | {"osFamilyId": 1, "actionType": "PATCH_ACTION_TYPE_UPGRADED"}}
        return row | {"package": part | {"packageReference": product.reference}}

    def _application(self, found: PatchAttempt) -> dict[str, Any]:
        named = {"applicationUuid": application_uuid(found.product), "displayName": found.product.name}
        maker = {"developerDisplayName": found.product.developer} if found.product.developer else {}
        return named | maker | _outcome(found, OLD)

    def _lacked(self, found: Missing) -> dict[str, Any]:
        fleet, product = self._world.fleet, found.product
        dice, released = Dice("release", product.name, found.week), utc(found.week * 7 * 86400)
        number = dice.below(9000) + 1000
        part: dict[str, Any] = {
            "category": "PATCH_CATEGORY_" + dice.pick(("SECURITY_UPDATE", "REGULAR_UPDATE", "UNSPECIFIED")),
            "developerDisplayName": product.developer,
            "fixedCves": [f"CVE-{released.year}-{number + nth}" for nth in range(dice.below(4))],
            "releaseDate": {"year": released.year, "month": released.month, "day": released.day if dice.chance(90) else 0},
            "releaseNotesUrl": "https://notes.example/" + str(number) if dice.chance(80) else "javascript:alert(1)",
            "restartRequired": "RESTART_REQUIREMENT_" + dice.pick(("YES", "NO", "UNSPECIFIED")),
            "resultVersionName": patch_activity.version(product, found.week)[1],
            "severity": "SEVERITY_LEVEL_" + dice.pick(("UNSPECIFIED", "LOW", "MEDIUM", "HIGH", "HIGH", "DIAGNOSTIC")),
        }
        if product.kind != "package":
            part["catalogId"] = number if dice.chance(80) else 0
        machine = fleet.entry("eset", found.position).machine
        row = {"uuid": found.uuid, "deviceUuid": self._uuid(found.position), "deviceGroupUuid": parent_group(machine)}
        if product.kind == "system":
            return row | {"osPatch": part | {"osFamilyId": 1}}
        if product.kind == "package":
            package = {"displayName": product.name, "name": product.name, "reference": product.reference}
            return row | {"packagePatch": part | {"package": package | {"packageManagerType": "PACKAGE_MANAGER_TYPE_APT"}}}
        return row | {"applicationPatch": part}

    def _uuid(self, position: int) -> str:
        return self._world.fleet.vendor_id("eset", position)


def application_uuid(product: SoftwareProduct) -> str:
    return group_uuid("application", product.name)


def _outcome(found: PatchAttempt, prefix: str) -> dict[str, Any]:
    period = {"startTime": stamp(found.start)} | ({"endTime": stamp(found.end, digits=3)} if found.end is not None else {})
    versions = {"unpatchedVersion": _version(found.product, found.week - 1), "patchedVersion": _version(found.product, found.week)}
    return {"status": prefix + found.word, "timePeriod": period} | versions


def _version(product: SoftwareProduct, week: int) -> dict[str, str]:
    number, name = patch_activity.version(product, week)
    return {"id": number, "name": name}
