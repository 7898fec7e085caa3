"""One side of `make bench ARGS=versus`: a fleet in a PostgreSQL of its own, and the web server that shows it.

`tests/bench/trees.py` runs this text inside each of the two trees, with that tree's Python: `python -c TEXT FOLDER DEVICES SAMPLES`. Everything
is imported from the tree. When the server listens it prints one line of JSON, and it ends when its standard input is closed:

    {"host", "port", "cookie", "total", "samples": [{"id", "name", "serial", "user"}, ...]}

A commit that has this file is measured with its own copy, an older one with the first copy that was committed.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local import programs
from local.addresses import LOOPBACK, Address
from local.processes import Child
from local.waiting import wait_until
from tests.bench.machine import Machine, prepare

WAIT_SECONDS = 30.0
PATCHES, TITLES, PAGE = 2, 300, 1000  # of each device that ESET sees, and as many attempts


def main(folder: str, devices: str, samples: str) -> None:
    answer, sys.stdout = sys.stdout, sys.stderr
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # what was started is stopped then, too
    machine = prepare(Path(folder))
    try:
        load(int(devices))
        with serving(machine, "config.settings") as bind:
            told = {"host": bind.host, "port": bind.port, "cookie": cookie(), **fleet(int(samples))}
            print(json.dumps(told), file=answer, flush=True)
            sys.stdin.read()
    finally:
        machine.stop()


def load(devices: int) -> None:
    """The same fleet at every call: devices, issues, patches and attempts."""
    from django.db import connection
    from django.utils import timezone

    from tests.bench.fleet import write_fleet

    now = timezone.now()
    write_fleet(devices, now=now)
    write_patches(now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def write_patches(now: datetime) -> None:
    """As the walks of ESET's lists would bring them, page by page."""
    from django.db import transaction

    from devices.models import Account, JobState
    from patching.models import PatchRun
    from patching.sync.job import PatchRunHandler
    from vendors.patching_api import PatchPage, Source

    account = Account.objects.get(name="bench-eset")
    refs = list(account.sightings.order_by("id").values_list("external_id", flat=True))
    for source, make in ((Source.PATCHES, patch), (Source.ATTEMPTS, attempt)):
        handler = PatchRunHandler()
        run = PatchRun.objects.create(account=account, source=source, state=JobState.DONE, created_at=now, next_step_at=now)
        every = [(ref, place, number) for place, ref in enumerate(refs) for number in range(PATCHES)]
        for start in range(0, len(every), PAGE):
            made = tuple(make(*each, now=now) for each in every[start : start + PAGE])
            sheet = PatchPage(patches=made) if source == Source.PATCHES else PatchPage(attempts=made)
            with transaction.atomic():
                handler.keep(run, sheet, now)
        with transaction.atomic():
            handler.finish(run, now)


def title(place: int, number: int) -> Any:
    from vendors.patch_states import PatchKind
    from vendors.records import Title

    key = (place * 31 + number * 37) % TITLES
    return Title(f"title-{key}", f"Application {key}", PatchKind.APPLICATION, "Nordsoft")


def patch(ref: str, place: int, number: int, *, now: datetime) -> Any:
    from vendors.patch_states import PatchReason, PatchStatus, Severity
    from vendors.records import Patch

    failed = (place + number) % 7 == 0
    return Patch(
        key=f"{ref}-{number}", device_id=ref, title=title(place, number), status=PatchStatus.FAILED if failed else PatchStatus.AVAILABLE,
        reason=PatchReason.RUNNING if failed else PatchReason.NONE, raw="X", version=f"{number}.1", severity=Severity.MEDIUM, security=True, restart=False,
        fixes=(f"CVE-2026-{place % 9999:04}",), since=now - timedelta(hours=(place + number * 97) % 2000),
    )  # fmt: skip


def attempt(ref: str, place: int, number: int, *, now: datetime) -> Any:
    from vendors.patch_states import PatchStatus
    from vendors.records import Attempt, Version

    at = now - timedelta(hours=(place * 7 + number * 331) % 720)
    status = PatchStatus.FAILED if (place + number) % 7 == 0 else PatchStatus.INSTALLED
    return Attempt(
        title=title(place, number),
        status=status,
        raw="X",
        device_id=ref,
        before=Version(1, "1.0"),
        after=Version(2, "1.1"),
        started_at=at,
        ended_at=at,
    )


def fleet(samples: int) -> dict[str, Any]:
    """How many devices there are, and some of them, evenly spread over their names."""
    from devices.models import Device

    total = Device.objects.count()
    every = Device.objects.order_by("name", "pk").values("id", "name", "serial", "user")
    return {"total": total, "samples": list(every[:: max(1, total // samples)])[:samples]}


@contextmanager
def serving(machine: Machine, settings_module: str) -> Iterator[Address]:
    """A web server as `make run` starts it."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        bind = Address(LOOPBACK, probe.getsockname()[1])
    environment = programs.environment_for(
        machine.stack.home, services=machine.stack.environment, bind=bind, sandbox=None, environ=os.environ
    )
    child = Child(programs.web({**environment, "DJANGO_SETTINGS_MODULE": settings_module}, bind=bind), logs=machine.stack.home.logs)
    child.start()
    try:
        if not wait_until(lambda: not child.running or _listens(bind), seconds=WAIT_SECONDS) or not child.running:
            raise SystemExit(f"The web server with {settings_module} does not start: {child.said()}")
        yield bind
    finally:
        child.stop()


def cookie() -> str:
    """Of a signed-in member of the IT staff."""
    from django.conf import settings
    from django.contrib.auth.models import Group
    from django.test import Client

    from devices.models import User
    from devices.web.roles import IT_STAFF

    user, _ = User.objects.get_or_create(username="bench")
    user.groups.set([Group.objects.get(name=IT_STAFF)])
    client = Client(headers={"host": LOOPBACK})
    client.force_login(user)
    client.get("/devices/")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _listens(bind: Address) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((bind.host, bind.port)) == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
