"""A connection on which something happens before or after a call: a worker dies, or another one comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devices.models import VendorJob
from installers.orders.connection import InstallerJobConnection
from vendors.installer_api import InstallerOrder, InstallerPage, MakesInstallers

Happens = Callable[[str], None]
CONNECT, MAKE, LIST = "connect", "make", "list"


class Killed(BaseException):
    """The process ends here: no handler runs."""


def die(at: str) -> Happens:
    def happens(call: str) -> None:
        if call == at:
            raise Killed

    return happens


def nothing(_call: str) -> None:
    """As on every other day."""


class Between(InstallerJobConnection):
    def __init__(self, *, before: Happens = nothing, after: Happens = nothing) -> None:
        super().__init__()
        self._before, self._after = before, after

    def maker(self, job: VendorJob) -> MakesInstallers:
        self._before(CONNECT)
        return _Maker(super().maker(job), self._before, self._after)


class _Maker:
    def __init__(self, real: MakesInstallers, before: Happens, after: Happens) -> None:
        self._real, self._before, self._after = real, before, after

    def make_installer(self, order: InstallerOrder, cursor: dict[str, Any] | None) -> InstallerPage:
        self._before(MAKE)
        turn = self._real.make_installer(order, cursor)
        self._after(MAKE)
        return turn

    def list_installers(self, cursor: dict[str, Any] | None) -> InstallerPage:
        self._before(LIST)
        turn = self._real.list_installers(cursor)
        self._after(LIST)
        return turn

    def read_installer(self, external_id: str, cursor: dict[str, Any] | None) -> InstallerPage:
        return self._real.read_installer(external_id, cursor)

    def delete_installer(self, external_id: str, cursor: dict[str, Any] | None) -> InstallerPage:
        return self._real.delete_installer(external_id, cursor)
