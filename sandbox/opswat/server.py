"""OPSWAT MetaDefender IT Access: the token, Get Devices v2.3 and the account.

Vendor pages: https://www.opswat.com/docs/macloud-sdp/developer-guide/get-devices-v2-3 and .../authentication
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import Any

from sandbox import credentials
from sandbox.faults import bad_lists
from sandbox.fleet.fleet import Snapshot
from sandbox.limits import SlidingLimit
from sandbox.opswat import records as opswat_view
from sandbox.wire import Request, Response, answer
from sandbox.world import World

MAX_LIMIT = 50
TOKEN, DEVICES, ACCOUNT = "/o/oauth/token", "/o/api/v2.3/devices", "/o/api/v2/account"
_KNOWN = {"access_token", "limit", "page", "groupby", "order", "agent_type", ""}


class Opswat:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: dict[str, float] = {}  # token -> expires at
        per_minute = world.options.opswat_calls_per_minute
        self._limits = {path: SlidingLimit(per_minute, 60.0, clock=world.clock) for path in (DEVICES, ACCOUNT)}
        self._orders: dict[tuple[str, int, int, tuple[int, ...]], list[int]] = {}
        self._moved = 0
        self._refusals = 0

    def restart(self) -> None:
        self._tokens.clear()
        self._moved = 0

    def handle(self, request: Request) -> Response:
        path = request.path.removeprefix("/opswat")
        if path == TOKEN:
            return self._grant(request)
        if path not in self._limits:
            return Response(404)
        if request.method != "GET":
            return Response(405)
        limit = self._limits[path]
        limit.calls = self._world.options.opswat_calls_per_minute
        allowed = not self._world.options.rate_limits or limit.allow()
        response = self._answer(request, path) if allowed else self._error(429, "rate limit exceeded")
        response.headers += [
            ("X-RateLimit-Limit", str(limit.calls)),
            ("X-RateLimit-Remaining", str(limit.remaining)),
            ("X-RateLimit-Reset-Time", str(math.ceil(limit.reset_after()))),
        ]
        return response

    def _grant(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(405)
        if request.media_type != "application/x-www-form-urlencoded":
            return Response(415)
        form = request.form()
        if form.get("grant_type") != "client_credentials":
            return answer(400, {"error": "unsupported_grant_type"})
        given = (form.get("client_id"), form.get("client_secret"))
        if given != (credentials.OPSWAT_CLIENT_KEY, credentials.OPSWAT_CLIENT_SECRET):
            return answer(401, {"error": "invalid_client"})
        lasts = self._world.options.opswat_token_seconds
        token = credentials.CANARY + "opswat-" + secrets.token_hex(24)
        self._tokens[token] = self._world.clock.now() + lasts
        expiry = {"expires_in": lasts} if self._world.options.opswat_tells_expiry else {}
        return answer(200, {"access_token": token, "token_type": "bearer", **expiry})

    def _answer(self, request: Request, path: str) -> Response:
        query = {name.lower(): value for name, value in request.query}
        # the token counts in the URL only, wherever else it may also be sent
        if self._tokens.get(query.get("access_token", ""), 0.0) <= self._world.clock.now():
            return self._error(401, "invalid access_token")
        return self._account() if path == ACCOUNT else self._devices(request, query)

    def _account(self) -> Response:
        used = self._world.fleet.count("opswat")
        return answer(200, {"name": "Nordwind GmbH", "email": "it@nordwind.example", "devices_allowed": used + 100,
                            "devices_used": used, "devices_uncompliant": used // 5,
                            "date_created": "2019-03-01T00:00:00Z", "last_login": "2026-01-01T00:00:00Z"})  # fmt: skip

    def _devices(self, request: Request, query: dict[str, str]) -> Response:
        limit, page = query.get("limit", "1"), query.get("page", "1")
        group, order = query.get("groupby", "none"), query.get("order", "des")
        numbers = limit.isdecimal() and page.isdecimal() and int(limit) > 0 and int(page) > 0
        if not numbers or group not in ("none", "hwid", "host", "issues") or order not in ("asc", "des"):
            return self._error(400, "bad parameter")
        if query.keys() - _KNOWN:
            return self._error(400, "unknown parameter")
        if int(limit) > MAX_LIMIT:
            return self._error(406, "too many devices to return")
        size = 1 if self._world.faults.take("opswat", request.target, ("limit-ignored",)) else int(limit)
        shot = self._world.snapshot("opswat", request.target)
        if self._world.faults.take("opswat", request.target, ("page-repeats",)):
            page = "1"
        start = (int(page) - 1) * size + self._shift(request, int(page))
        if start >= shot.count and not (page == "1" and shot.count == 0):
            return answer(200, []) if self._world.options.opswat_empty_end else self._error(413, "page exceeds the number of pages")
        records = self._records(group, order, start, size, shot)
        return bad_lists.page(self._world, "opswat", request.target, records, key=None, rest={})

    def _shift(self, request: Request, page: int) -> int:
        """How far rows have moved since the walk began: "dup" repeats one row per page, "skip" loses one."""
        moving = self._world.faults.take("opswat", request.target, ("rows-moving",))
        if moving is None or page == 1:
            self._moved = 0
            return 0
        self._moved += 1
        return self._moved if moving.value == "skip" else -self._moved

    def _records(self, group: str, order: str, start: int, size: int, shot: Snapshot) -> list[dict[str, Any]]:
        ranks = range(max(0, start), min(start + size, shot.count))
        if order == "des":
            ranks = range(shot.count - 1 - ranks.start, shot.count - 1 - ranks.stop, -1)
        fleet = self._world.fleet
        places = [shot.position(rank) for rank in ranks] if group == "none" else self._sorted(group, shot, ranks)
        return [opswat_view.device(fleet, fleet.entry("opswat", place), shot.at) for place in places]

    def _sorted(self, group: str, shot: Snapshot, ranks: range) -> list[int]:
        """Positions by rank in the requested order. The order by hwid does not change, so it is kept."""
        fleet = self._world.fleet
        keys: dict[str, Callable[[int], Any]] = {
            "hwid": lambda position: fleet.vendor_id("opswat", position),
            "host": lambda position: fleet.entry("opswat", position).machine.hostname,
            "issues": lambda position: opswat_view.issues(fleet, fleet.entry("opswat", position).machine, shot.at)["total_issue"],
        }
        key = (group, fleet.seed, shot.count, shot.holes)
        if key not in self._orders or group == "issues":
            listed = [shot.position(rank) for rank in range(shot.count)]
            self._orders = {key: sorted(listed, key=keys[group])}
        return [self._orders[key][rank] for rank in ranks]

    def _error(self, status: int, message: str) -> Response:
        """With a JSON body and without one in turn: no source says which."""
        self._refusals += 1
        if self._refusals % 2:
            return Response(status)
        return answer(status, {"error": {"message": message, "code": status, "param": "", "errors": []}})
