"""`python -m sandbox --port 9100 --devices 10000 --seed 7 --fault eset:503 --fault opswat:429@3`"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from dataclasses import fields
from datetime import datetime

from sandbox.faults import faults
from sandbox.parent import die_with_parent
from sandbox.server import Simulation
from sandbox.world import SandboxOptions


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.die_with_parent:
        die_with_parent()
    try:
        simulation = _simulation(arguments)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.prerender:
        simulation.prerender()
    try:
        asyncio.run(_serve(simulation, arguments.port))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        print(f"Cannot listen on port {arguments.port}: {reason}. Choose another --port, or 0.", file=sys.stderr)
        return 1
    return 0


def _simulation(arguments: argparse.Namespace) -> Simulation:
    frozen: bool | float = arguments.frozen
    if arguments.frozen_at:
        frozen = datetime.fromisoformat(arguments.frozen_at).timestamp()
    simulation = Simulation(
        devices=arguments.devices, seed=arguments.seed, frozen=frozen, hostile=arguments.hostile, options=_options(arguments.option)
    )
    if arguments.prerender and frozen is False:
        raise ValueError("--prerender needs --frozen or --frozen-at.")
    for spec in arguments.fault:
        simulation.world.faults.add(faults.parse(spec))
    return simulation


def _options(given: list[str]) -> SandboxOptions:
    options = SandboxOptions()
    kinds = {field.name: type(getattr(options, field.name)) for field in fields(SandboxOptions)}
    for text in given:
        name, _, value = text.partition("=")
        if name not in kinds:
            raise ValueError(f"Unknown option {name}. Known: {', '.join(kinds)}.")
        setattr(options, name, value == "true" if kinds[name] is bool else kinds[name](value))
    return options


async def _serve(simulation: Simulation, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await simulation.listen(port=port, ready=lambda: print(f"Simulated vendors at {simulation.url}", flush=True), stop=stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Simulated vendors on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=9100, help="0: a free one; the address is printed")
    parser.add_argument("--devices", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fault", action="append", default=[], metavar="VENDOR:KIND[=VALUE][@NTH][xTIMES][~PATH]")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="see world.Options")
    parser.add_argument("--hostile", action="store_true", help="some devices have texts that attack pages and spreadsheets")
    parser.add_argument("--frozen", action="store_true", help="nothing changes: for benchmarks")
    parser.add_argument("--frozen-at", metavar="ISO-DATE", help="frozen at this moment: same bytes in every run")
    parser.add_argument("--prerender", action="store_true", help="render ESET's pages before listening")
    parser.add_argument("--die-with-parent", action="store_true", help="stop when the starting process ends (Linux)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
