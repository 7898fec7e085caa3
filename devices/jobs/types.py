"""The table of job types. Each app adds its own when it starts (apps.py); the tasks of devices/tasks.py serve all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from devices.jobs.handler import JobHandler
from devices.models import VendorJob


@dataclass(frozen=True, slots=True)
class JobType:
    """`plan`: creates the jobs that are due by schedule and returns them. `queue`: of its messages. `urgent`: its rows that a user waits
    for, which go through the queue `interactive` when they are announced."""

    name: str
    handler: type[JobHandler[Any, Any]]
    plan: Callable[[datetime], Iterable[VendorJob]] | None = None
    queue: str = "sync"
    urgent: Q | None = None

    @property
    def model(self) -> type[VendorJob]:
        model: type[VendorJob] = self.handler.model
        return model

    def urgent_among(self, jobs: Collection[int]) -> set[int]:
        """One query where the type has urgent rows and there are jobs."""
        if self.urgent is None or not jobs:
            return set()
        return set(self.model._default_manager.filter(self.urgent, pk__in=jobs).values_list("pk", flat=True))


JOB_TYPES: dict[str, JobType] = {}


def add_job_type(job_type: JobType) -> None:
    JOB_TYPES[job_type.name] = job_type
