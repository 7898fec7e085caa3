"""ESET Connect: one host for all services, distinguished by the path /eset/{region}/{service}/…

Vendor pages: https://help.eset.com/eset_connect/en-US/devices_v1_devices_get.html and its neighbours.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from sandbox.eset import groups
from sandbox.eset import records as eset_view
from sandbox.eset.async_answers import Delayed
from sandbox.eset.installers import DOWNLOADS, SERVICE, EsetInstallers
from sandbox.eset.patching import SERVICE as PATCHING
from sandbox.eset.patching import EsetPatching
from sandbox.eset.prerender import Prerendered
from sandbox.eset.query import InvalidQuery, Query, Test, checked, filters, link, paging, token
from sandbox.eset.tokens import EsetTokens
from sandbox.faults import bad_lists
from sandbox.fleet.fleet import Snapshot
from sandbox.limits import SlidingLimit
from sandbox.wire import Request, Response, answer
from sandbox.world import World

REGIONS = ("eu", "de", "us", "ca", "jpn")
TOKEN_SERVICE = "business-account.iam"


class Eset:
    def __init__(self, world: World) -> None:
        self._world = world
        self.tokens = EsetTokens(world)
        self.delayed = Delayed(world)
        self.prerendered: Prerendered | None = None
        self._limit = SlidingLimit(world.options.eset_calls_per_second, 1.0, clock=world.clock)
        self._walks = 0
        # service -> path after the service -> answer; None refuses the path
        self.installers = EsetInstallers(world)
        self.services: dict[str, Callable[[Request, str], Response]] = {
            "device-management": self._device_management,
            SERVICE: self.installers.handle,
            PATCHING: EsetPatching(world).handle,
        }

    def handle(self, request: Request) -> Response:
        response = self._answer(request)
        response.headers.append(("request-id", str(uuid.uuid4())))
        return response

    def restart(self) -> None:
        self.tokens.revoke()
        self.delayed.forget()

    def _answer(self, request: Request) -> Response:
        _, _, region, service, *rest = [*request.path.split("/"), "", "", ""]
        path = "/" + "/".join(rest[:-3])
        if region in REGIONS and service == DOWNLOADS:  # served to everybody, and no call of the API
            return self.installers.download(request, path)
        if region not in REGIONS or service not in (TOKEN_SERVICE, *self.services):
            return Response(404)
        self._limit.calls = self._world.options.eset_calls_per_second
        if self._world.options.rate_limits and not self._limit.allow():
            return Response(429)
        if service == TOKEN_SERVICE:
            return self.delayed.answer(request, lambda: self.tokens.grant(request)) if path == "/oauth/token" else Response(404)
        return self.tokens.refuses(request) or self.delayed.answer(request, lambda: self._guarded(self.services[service], request, path))

    @staticmethod
    def _guarded(service: Callable[[Request, str], Response], request: Request, path: str) -> Response:
        try:
            return service(request, path)
        except InvalidQuery as refused:
            return refused.response

    # -- device-management ----------------------------------------------------------------------------------------

    def _device_management(self, request: Request, path: str) -> Response:  # noqa: PLR0911 - one return per path
        parts = path.split("/")[1:]
        if parts[:1] != ["v1"]:
            return Response(404)
        if request.method != "GET":
            return Response(405 if parts[1:2] in (["devices"], ["device_groups"]) else 404)
        match parts[1:]:
            case ["devices"]:
                return self._list(request)
            case ["devices:batchGet"]:
                return self._batch(request)
            case ["devices", device]:
                return answer(200, {"device": self._device(unquote(device))})
            case ["device_groups"]:
                return self._groups(request)
            case ["device_groups", group, "devices"]:
                return self._members(request, unquote(group))
        return Response(404)

    def _list(self, request: Request) -> Response:
        query = checked(request, {"displayNames", "functionalityStatus", "isMuted"})
        shot = self._world.snapshot("eset", request.target)
        wanted = filters(query)
        start, size = paging(query, request.path)
        ready = self.prerendered
        if ready and ready.covers(shot.count) and not wanted and not self._spoiled():
            body, following = ready.page(start, size, count=shot.count)
            return Response(200, body + self._end(request, query, following), [("Content-Type", "application/json")])
        records, following = self._matching(start, size, shot, wanted)
        repeats = following < shot.count and self._world.faults.take("eset", request.target, ("page-repeats",))
        rest = link(
            request.path,
            query,
            start if repeats else following if following < shot.count else None,
            self._turn(following, shot.count),
        )
        return bad_lists.page(self._world, "eset", request.target, records, key="devices", rest=rest)

    def _matching(self, start: int, size: int, shot: Snapshot, wanted: list[Test]) -> tuple[list[dict[str, Any]], int]:
        """A page of the devices that pass all tests, and where the search for the next page starts."""
        records: list[dict[str, Any]] = []
        fleet, following = self._world.fleet, start
        while following < shot.count and len(records) < size:
            entry = fleet.entry("eset", shot.position(following))
            following += 1
            record = eset_view.device(fleet, entry, shot.at)
            if all(test(entry, record) for test in wanted):
                records.append(record)
        return records, following

    def _spoiled(self) -> bool:
        return any(fault.kind in (*bad_lists.KINDS, "page-repeats") for fault in self._world.faults.all())

    def _end(self, request: Request, query: Query, following: int | None) -> bytes:
        last = token(request.path, query, following) if following is not None else ""
        return b'],"nextPageToken":"%s"}' % last.encode()

    def _turn(self, following: int, count: int) -> bool:
        """Whether the end is written as "": every second walk leaves the field out instead."""
        if following >= count:
            self._walks += 1
        return self._walks % 2 == 0

    def _device(self, device: str) -> dict[str, Any]:
        fleet = self._world.fleet
        shot = fleet.snapshot("eset")
        entry = fleet.find("eset", device, snapshot=shot)
        if entry is None:
            raise InvalidQuery(404)
        return eset_view.device(fleet, entry, shot.at)

    def _batch(self, request: Request) -> Response:
        query = checked(request, {"devicesUuids"})
        wanted = [value for name, value in query if name == "devicesUuids"]
        if not wanted:
            raise InvalidQuery(400, "devices_uuids must not be empty")
        records = [self._device(device) for device in wanted]
        return bad_lists.page(self._world, "eset", request.target, records, key="devices", rest={})

    def _groups(self, request: Request) -> Response:
        query = checked(request, set())
        start, size = paging(query, request.path)
        every = groups.groups()
        following = start + size if start + size < len(every) else None
        return answer(200, {"deviceGroups": every[start : start + size]} | link(request.path, query, following, True))

    def _members(self, request: Request, group: str) -> Response:
        query = checked(request, {"recurseSubgroups"})
        start, size = paging(query, request.path)
        deep = dict(query).get("recurseSubgroups", "false") == "true"
        names = {entry["uuid"] for entry in groups.groups()}
        if group not in names:
            raise InvalidQuery(404)
        listed = groups.members(self._world.fleet, group, deep=deep, name_of=eset_view.display_name)
        following = start + size if start + size < len(listed) else None
        return answer(
            200,
            {"devices": listed[start : start + size], "totalSize": len(listed)} | link(request.path, query, following, True),
        )
