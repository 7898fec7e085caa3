"""Wake-up calls. A task carries an id and no logic; losing one costs a tick."""

from __future__ import annotations

from contextlib import closing

from celery import Task, shared_task

from devices.jobs import engine as jobs
from devices.tasks import WAKE_EXPIRES
from installers.models import Installer, Stocktake
from installers.orders.job import InstallerHandler
from installers.register import scheduling
from installers.register.sync import StocktakeHandler, expire


@shared_task(name="installers.tasks.announce")
def announce() -> None:
    now = jobs.database_clock()
    for pk in jobs.due(Installer, now=now):
        wake(step, pk, queue="interactive")
    for pk in jobs.due(Stocktake, now=now):
        wake(take_stock, pk, queue="sync")


@shared_task(name="installers.tasks.step")
def step(installer_id: int) -> None:
    with closing(InstallerHandler()) as handler:
        if jobs.Engine(handler).advance(installer_id):
            wake(step, installer_id, queue="interactive")


@shared_task(name="installers.tasks.take_stock")
def take_stock(stocktake_id: int) -> None:
    with closing(StocktakeHandler()) as handler:
        if jobs.Engine(handler).advance(stocktake_id):
            wake(take_stock, stocktake_id, queue="sync")


@shared_task(name="installers.tasks.plan")
def plan() -> None:
    now = jobs.database_clock()
    expire(now)
    for stocktake in scheduling.schedule_installer_syncs(scheduling.offering(), now):
        wake(take_stock, stocktake.pk, queue="sync")


def wake(task: Task, pk: int, *, queue: str) -> None:
    task.apply_async((pk,), queue=queue, expires=WAKE_EXPIRES)
