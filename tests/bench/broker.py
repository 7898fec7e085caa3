"""How long pages take while Valkey is away: every way of going away, beside the same requests while it is well.

Each request is made `TIMES` times in a row from the moment on at which Valkey went away, over one kept connection, so the slowest one is
the one that finds out. What the server itself waited for Valkey is measured in the server, so that a busy machine does not hide it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from django.contrib.auth.models import Group
from django.utils import timezone

from devices.models import Account, Device, User
from devices.web.roles import ADMINISTRATOR
from tests.bench import broker_settings
from tests.bench.fleet import forget_fleet, write_fleet
from tests.bench.machine import Machine
from tests.conftest import PASSWORD
from tests.faults.broker import STATES, Broker
from tests.faults.processes import wait_for
from tests.faults.serving import Browser, serving

DEVICES = 10_000
TIMES = 12  # fewer than the lower limits of sign-in and short links allow
GOAL = 500.0
WELL = "well"
SIGN_IN, SHORT_LINK = "sign in (POST)", "short link"


@dataclass(frozen=True)
class Row:
    """Milliseconds: of the whole request, and of it what the server waited for Valkey."""

    page: str
    state: str
    p50: float
    most: float
    waited_p50: float
    waited_most: float
    statuses: list[int]


def run(machine: Machine) -> dict[str, Any]:
    print(f"Writing {DEVICES:,} devices ...", file=sys.stderr, flush=True)
    write_fleet(DEVICES, now=timezone.now())
    [valkey] = [child for child in machine.stack.children if child.program.name == "valkey"]
    broker = Broker(valkey, machine.stack.environment["REDIS_URL"])
    user, _ = User.objects.get_or_create(username="bench-admin")
    user.set_password(PASSWORD)
    user.save()
    user.groups.set([Group.objects.get(name=ADMINISTRATOR)])
    rows: list[Row] = []
    for state in (WELL, *STATES):
        print(f"  {state}", file=sys.stderr, flush=True)
        rows += measure(broker, state, user)
    broker.restore()
    forget_fleet()
    show(rows)
    return {"rows": [asdict(row) for row in rows], "goals": judge(rows)}


def actions(browser: Browser, user: User) -> dict[str, Callable[[], httpx.Response]]:
    pk = Device.objects.order_by("pk").values_list("pk", flat=True)[0]
    account = Account.objects.order_by("pk")[0].name

    def get(path: str) -> Callable[[], httpx.Response]:
        return lambda: browser.get(path)

    def post(path: str, **fields: Any) -> Callable[[], httpx.Response]:
        return lambda: browser.post(path, fragment=True, **fields)

    return {
        "dashboard": get("/"),
        "devices": get("/devices/"),
        "one device": get(f"/devices/{pk}/"),
        "search": get("/d/?q=berlin"),
        "issues": get("/issues/"),
        "coverage": get("/coverage/"),
        "patching": get("/patching/"),
        "installers": get("/installers/"),
        "vendor account": get(f"/vendors/{account}/"),
        SHORT_LINK: get("/i/unknown"),
        "healthz": get("/healthz"),
        "ask the vendors (POST)": post(f"/devices/{pk}/ask/"),
        "refresh (POST)": post(f"/vendors/{account}/refresh/", what="everything"),
        SIGN_IN: post("/accounts/login/", login=user.username, password=PASSWORD),
    }


def measure(broker: Broker, state: str, user: User) -> list[Row]:
    rows = []
    # What is limited gets a server of its own, which has counted nothing yet.
    for wanted in ({SIGN_IN}, {SHORT_LINK}, None):
        broker.restore()
        broker.empty()  # what was counted before
        with (
            tempfile.TemporaryDirectory(prefix="rc-bench-", dir="/tmp") as folder,
            serving(Path(folder), redis_url=broker.url, settings_module=broker_settings.__name__) as server,
            server.browser() as browser,
        ):
            assert browser.sign_in(user).status_code == 302
            for page, act in actions(browser, user).items():
                if page in wanted if wanted else page not in (SIGN_IN, SHORT_LINK):
                    broker.restore()
                    wait_for(lambda: healthy(broker, browser), seconds=30, why=server.log)
                    STATES.get(state, Broker.restore)(broker)
                    rows.append(_row(page, state, [_timed(browser, page, act) for _ in range(TIMES)]))
    return rows


def healthy(broker: Broker, browser: Browser) -> bool:
    broker.client.set("rollcall:beat", f"{time.time():.3f}")
    return browser.get("/healthz").status_code == 200


def _timed(browser: Browser, page: str, act: Callable[[], httpx.Response]) -> tuple[float, float, int]:
    if page == SIGN_IN:
        browser.start_over()
    started = time.perf_counter()
    answer = act()
    return 1000 * (time.perf_counter() - started), float(answer.headers[broker_settings.WAITED]), answer.status_code


def _row(page: str, state: str, taken: list[tuple[float, float, int]]) -> Row:
    times, waits, statuses = zip(*taken, strict=True)
    return Row(page, state, median(times), max(times), median(waits), max(waits), sorted(set(statuses)))


def show(rows: list[Row]) -> None:
    states = list(dict.fromkeys(row.state for row in rows))
    table: dict[str, dict[str, Row]] = {}
    for row in rows:
        table.setdefault(row.page, {})[row.state] = row
    print(f"\n{'p50 / max, ms':24}" + "".join(f"{state:>16}" for state in states))
    for page, by in table.items():
        print(f"{page:24}" + "".join(f"{by[state].p50:>9.0f} /{by[state].most:>5.0f}" for state in states))
    print(f"\n{'of it for Valkey':24}" + "".join(f"{state:>16}" for state in states))
    for page, by in table.items():
        print(f"{page:24}" + "".join(f"{by[state].waited_p50:>9.1f} /{by[state].waited_most:>5.0f}" for state in states))


def judge(rows: list[Row]) -> list[str]:
    worst = max(rows, key=lambda row: row.waited_most)
    broken = sorted({f"{row.page} while {row.state}" for row in rows if max(row.statuses) == 500})
    reached = worst.waited_most <= GOAL and not broken
    return [
        f"waited for Valkey at most {worst.waited_most:.0f} ms ({worst.page}, {worst.state}; goal {GOAL:.0f}); "
        f"answered 500: {', '.join(broken) or 'none'}: {'reached' if reached else 'MISSED'}"
    ]
