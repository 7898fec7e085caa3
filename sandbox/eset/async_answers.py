"""ESET's 202 protocol: an answer that takes long is kept for one identical request with the response-id.

Vendor page: https://help.eset.com/eset_connect/en-US/how_api_works.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.wire import Request, Response
from sandbox.world import World

LIFE = 600.0
KINDS = ("202", "202-forever", "202-missing-header", "202-expired", "202-504", "202-404")


@dataclass(slots=True)
class _Waiting:
    same: tuple[str, str, bytes]
    since: float
    polls_left: int
    kind: str
    response: Response


class Delayed:
    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[str, _Waiting] = {}
        self._calls = 0

    def answer(self, request: Request, compute: Callable[[], Response]) -> Response:
        """The answer now, or 202 and later the answer."""
        if "response-id" in request.headers:
            return self._follow_up(request)
        kind, polls = self._kind(request)
        if kind is None:
            return compute()
        if kind == "202-missing-header":
            compute()
            return Response(202)
        response_id = str(uuid.uuid4())
        if kind != "202-expired":
            same = (request.method, request.target, request.body)
            self._waiting[response_id] = _Waiting(same, self._world.clock.now(), polls, kind, compute())
        return Response(202, b"", [("response-id", response_id)])

    def forget(self) -> None:
        self._waiting.clear()

    def _kind(self, request: Request) -> tuple[str | None, int]:
        fault = self._world.faults.take("eset", request.target, KINDS)
        polls = self._world.options.eset_202_polls
        if fault:
            return fault.kind, int(fault.value) if fault.value else polls
        self._calls += 1
        every = self._world.options.eset_202_every
        return ("202" if every and self._calls % every == 0 else None), polls

    def _follow_up(self, request: Request) -> Response:
        response_id = request.headers["response-id"]
        found = self._waiting.get(response_id)
        if found is None or found.same != (request.method, request.target, request.body):
            return Response(404)
        if self._world.clock.now() - found.since > LIFE:
            del self._waiting[response_id]
            return Response(404)
        if found.kind == "202-forever" or found.polls_left > 0:
            found.polls_left -= 1
            return Response(202, b"", [("response-id", response_id)])
        del self._waiting[response_id]
        return Response(int(found.kind[4:])) if found.kind in ("202-504", "202-404") else found.response
