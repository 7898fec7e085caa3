"""Goes on with a stored walk in a process of its own: `python -m tests.vendors.resume`, told what by JSON on stdin."""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import Any

from tests.vendors.scripted_server import connection
from vendors.base import Scope
from vendors.registry import VENDORS


def main(given: dict[str, Any]) -> list[list[str]]:
    adapter = VENDORS[given["slug"]].connect(connection(given["settings"], given["secrets"]))
    cursor, found = given["cursor"], []
    while cursor is not None:
        page = adapter.walk(Scope.from_json(given["scope"]), cursor)
        found += [[entry.external_id, entry.digest.hex()] for entry in page.entries]
        cursor = page.cursor
        if page.wait:
            _forward(given["simulator"], page.wait)
    return found


def _forward(simulator: str, seconds: float) -> None:
    body = json.dumps({"clock_forward": seconds}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{simulator}/_sandbox/fleet", data=body, method="POST"), timeout=10).close()


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
