"""API client of ESET Connect: one method per endpoint. It neither waits nor keeps state nor maps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from vendors.gateway.http import Gateway, Params
from vendors.secret import Secret
from vendors.texts import Message, gettext_noop

REGIONS = ("eu", "de", "us", "ca", "jpn")
SERVICES = ("business-account.iam", "device-management", "installer-management", "patch-management")
URL = "https://{region}.{service}.eset.systems"
PAGE_SIZE = 1000
SIMULATOR = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}/")

# Operations, as error sentences name them.
SIGN_IN = Message(gettext_noop("sign in to ESET Connect"))
LIST_DEVICES = Message(gettext_noop("list devices"))
READ_DEVICES = Message(gettext_noop("read single devices"))
LIST_GROUPS = Message(gettext_noop("list groups"))
CREATE_INSTALLER = Message(gettext_noop("create an installer"))
LIST_INSTALLERS = Message(gettext_noop("list installers"))
READ_INSTALLER = Message(gettext_noop("read an installer"))
REVOKE_INSTALLER = Message(gettext_noop("revoke an installer"))
LIST_RECENT_ATTEMPTS = Message(gettext_noop("list recent attempts"))
LIST_ATTEMPTS = Message(gettext_noop("list attempts per device"))
LIST_PATCHES = Message(gettext_noop("list missing patches"))

# What the 202 protocol or the walk decides about; every other status is an error at once.
DECIDED_LATER = (200, 202, 400, 404, 504)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of one of the statuses that the caller decides about. `operation`: an infinitive for error sentences."""

    status: int
    body: bytes
    response_id: str
    request_id: str
    operation: str


class Client:
    """`response_id` is the one of a 202 to the identical request before.

    https://help.eset.com/eset_connect/en-US/how_api_works.html
    """

    def __init__(self, gateway: Gateway, *, url: str, region: str) -> None:
        self._gateway = gateway
        self._url = url.rstrip("/")
        self._region = region

    @property
    def simulator(self) -> str:
        """The beginning of every address of a simulator on this machine, if this account is one's there; else empty."""
        found = SIMULATOR.match(self._url)
        return found[0] if found else ""

    # https://help.eset.com/eset_connect/en-US/authentication_oauth_token_post.html
    def token(self, form: Mapping[str, str], *, response_id: str = "") -> Reply:
        """Statuses 401 and 403 are replies here: the session decides about another grant."""
        return self._send(
            "POST",
            self._base("business-account.iam") + "/oauth/token",
            operation=SIGN_IN,
            form=form,
            response_id=response_id,
            accept=(*DECIDED_LATER, 401, 403),
        )

    # https://help.eset.com/eset_connect/en-US/devices_v1_devices_get.html
    def devices(
        self,
        token: Secret,
        *,
        page_token: str = "",
        page_size: int = PAGE_SIZE,
        names: Sequence[str] = (),
        response_id: str = "",
    ) -> Reply:
        """`names` are display names, exact."""
        params = [("displayNames", name) for name in names] + _paging(page_token, page_size)
        return self._get("/v1/devices", token, params, operation=LIST_DEVICES, response_id=response_id)

    # https://help.eset.com/eset_connect/en-US/devices_v1_devices_batchget_get.html
    def batch_get(self, token: Secret, uuids: Sequence[str], *, response_id: str = "") -> Reply:
        """All of them or none."""
        params = [("devicesUuids", uuid) for uuid in uuids]
        return self._get("/v1/devices:batchGet", token, params, operation=READ_DEVICES, response_id=response_id)

    # https://help.eset.com/eset_connect/en-US/device_groups_v1_device_groups_get.html
    def device_groups(self, token: Secret, *, page_token: str = "", response_id: str = "") -> Reply:
        params = _paging(page_token, PAGE_SIZE)
        return self._get("/v1/device_groups", token, params, operation=LIST_GROUPS, response_id=response_id)

    # https://help.eset.com/eset_connect/en-US/installers_v1_installers_post.html
    def create_installer(self, token: Secret, body: Mapping[str, Any], *, response_id: str = "") -> Reply:
        url = self._base("installer-management") + "/v1/installers"
        return self._send("POST", url, operation=CREATE_INSTALLER, json=body, token=token, response_id=response_id)

    # https://help.eset.com/eset_connect/en-US/installers_v1_installers_get.html
    def installers(self, token: Secret, *, page_token: str = "", response_id: str = "") -> Reply:
        url = self._base("installer-management") + "/v1/installers"
        params = _paging(page_token, PAGE_SIZE)
        return self._send("GET", url, operation=LIST_INSTALLERS, params=params, token=token, response_id=response_id)

    # https://help.eset.com/eset_connect/en-US/installers_v1_installers_installeruuid_get.html
    def installer(self, token: Secret, uuid: str, *, response_id: str = "") -> Reply:
        url = self._base("installer-management") + f"/v1/installers/{quote(uuid, safe='')}"
        return self._send("GET", url, operation=READ_INSTALLER, token=token, response_id=response_id)

    # https://help.eset.com/eset_connect/en-US/installers_v1_installers_installeruuid_delete.html
    def delete_installer(self, token: Secret, uuid: str, *, response_id: str = "") -> Reply:
        url = self._base("installer-management") + f"/v1/installers/{quote(uuid, safe='')}"
        return self._send("DELETE", url, operation=REVOKE_INSTALLER, token=token, response_id=response_id)

    # https://help.eset.com/eset_connect/en-US/application_patching_v1_application-patching-processes_recent_details_get.html
    def recent_attempts(self, token: Secret, *, response_id: str = "") -> Reply:
        """All of them in one answer."""
        return self._patching("/v1/application-patching-processes/recent/details", token, [], LIST_RECENT_ATTEMPTS, response_id)

    # https://help.eset.com/eset_connect/en-US/patching_v1_patching-process-details_get.html
    def attempts(self, token: Secret, *, start: str = "", page_token: str = "", response_id: str = "") -> Reply:
        """From `start` on; empty: any time."""
        params = [*([("timePeriod.startTime", start)] if start else []), *_paging(page_token, PAGE_SIZE)]
        return self._patching("/v1/patching-process-details", token, params, LIST_ATTEMPTS, response_id)

    # https://help.eset.com/eset_connect/en-US/device_patches_v1_device-patches_get.html
    def patches(self, token: Secret, *, page_token: str = "", response_id: str = "") -> Reply:
        params = _paging(page_token, PAGE_SIZE)
        return self._patching("/v1/device-patches", token, params, LIST_PATCHES, response_id)

    def _patching(self, path: str, token: Secret, params: Params, operation: str, response_id: str) -> Reply:
        url = self._base("patch-management") + path
        accept = (*DECIDED_LATER, 501)
        return self._send("GET", url, operation=operation, params=params, token=token, response_id=response_id, accept=accept)

    def _get(self, path: str, token: Secret, params: Params, *, operation: str, response_id: str) -> Reply:
        url = self._base("device-management") + path
        return self._send("GET", url, operation=operation, params=params, token=token, response_id=response_id)

    def _base(self, service: str) -> str:
        return self._url.replace("{region}", quote(self._region)).replace("{service}", service)

    def _send(
        self,
        method: str,
        url: str,
        *,
        operation: str,
        params: Params = (),
        form: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        token: Secret | None = None,
        response_id: str = "",
        accept: Sequence[int] = DECIDED_LATER,
    ) -> Reply:
        headers = {"authorization": f"Bearer {token.reveal()}"} if token else {}
        if response_id:
            headers["response-id"] = response_id
        answer = self._gateway.send(method, url, operation=operation, params=params, headers=headers, form=form, json=json, accept=accept)
        return Reply(
            answer.status,
            answer.body,
            answer.headers.get("response-id", ""),
            answer.request_id,
            operation,
        )


def _paging(page_token: str, page_size: int) -> list[tuple[str, str]]:
    size = [("pageSize", str(page_size))]
    return [*size, ("pageToken", page_token)] if page_token else size
