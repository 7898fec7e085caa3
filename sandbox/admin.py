"""The admin API under /_sandbox: faults, the log of calls, the fleet, the clock. See sandbox/README.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from sandbox.faults.faults import SandboxFault, parse
from sandbox.fleet.fleet import VENDORS
from sandbox.wire import Request, Response, answer
from sandbox.world import SandboxOptions, World

_CHANGES = {"size", "seed", "shrink", "change_percent", "clock_forward", "seen_forward"}


class Admin:
    """`changed` is called after the fleet was changed by hand, `restart` forgets what the vendors hold in memory.

    `installers` counts those of ESET.
    """

    def __init__(
        self, world: World, *, changed: Callable[[], None], restart: Callable[[], None], installers: Callable[[], dict[str, Any]]
    ) -> None:
        self._world = world
        self._changed = changed
        self._restart = restart
        self._installers = installers

    def handle(self, request: Request) -> Response:
        try:
            return self._route(request)
        except (ValueError, TypeError, KeyError) as error:
            return answer(400, {"error": str(error)})

    def _route(self, request: Request) -> Response:  # noqa: PLR0911 - one return per path
        match request.method, request.path.removeprefix("/_sandbox/"):
            case "GET", "health":
                return answer(200, {"ok": True})
            case "GET", "faults":
                return self._faults()
            case "POST", "faults":
                given = json.loads(request.body)
                self._world.faults.add(parse(given["spec"]) if "spec" in given else SandboxFault(**given))
                return self._faults()
            case "DELETE", "faults":
                self._world.faults.clear(vendor=dict(request.query).get("vendor"))
                return self._faults()
            case "GET", "calls":
                query = dict(request.query)
                found = self._world.calls.summary(vendor=query.get("vendor"), path=query.get("path"))
                return answer(200, found if query.get("calls") != "0" else found | {"calls": []})
            case "DELETE", "calls":
                self._world.calls.clear()
                return answer(200, {})
            case "GET", "fleet":
                return answer(200, self.describe(ids=dict(request.query).get("ids") != "0"))
            case "POST", "fleet":
                self._change(json.loads(request.body))
                return answer(200, self.describe(ids=False))
            case "GET", "installers":
                return answer(200, self._installers())
            case "POST", "options":
                return self._options(json.loads(request.body))
            case "POST", "restart":
                self._restart()
                return answer(200, {})
            case _, "canary":
                self._world.calls.begin("canary", request.method, request.target).status = 200
                return answer(200, {"devices": []})
        return Response(404)

    def _faults(self) -> Response:
        return answer(200, {"faults": [asdict(fault) for fault in self._world.faults.all()]})

    def describe(self, *, ids: bool) -> dict[str, Any]:
        """Size, clock, counts and ids of the fleet as the vendors list it now."""
        fleet = self._world.fleet
        seen: dict[str, Any] = {"size": fleet.size, "seed": fleet.seed, "now": fleet.now()}
        seen["counts"] = {vendor: fleet.count(vendor) for vendor in VENDORS}
        if ids:
            seen["ids"] = {vendor: list(fleet.ids(vendor)) for vendor in VENDORS}
        return seen

    def _change(self, given: dict[str, Any]) -> None:
        unknown = given.keys() - _CHANGES
        if unknown:
            raise ValueError(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(_CHANGES))}.")
        fleet = self._world.fleet
        fleet.size = int(given.get("size", fleet.size))
        fleet.seed = int(given.get("seed", fleet.seed))
        fleet.seen_forward += float(given.get("seen_forward", 0))
        if "shrink" in given:
            shrink = given["shrink"] if isinstance(given["shrink"], dict) else dict.fromkeys(VENDORS, given["shrink"])
            for vendor, count in shrink.items():
                fleet.shrink(count, vendor=vendor)
        if "clock_forward" in given:
            self._world.clock.forward(float(given["clock_forward"]))
        if "change_percent" in given:
            fleet.change(float(given["change_percent"]))
            self._changed()

    def _options(self, given: dict[str, Any]) -> Response:
        kinds = {field.name: type(getattr(self._world.options, field.name)) for field in fields(SandboxOptions)}
        for name, value in given.items():
            setattr(self._world.options, name, kinds[name](value))
        return answer(200, asdict(self._world.options))
