"""API client of five(9)s: one method per endpoint, all of them POST with a personal access token.

https://support.five9s.de/support/solutions/articles/103000361090-device-api
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from vendors.errors import BadAnswer, Lost, Misconfigured, Unavailable, could_not
from vendors.gateway.http import Answer, Gateway
from vendors.parsing.pages import json_pages
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

START = Message(gettext_noop("start a five(9)s job"))
STATUS = Message(gettext_noop("read the status of the five(9)s job"))
DATA = Message(gettext_noop("read the devices of the five(9)s job"))
LONGEST_TOKEN = 4096
# Only the id that the vendor gave is sent: if it is refused, the job no longer exists.
GONE = (400, 404, 410)


class Started(msgspec.Struct):
    JobId: str = ""


class Status(msgspec.Struct):
    Status: Any = None
    StatusDetails: Any = None


class Data(msgspec.Struct):
    """Only TotalCount proves that the list is complete; the others are redundant or concern single names."""

    Results: list[msgspec.Raw] | None = None
    TotalCount: int | None = None
    ReturnedCount: Any = None
    DevicesNotFound: Any = None


class Client:
    """Raises Misconfigured when the token cannot be one."""

    def __init__(self, *, url: str, token: Secret, gateway: Gateway) -> None:
        self._url = f"{url.rstrip('/')}/five9sWS/api/devices"
        self._headers = {"authorization": f"PAT {clean_token(token)}"}
        self._gateway = gateway

    # …/103000361090-device-api, "Requesting device information"
    def request_all_infos(self, body: dict[str, Any]) -> str:
        """The id of the job that gathers what `body` asks for."""
        answer = self._post("RequestAllInfos", body, operation=START, accept=(200, 404))
        if answer.status == 404:
            raise Misconfigured(
                Message(gettext_noop("There is no five(9)s Device API at this address (status 404).")),
                next_step=Message(gettext_noop("Check the address; the API requires Console 5.1.27 or later.")),
                status=404,
                request_id=answer.request_id,
            )
        job = json_pages.page(answer.body, type=Started, operation=START, request_id=answer.request_id).JobId.strip()
        if not re.fullmatch(r"[0-9A-Za-z{}-]{1,100}", job) or not job.strip("{}0-"):
            raise BadAnswer(could_not(START, Message(gettext_noop("the answer has no job ID"))), request_id=answer.request_id)
        return job

    # …/103000361090-device-api, "Query the job status"
    def job_status(self, job: str) -> Status:
        """Raises Lost when the vendor no longer knows the job."""
        answer = self._of_job("GetJobStatus", {"Guid": job}, operation=STATUS)
        return json_pages.page(answer.body, type=Status, operation=STATUS, request_id=answer.request_id)

    # …/103000361090-device-api, "Getting the result of the job"
    def job_data(self, job: str, *, page: int, size: int) -> Data:
        """Raises Lost when the vendor no longer knows the job."""
        body = {"Guid": job, "Page": page, "PageSize": size}
        answer = self._of_job("GetJobData", body, operation=DATA)
        return json_pages.page(answer.body, type=Data, operation=DATA, request_id=answer.request_id)

    def _of_job(self, method: str, body: dict[str, Any], *, operation: str) -> Answer:
        answer = self._post(method, body, operation=operation, accept=(200, 409, *GONE))
        if answer.status == 409:
            raise Unavailable(
                could_not(operation, Message(gettext_noop("five(9)s has not finished it (status 409)"))),
                status=409,
                request_id=answer.request_id,
            )
        if answer.status in GONE:
            raise Lost(
                could_not(operation, Message(gettext_noop("five(9)s no longer has the job (status %(status)s)"), status=answer.status)),
                status=answer.status,
                request_id=answer.request_id,
            )
        return answer

    def _post(self, method: str, body: dict[str, Any], *, operation: str, accept: tuple[int, ...]) -> Answer:
        url = f"{self._url}/{method}"
        return self._gateway.send("POST", url, operation=operation, headers=self._headers, json=body, accept=accept)


def clean_token(token: Secret) -> str:
    """The bare token, also when it was pasted with quotes or with the word PAT. Raises Misconfigured when it cannot be one."""
    bare = token.reveal().strip().strip("\"'").strip()
    bare = re.sub(r"^(?:Authorization:\s*)?PAT(?:\s+|$)", "", bare, flags=re.IGNORECASE).strip("\"'").strip()
    if not re.fullmatch(r"[!-~]+", bare) or len(bare) > LONGEST_TOKEN:
        raise Misconfigured(
            Message(gettext_noop("The personal access token is empty, too long or contains invalid characters.")),
            next_step=Message(gettext_noop("Copy only the token from the five(9)s Console again.")),
        )
    return bare
