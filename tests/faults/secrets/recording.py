"""A browser that keeps every answer that it is given, but for those that reveal a secret on purpose."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from tests.faults.secrets.places import Places
from tests.faults.serving import Browser, Server

SESSION_COOKIES = ("rollcall_sid", "__Host-sid")
EXPORTS = (".csv", ".jsonl", ".xlsx")


class RecordingBrowser(Browser):
    def __init__(self, server: Server, places: Places) -> None:
        super().__init__(server.url)
        self._places = places
        self.keys: set[str] = set()  # of its sessions

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> httpx.Response:
        return self._kept(path, super().get(path, headers=headers))

    def post(self, path: str, *, fragment: bool = False, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        return self._kept(path, super().post(path, fragment=fragment, headers=headers, **fields))

    def fill_in(self, path: str, fields: Mapping[str, str], *, fragment: bool = False) -> httpx.Response:
        return self.post(path, fragment=fragment, headers=None, **fields)

    def revealing(self, path: str, **fields: str) -> httpx.Response:
        """A form whose answer shows a secret to the user who requested it."""
        return super().post(path, fragment=False, headers=None, **fields)

    def _kept(self, path: str, answer: httpx.Response) -> httpx.Response:
        self.keys |= {cookie.value or "" for cookie in self._client.cookies.jar if cookie.name in SESSION_COOKIES}
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "set-cookie"]
        self._places.answered(kind_of(path, answer.status_code), f"{answer.status_code} {path}", f"{headers} {answer.text}")
        return answer


def kind_of(path: str, status: int) -> str:
    if status >= 400:
        return "error pages"
    if path.partition("?")[0].endswith(EXPORTS):
        return "exports"
    return "raw answers" if "/raw/" in path else "pages"
