"""The job handler: what a job type brings to the engine (devices/jobs/engine.py), and the errors of jobs."""

from __future__ import annotations

import traceback
from datetime import datetime
from typing import Any, Protocol, TypeVar

from devices.models import VendorJob
from vendors.errors import VendorError

J = TypeVar("J", bound=VendorJob)


class JobStep(Protocol):
    """The result of a step: the cursor that leads on (None: the job is complete), and after how many seconds."""

    @property
    def cursor(self) -> dict[str, Any] | None: ...

    @property
    def wait(self) -> float: ...

    @property
    def waiting_for(self) -> str: ...


S = TypeVar("S", bound=JobStep)


class JobHandler(Protocol[J, S]):
    """Base class of handlers; one lives for one slice of one job. `step` talks to the vendor; the others but `close` run inside the
    transaction that saves the cursor.

    A step may be done again after a crash or an error. One that must not be done twice calls `record_intent` before it begins, which the
    row keeps; `stumbled` then decides where to go on instead.
    """

    model: type[J]

    def step(self, job: J) -> S: ...

    def keep(self, job: J, step: S, now: datetime, /) -> None: ...

    def finish(self, job: J, now: datetime) -> None: ...

    def stumbled(self, job: J, error: VendorError, now: datetime) -> S | None:
        """What to go on with instead of the step that failed; None: the engine's rule, which is the same step again or the end."""
        return None

    def failed(self, job: J, error: VendorError, now: datetime) -> None: ...

    def close(self) -> None: ...


class WorkerDied(VendorError):
    code = "worker_died"


class InternalError(VendorError):
    code = "internal"


class LeaseLost(Exception):
    """Another worker owns the job now; nothing of this step was written."""


def place_of(error: BaseException) -> str:
    """File and line of our own code from which it was raised, without its text: the text of a database error quotes the data."""
    frames = traceback.extract_tb(error.__traceback__)
    last = next((frame for frame in reversed(frames) if "site-packages" not in frame.filename), frames[-1])
    return f"{type(error).__name__} in {last.filename}:{last.lineno}"
