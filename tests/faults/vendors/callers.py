"""Processes that ask the vendors of accounts for their lists as often as the rate limits let them: `callers.py PROCESSES SECONDS ACCOUNT…`.

Forks of one process, because starting so many would take longer than what they measure.
"""

from __future__ import annotations

import os
import sys
import time

import django

PAUSE = 0.1  # seconds; a worker waits as long as the limit says, which asks less often


def main(processes: int, seconds: float, names: list[str]) -> int:
    ends = time.monotonic() + seconds
    children = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            os._exit(_call(names[number % len(names)], ends))
        children.append(child)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)


def _call(name: str, ends: float) -> int:
    from django.utils import timezone

    from devices.connections.connection import connect
    from devices.models import Account
    from vendors.base import Scope
    from vendors.errors import RateLimited

    link = connect(Account.objects.get(name=name), asked_at=timezone.now())
    while time.monotonic() < ends:
        try:
            link.reader.walk(Scope(), None)
        except RateLimited:
            time.sleep(PAUSE)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
