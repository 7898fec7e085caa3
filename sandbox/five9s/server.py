"""five(9)s Console on an Ivanti EPM core: start a job, poll its state, fetch its pages.

Vendor page: https://support.five9s.de/support/solutions/articles/103000361090-device-api
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox import credentials
from sandbox.faults import bad_lists
from sandbox.five9s import records as five9s_view
from sandbox.five9s.requests import FILTERS, Body, InvalidRequest, body_of, moment, number, only, values
from sandbox.fleet.fleet import Snapshot
from sandbox.wire import Request, Response, answer
from sandbox.world import World

_BASE = "/five9s/five9sWS/api/devices/"
PENDING, RUNNING, SUCCESS, FAILURE = 1, 2, 3, 4
_WORDS = {PENDING: "Pending", RUNNING: "Running", SUCCESS: "Success", FAILURE: "Failure"}
_STATE_FAULTS = ("job-failed", "job-never-ends", "unknown-job-state")


@dataclass(slots=True)
class _Job:
    started: float
    snapshot: Snapshot
    sections: tuple[str, ...]
    wanted: tuple[str, list[Any]] | None  # (filter, values); None = all devices
    since: float | None
    positions: list[int] | None = None  # of a filtered job, once it is done; None = all
    missing: list[Any] = field(default_factory=list)
    evaluated: bool = False


class Five9s:
    def __init__(self, world: World) -> None:
        self._world = world
        self._jobs: dict[str, _Job] = {}
        self._names: dict[str, dict[str, list[int]]] = {}
        self._names_of: tuple[int, int] = (0, 0)

    def restart(self) -> None:
        """Jobs live in memory: a restart of the service loses them."""
        self._jobs.clear()

    def handle(self, request: Request) -> Response:
        if not request.path.startswith(_BASE):
            return Response(404)
        method = request.path.removeprefix(_BASE)
        if method not in five9s_view.SECTIONS and method not in ("GetJobStatus", "GetJobData"):
            return answer(404, {"Message": "No HTTP resource was found that matches the request URI."})
        try:
            _check(request)
            return self._answer(method, body_of(request), request.path)
        except InvalidRequest as refused:
            return refused.response

    def _answer(self, method: str, body: Body, path: str) -> Response:
        if method == "GetJobStatus":
            return self._status(body, path)
        if method == "GetJobData":
            return self._data(body, path)
        return self._start(method, body, path)

    # -- 1. start -------------------------------------------------------------------------------------------------

    def _start(self, method: str, body: Body, path: str) -> Response:
        only(body, {*FILTERS, "LastSyncDate"})
        given = [name for name in FILTERS if body.get(name) is not None]
        if len(given) > 1:
            raise InvalidRequest(400, f"Use only one of {', '.join(FILTERS)}.")
        wanted = (given[0], values(body, given[0])) if given else None
        if wanted and not wanted[1]:
            wanted = None  # an empty list means all devices
        job = _Job(
            started=self._world.clock.now(),
            snapshot=self._world.snapshot("five9s", path),
            sections=five9s_view.SECTIONS[method],
            wanted=wanted,
            since=moment(body.get("LastSyncDate")),
        )
        job_id = str(uuid.uuid4())
        self._jobs[job_id] = job
        return answer(200, {"JobId": job_id})

    # -- 2. status ------------------------------------------------------------------------------------------------

    def _status(self, body: Body, path: str) -> Response:
        job = self._job(body, path)
        state: int = self._state(job)
        fault = self._world.faults.take("five9s", path, _STATE_FAULTS)
        words = self._world.options.job_words or self._world.faults.take("five9s", path, ("job-words",)) is not None
        shown: int | str = _WORDS[state] if words else state
        details = f"{_WORDS[state]}: {self._world.clock.now() - job.started:.0f} s"
        if fault and fault.kind == "job-failed":
            shown, details = ("Failure" if words else FAILURE), str(fault.value or "Timeout expired on SQL server.")
        elif fault and fault.kind == "job-never-ends":
            shown = "Running" if words else RUNNING
        elif fault and fault.kind == "unknown-job-state":
            shown = str(fault.value) if fault.value and not str(fault.value).isdecimal() else int(fault.value or 7)
        return answer(200, {"Status": shown, "StatusDetails": details})

    def _job(self, body: Body, path: str) -> _Job:
        only(body, {"Guid", "Page", "PageSize"})
        now = self._world.clock.now()
        for old in [key for key, job in self._jobs.items() if now - job.started > self._world.options.job_keeps]:
            del self._jobs[old]
        guid = str(body.get("Guid", "")).lower()
        if self._world.faults.take("five9s", path, ("job-lost",)):
            self._jobs.pop(guid, None)
        job = self._jobs.get(guid)
        if job is None:
            raise InvalidRequest(404, "Job not found.")
        return job

    def _state(self, job: _Job) -> int:
        age, lasts = self._world.clock.now() - job.started, self._world.options.job_seconds
        return SUCCESS if age >= lasts else PENDING if age < lasts / 4 else RUNNING

    # -- 3. result ------------------------------------------------------------------------------------------------

    def _data(self, body: Body, path: str) -> Response:
        job = self._job(body, path)
        page, size = number(body, "Page", 1), number(body, "PageSize", 100)
        if self._state(job) != SUCCESS:
            raise InvalidRequest(409, "The job has not finished.")
        if not job.evaluated:
            self._evaluate(job)
        if self._world.faults.take("five9s", path, ("page-repeats",)):
            page = 1
        total = job.snapshot.count if job.positions is None else len(job.positions)
        if self._world.faults.take("five9s", path, ("total-changes",)):
            total += page
        ranks = range((page - 1) * size, min(page * size, total))
        shot = job.snapshot
        if job.positions is None:
            places = [shot.position(rank) for rank in ranks if rank < shot.count]
        else:
            places = job.positions[ranks.start : ranks.stop]
        fleet = self._world.fleet
        records = [five9s_view.device(fleet, fleet.entry("five9s", place), shot.at, sections=job.sections) for place in places]
        for record in records:
            record["DeviceName"] = self._kept(record["DeviceName"])
            if "EpmInventory" in record:
                record["EpmInventory"]["DeviceName"] = record["DeviceName"]
        rest = {"ReturnedCount": len(records), "TotalCount": total, "DevicesNotFound": job.missing}
        return bad_lists.page(self._world, "five9s", path, records, key="Results", rest=rest)

    def _evaluate(self, job: _Job) -> None:
        job.evaluated = True
        fleet, shot = self._world.fleet, job.snapshot
        if job.wanted is not None:
            places = [self._find(job.wanted[0], value, shot) for value in job.wanted[1]]
            pairs = zip(job.wanted[1], places, strict=True)
            job.missing = [value for value, found in pairs if not found]
            job.positions = list(dict.fromkeys(place for found in places for place in found))
        if job.since is not None:
            ranks = range(shot.count)
            listed = job.positions if job.positions is not None else [shot.position(rank) for rank in ranks]
            entries = (fleet.entry("five9s", place) for place in listed)
            job.positions = [entry.position for entry in entries if five9s_view.changed_at(fleet, entry, shot.at) >= job.since]

    def _find(self, name: str, value: Any, shot: Snapshot) -> list[int]:
        if name == "Computer_Idns":
            entry = self._world.fleet.find("five9s", str(value), snapshot=shot)
            return [entry.position] if entry else []
        found = self._index(name).get(str(value).upper(), [])
        return [place for place in found if place not in shot.holes and shot.rank(place) < shot.count]

    def _index(self, name: str) -> dict[str, list[int]]:
        """Positions by upper-case host name or serial. Made when first needed: it reads the whole fleet."""
        fleet = self._world.fleet
        if self._names_of != (fleet.seed, fleet.size):
            self._names = {"Hostnames": {}, "SerialNumbers": {}}
            self._names_of = (fleet.seed, fleet.size)
            for place in range(fleet.total("five9s")):
                machine = fleet.entry("five9s", place).machine
                self._names["Hostnames"].setdefault(self._kept(five9s_view.netbios(machine)), []).append(place)
                self._names["SerialNumbers"].setdefault(machine.serial.upper(), []).append(place)
        return self._names[name]

    def _kept(self, name: str) -> str:
        return name[: self._world.options.five9s_name_length or None]


def _check(request: Request) -> None:
    if request.method != "POST":
        raise InvalidRequest(405, "The requested resource does not support this http method.")
    if request.headers.get("authorization") != f"PAT {credentials.FIVE9S_TOKEN}":
        raise InvalidRequest(401, "Authorization has been denied for this request.")
    if request.media_type != "application/json":
        raise InvalidRequest(415, "The request entity's media type is not supported for this resource.")
