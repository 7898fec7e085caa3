"""Clients that speak to the simulated vendors as a correct integration would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox import credentials
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions

WEB = httpx.Client(verify=False, timeout=20)  # for calls without a session; loading a CA bundle for each would cost most of the time
ESET_FORM = {"grant_type": "password", "username": credentials.ESET_USERNAME, "password": credentials.ESET_PASSWORD}
OPSWAT_FORM = {
    "grant_type": "client_credentials",
    "client_id": credentials.OPSWAT_CLIENT_KEY,
    "client_secret": credentials.OPSWAT_CLIENT_SECRET,
}


class EsetClient:
    def __init__(self, sim: Simulation) -> None:
        self.base = f"{sim.url}/eset/eu"
        self.http = httpx.Client(verify=False, timeout=20)
        self.http.headers["Authorization"] = f"Bearer {self.token(ESET_FORM).json()['access_token']}"

    def token(self, form: dict[str, str]) -> httpx.Response:
        return self.http.post(f"{self.base}/business-account.iam/oauth/token", data=form)

    def get(self, path: str, **extra: Any) -> httpx.Response:
        return self.http.get(f"{self.base}/device-management/v1/{path}", **extra)

    def walk(self, size: int, **filters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            answer = self.get("devices", params={**filters, "pageSize": size, "pageToken": token}).json()
            found += answer["devices"]
            token = answer.get("nextPageToken", "")
            if not token:
                return found


class OpswatClient:
    def __init__(self, sim: Simulation) -> None:
        self.base = f"{sim.url}/opswat"
        self.http = httpx.Client(verify=False, timeout=20)
        self.access = self.token(OPSWAT_FORM).json()["access_token"]

    def token(self, form: dict[str, str]) -> httpx.Response:
        return self.http.post(f"{self.base}/o/oauth/token", data=form)

    def devices(self, **query: Any) -> httpx.Response:
        return self.http.get(f"{self.base}/o/api/v2.3/devices", params={"access_token": self.access, **query})

    def pages(self, limit: int = 50) -> list[list[dict[str, Any]]]:
        """All pages up to the 413."""
        found: list[list[dict[str, Any]]] = []
        while True:
            answer = self.devices(limit=limit, page=len(found) + 1, groupBy="hwid", order="asc")
            if answer.status_code == 413:
                return found
            found.append(answer.json())


class Five9sClient:
    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.base = f"{sim.url}/five9s/five9sWS/api/devices"
        self.http = httpx.Client(verify=False, timeout=20, headers={"Authorization": f"PAT {credentials.FIVE9S_TOKEN}"})

    def call(self, method: str, body: Any) -> httpx.Response:
        return self.http.post(f"{self.base}/{method}", json=body)

    def start(self, method: str, body: Any) -> str:
        return str(self.call(method, body).json()["JobId"])

    def result(self, method: str, body: Any, **paging: int) -> dict[str, Any]:
        """The first page of a finished job."""
        job = self.start(method, body)
        self.sim.clock.forward(self.sim.options.job_seconds)
        data: dict[str, Any] = self.call("GetJobData", {"Guid": job, **paging}).json()
        return data


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=180, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def eset(sim: Simulation) -> EsetClient:
    return EsetClient(sim)


@pytest.fixture
def opswat(sim: Simulation) -> OpswatClient:
    return OpswatClient(sim)


@pytest.fixture
def five9s(sim: Simulation) -> Five9sClient:
    return Five9sClient(sim)
