"""One side of `make bench ARGS=matching`: what matching costs in this tree, on a PostgreSQL of its own.

`tests/bench/matching.py` runs this text inside each of the two trees, with that tree's Python: `python -c TEXT FOLDER WORK SIZE`. It prints
one line of JSON: {"seconds", "cpu"} (of the process) for

* WORK `pages`: matching inside the syncs of all three accounts of a simulated fleet of SIZE machines, page by page;
* WORK `rematch`: a full re-match of SIZE devices.

Commits before this file are run with its first committed copy, so both layouts of the project are known here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.machine import Machine, prepare

Function = Callable[..., Any]


class Clock:
    """Seconds of the wall and of this process's CPU inside the functions that it times."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def timed(self, function: Function) -> Function:
        def run(*arguments: Any, **options: Any) -> Any:
            began, cpu = time.perf_counter(), time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - began
                self.cpu += time.process_time() - cpu

        return run


def main(folder: str, work: str, size: str) -> None:
    answer, sys.stdout = sys.stdout, sys.stderr
    machine = prepare(Path(folder))
    try:
        clock = Clock()
        {"pages": pages, "rematch": rematch}[work](machine, int(size), clock)
        print(json.dumps({"seconds": clock.seconds, "cpu": clock.cpu}), file=answer, flush=True)
    finally:
        machine.stop()


def pages(machine: Machine, size: int, clock: Clock) -> None:
    from sandbox.credentials import account_settings

    create_account = first("devices.accounts.services", "devices.accounts").create_account
    joining = first("devices.matching.apply", "devices.joining")
    for name in ("assign_devices", "place", "apply"):
        if function := getattr(joining, name, None):
            setattr(joining, name, clock.timed(function))
    with machine.vendor(size) as vendor:
        for name in ("opswat", "five9s", "eset"):
            settings, secrets = account_settings(vendor.url)[name]
            quick = {each: most for each, most in (("calls_per_second", "1000"), ("calls_per_minute", "600")) if each in settings}
            tune_gc()
            sync(create_account(name=f"bench-{name}", vendor=name, settings=settings | quick, secrets=secrets))


def sync(account: Any) -> None:
    from django.utils import timezone

    from devices.models import SyncRun
    from vendors.base import Scope

    engine = first("devices.jobs.engine", "devices.jobs")
    syncs = first("devices.sync.handler", "devices.sync")
    run = syncs.request_run(account, Scope(), now=timezone.now())
    ends = time.monotonic() + 600
    while run.active and time.monotonic() < ends:
        handler = syncs.SyncHandler()
        engine.Engine(handler).advance(run.pk)
        handler.close()
        run = SyncRun.objects.get(pk=run.pk)
    if run.state != "done":
        raise SystemExit(f"The sync of {account} ended {run.state}: {run.error}")


def tune_gc() -> None:
    """As the workers do."""
    tuning = first("config.gc_tuning", "config.garbage")
    (tuning.tune_gc if hasattr(tuning, "tune_gc") else tuning.settle)()


def rematch(machine: Machine, size: int, clock: Clock) -> None:
    from django.db import connection
    from django.utils import timezone

    from tests.bench.fleet import write_fleet

    write_fleet(size, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    tune_gc()
    clock.timed(first("devices.matching.apply", "devices.joining").rematch_everything)(timezone.now())


def first(*modules: str) -> Any:
    """The first of these modules that the tree has."""
    *others, last = modules
    for name in others:
        try:
            return import_module(name)
        except ModuleNotFoundError as missing:
            if not name.startswith(missing.name or ""):
                raise
    return import_module(last)


if __name__ == "__main__":
    main(*sys.argv[1:])
