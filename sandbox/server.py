"""All simulated vendors on one loopback port.

In a test:

    with running(devices=60) as sim:
        account_settings(sim.url)
        sim.fault("eset:503@2")
        assert len(sim.calls(vendor="eset")) == 2
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from sandbox import wire
from sandbox.admin import Admin
from sandbox.calls import LoggedCall, busiest
from sandbox.clock import Clock
from sandbox.eset.prerender import Prerendered
from sandbox.eset.server import Eset
from sandbox.faults import bad_answers
from sandbox.faults import faults as fault_names
from sandbox.faults.faults import SandboxFault
from sandbox.five9s.server import Five9s
from sandbox.fleet.fleet import Fleet
from sandbox.opswat.server import Opswat
from sandbox.wire import Request, Response
from sandbox.world import SandboxOptions, World

_UUID = re.compile(rb'"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"')


class SimulatedVendor(Protocol):
    def handle(self, request: Request) -> Response: ...

    def restart(self) -> None: ...


class Simulation:
    """The vendors, their fleet and their faults; `listen` puts them on a socket."""

    def __init__(
        self, *, devices: int = 60, seed: int = 7, frozen: bool | float = False, hostile: bool = True, options: SandboxOptions | None = None
    ) -> None:
        clock = Clock()
        frozen_at = None if frozen is False else clock.now() if frozen is True else float(frozen)
        self.clock = clock
        self.fleet = Fleet(seed, devices, clock=clock, frozen_at=frozen_at, hostile=hostile)
        self.options = options or SandboxOptions()
        self.world = World(self.fleet, clock, self.options)
        self.eset = Eset(self.world)
        self.vendors: dict[str, SimulatedVendor] = {"eset": self.eset, "opswat": Opswat(self.world), "five9s": Five9s(self.world)}
        self.admin = Admin(self.world, changed=self._fleet_changed, restart=self.restart, installers=self.eset.installers.tally)
        self.url = ""
        self._previous: dict[str, Response] = {}

    def prerender(self) -> None:
        """Render all of ESET's records now. Needs a frozen fleet."""
        self.eset.prerendered = Prerendered(self.fleet)

    def change(self, percent: float) -> None:
        """Give exactly this share of every vendor's records another content."""
        self.fleet.change(percent)
        self._fleet_changed()

    def fault(self, spec: str, **more: Any) -> SandboxFault:
        """Switch a fault on: "eset:503@2" (see faults.parse), or vendor:kind with path=, times=, after=, value=."""
        fault = fault_names.parse(spec)
        for name, value in more.items():
            setattr(fault, name, value)
        return self.world.faults.add(fault)

    def clear_faults(self, *, vendor: str | None = None) -> None:
        self.world.faults.clear(vendor=vendor)

    def calls(self, *, vendor: str | None = None, path: str | None = None) -> list[LoggedCall]:
        """The calls received so far. `path` selects those whose path contains it."""
        return self.world.calls.select(vendor=vendor, path=path)

    def busiest(self, seconds: float, *, vendor: str, path: str | None = None) -> int:
        """The most calls within any window of that many seconds."""
        return busiest((call.monotonic for call in self.calls(vendor=vendor, path=path)), seconds)

    def restart(self) -> None:
        """As if the vendors' servers had been restarted: tokens, waiting answers and jobs are gone."""
        for vendor in self.vendors.values():
            vendor.restart()

    def _fleet_changed(self) -> None:
        if self.eset.prerendered:
            self.eset.prerendered.refresh()

    # -- on the wire ----------------------------------------------------------------------------------------------

    async def listen(self, *, port: int, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Serve on 127.0.0.1 until `stop` is set. Port 0 takes a free one. Raises OSError if the port is taken."""
        server = await asyncio.start_server(
            lambda reader, writer: wire.serve(reader, writer, self._call), "127.0.0.1", port, limit=wire.MAX_HEAD
        )
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _call(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        name = request.path.split("/")[1]
        if name == "_sandbox":
            return await bad_answers.send(self.admin.handle(request), writer, None)
        if name not in self.vendors:
            return await bad_answers.send(Response(404), writer, None)
        call = self.world.calls.begin(name, request.method, request.target)
        replaced = self.world.faults.take_answer(name, request.target)
        spoiled = self.world.faults.take(name, request.target, fault_names.WIRE)
        lost = spoiled is not None and spoiled.kind == "stall"  # on its way: the vendor never sees it
        reply = Response(504) if lost else self._reply(name, request, replaced)
        silent = spoiled is not None and spoiled.kind in ("no-answer", "stall")
        call.status = None if isinstance(reply, bytes) or silent else reply.status
        struck = replaced or spoiled
        call.fault = struck.kind if struck else None
        return await bad_answers.send(reply, writer, spoiled)

    def _reply(self, vendor: str, request: Request, fault: SandboxFault | None) -> Response | bytes:
        if fault and fault.kind == "other-answer" and vendor in self._previous:
            return self._previous[vendor]
        if fault and fault.kind == "after":
            self.vendors[vendor].handle(request)
            return Response(int(fault.value or 500))
        if fault and fault.kind != "other-answer":
            return bad_answers.replace(fault, request, vendor)
        reply = self.vendors[vendor].handle(request)
        if reply.status == 200 and reply.body and self.world.faults.take(vendor, request.target, ("corrupt",)):
            reply = replace(reply, body=self.world.corruption[vendor].spoil(reply.body))
        if reply.body and self.world.faults.take(vendor, request.target, ("capitals",)):
            reply = replace(reply, body=_UUID.sub(lambda found: found[0].upper(), reply.body))
        self._previous[vendor] = reply
        return reply


@contextmanager
def running(
    *, devices: int = 60, seed: int = 7, frozen: bool | float = False, port: int = 0, options: SandboxOptions | None = None
) -> Iterator[Simulation]:
    """A simulation served by a background thread of this process, until the block ends.

    Raises OSError if the port is taken.
    """
    simulation = Simulation(devices=devices, seed=seed, frozen=frozen, options=options)
    failures: list[OSError] = []
    ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    def serve() -> None:
        try:
            loop.run_until_complete(simulation.listen(port=port, ready=ready.set, stop=stop))
        except OSError as error:
            failures.append(error)
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=serve, name="sandbox", daemon=True)
    thread.start()
    ready.wait()
    if failures:
        raise failures[0]
    try:
        yield simulation
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
