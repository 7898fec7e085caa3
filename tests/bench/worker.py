"""One full sync in a process of its own, through the same code as a Celery worker. Prints what it cost."""

from __future__ import annotations

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from config import gc_tuning  # noqa: E402
from devices.jobs import engine as jobs  # noqa: E402
from devices.models import Account, SyncRun  # noqa: E402
from devices.sync.handler import SyncHandler, request_run  # noqa: E402
from tests.bench.cost import Cost  # noqa: E402
from vendors.base import Scope  # noqa: E402


def main(name: str) -> None:
    run = request_run(Account.objects.get(name=name), Scope(), now=timezone.now())
    gc_tuning.tune_gc()
    cost = Cost()
    while run.active:
        handler = SyncHandler()
        jobs.Engine(handler).advance(run.pk)
        handler.close()
        run = SyncRun.objects.get(pk=run.pk)
    if run.state != "done":
        raise SystemExit(f"The run ended {run.state}: {run.error}")
    cost.tell(devices=run.records)


if __name__ == "__main__":
    main(sys.argv[1])
