"""Installers for several coverage gaps at once: which installer fits which gap, which must be created first, and why a gap gets none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import get_language, gettext

from devices.account_status.status import AccountStatus, by_pk, statuses
from devices.audit.context import AuditContext
from devices.coverage.queries import CoverageQuery
from devices.coverage.states import CoverageState
from devices.errors import ActionRefused
from devices.lists.ids import read_id
from devices.models import Device, FormerDevice, User
from installers.models import Installer
from installers.orders import services
from installers.orders.requests import InstallerRequest
from installers.register.queries import visible
from installers.register.recommendations import ready, refusal_of
from installers.register.status_text import status_text
from vendors.registry import VENDORS
from vendors.states import Family

MOST = 100  # gaps at once
Gap = tuple[int, int]  # ids of device and account


@dataclass(frozen=True, slots=True)
class GapInstaller:
    """A gap that can be closed. `installer` None: one must be created first; it may also be under way."""

    device: Device
    status: AccountStatus
    family: Family
    installer: Installer | None = None

    @property
    def kind(self) -> tuple[int, Family]:
        """Gaps with the same account and operating system share an installer."""
        return self.status.pk, self.family

    @property
    def waiting(self) -> bool:
        return self.installer is not None and self.installer.undecided


@dataclass(frozen=True, slots=True)
class RefusedGap:
    """A gap without an installer, and why. `device`: its name."""

    device: str
    account: str
    reason: str


@dataclass(frozen=True, slots=True)
class GapPlan:
    fitting: Sequence[GapInstaller] = ()
    refused: Sequence[RefusedGap] = ()

    @property
    def to_create(self) -> list[GapInstaller]:
        """One for each installer that must be created."""
        return list({each.kind: each for each in self.fitting if each.installer is None}.values())

    @property
    def waiting(self) -> list[GapInstaller]:
        """One for each installer that is under way."""
        return list({each.kind: each for each in self.fitting if each.waiting}.values())

    @property
    def kinds(self) -> list[tuple[GapInstaller, int]]:
        """One for each installer, with its number of devices."""
        numbers: dict[tuple[int, Family], int] = {}
        for each in self.fitting:
            numbers[each.kind] = numbers.get(each.kind, 0) + 1
        return [(each, numbers[kind]) for kind, each in {each.kind: each for each in self.fitting}.items()]


def read_gaps(texts: Iterable[str]) -> list[Gap]:
    """`12-3`: device 12 at account 3. All else is ignored."""
    pairs = [text.partition("-") for text in texts]
    found = [(device, account) for one, _, other in pairs if (device := read_id(one)) and (account := read_id(other))]
    return list(dict.fromkeys(found))


def plan(gaps: Sequence[Gap], user: User, *, now: datetime, key: uuid.UUID | None = None) -> GapPlan:
    """In the order of `gaps`. `key`: of the form, whose own installers may be under way. Eight queries at most."""
    facts = _Facts(gaps, user, now, key)
    found = [facts.judged(*gap) for gap in gaps]
    return GapPlan([each for each in found if isinstance(each, GapInstaller)], [each for each in found if isinstance(each, RefusedGap)])


def create_missing(planned: GapPlan, *, key: uuid.UUID, name: str, act: AuditContext) -> GapPlan:
    """Order an installer for each account and operating system without one; the same form again orders none twice."""
    made: dict[tuple[int, Family], Installer | str] = {}
    for each in planned.to_create:
        try:
            wish = InstallerRequest(purpose=name, family=each.family.value, language=_language(each.status.vendor))
            made[each.kind] = services.order(each.status.account, key=_request_key(key, *each.kind), wish=wish, act=act)
        except ActionRefused as refused:
            if refused.field == "purpose":
                raise
            made[each.kind] = refused.sentence
    fitting, refused_gaps = [], list(planned.refused)
    for each in planned.fitting:
        installer = made.get(each.kind, each.installer)
        if isinstance(installer, str):
            refused_gaps.append(RefusedGap(str(each.device), each.status.name, installer))
        else:
            fitting.append(GapInstaller(each.device, each.status, each.family, installer))
    return GapPlan(fitting, refused_gaps)


def without_waiting(planned: GapPlan) -> GapPlan:
    """What can be done now; the gaps whose installer is under way are refused."""
    text = gettext("Its installer is not ready yet.")
    late = [RefusedGap(str(each.device), each.status.name, text) for each in planned.fitting if each.waiting]
    return GapPlan([each for each in planned.fitting if not each.waiting], [*planned.refused, *late])


@dataclass
class _Facts:
    """What decides about the gaps, read once for all of them."""

    gaps: Sequence[Gap]
    user: User
    now: datetime
    key: uuid.UUID | None
    devices: Mapping[int, Device] = field(init=False)
    accounts: Mapping[int, AccountStatus] = field(init=False)
    states: Mapping[Gap, CoverageState] = field(init=False)
    usable: Sequence[Installer] = field(init=False)
    own: Mapping[uuid.UUID, Installer] = field(init=False)

    def __post_init__(self) -> None:
        wanted = [device for device, _ in self.gaps]
        former = dict(FormerDevice.objects.filter(pk__in=wanted).values_list("pk", "device_id"))
        found = Device.objects.in_bulk([former.get(pk, pk) for pk in wanted])
        self.devices = {pk: found[now_called] for pk in wanted if (now_called := former.get(pk, pk)) in found}
        known, chosen = by_pk(statuses(self.now)), {account for _, account in self.gaps}
        self.accounts = {pk: each for pk, each in known.items() if pk in chosen}
        query = CoverageQuery(list(self.accounts.values()), devices=[each.pk for each in found.values()])
        self.states = {(device, account): cover for device, account, cover in query.rows()} if self.accounts else {}
        self.usable = ready(self.user, list(self.accounts), self.now)
        keys = [_request_key(self.key, pk, family) for pk in self.accounts for family in Family] if self.key else []
        self.own = {each.request_key: each for each in visible(self.user).filter(request_key__in=keys)} if keys else {}  # type: ignore[misc]  # not null

    def judged(self, device: int, account: int) -> GapInstaller | RefusedGap:
        machine, status = self.devices.get(device), self.accounts.get(account)
        if machine is None or status is None:
            number = str(machine) if machine else gettext("Device %(number)s") % {"number": device}
            return RefusedGap(number, status.name if status else "", gettext("The device or vendor account no longer exists."))
        family = Family.known(machine.os_family)
        if reason := self._refusal(machine, status, family):
            return RefusedGap(str(machine), status.name, reason)
        installer = next((each for each in self.usable if (each.account_id, each.family) == (account, family.value)), None)
        if installer is None and self.key:
            installer = self.own.get(_request_key(self.key, account, family))
        if installer is not None and not installer.undecided and installer not in self.usable:
            return RefusedGap(str(machine), status.name, status_text(installer, now=self.now).sentence)
        if installer is None and (reason := self._no_order(status, family)):
            return RefusedGap(str(machine), status.name, reason)
        return GapInstaller(machine, status, family, installer)

    def _refusal(self, machine: Device, status: AccountStatus, family: Family) -> str:
        if not status.makes_installers:
            return gettext("%(vendor)s has no installers. Enroll this device in the vendor's console.") % {"vendor": status.vendor_label}
        cover = self.states.get((machine.pk, status.pk))
        if cover is None:
            return gettext("The device is removed or retired.")
        if cover == CoverageState.UNKNOWN:
            return gettext("Can't confirm that it is missing there.")
        if not cover.is_gap:
            return gettext("%(account)s now reports this device.") % {"account": status.name}
        if family == Family.UNKNOWN:
            return gettext("Its operating system is unknown. Choose an installer on its page.")
        return refusal_of(status.vendor, family)

    def _no_order(self, status: AccountStatus, family: Family) -> str:
        """Why no installer can be created for the gap; "" where the user may."""
        if not self.user.has_perm("installers.create_installer"):
            text = gettext("No installer for %(os)s is available. Ask IT staff to create one.")
            return text % {"os": gettext(family.label)}
        if not status.enabled:
            return gettext("The vendor account %(account)s is disabled. Enable it first.") % {"account": status.name}
        return ""


def _request_key(key: uuid.UUID, account: int, family: Family) -> uuid.UUID:
    return uuid.uuid5(key, f"{account}:{family.value}")


def _language(vendor: str) -> str:
    """That of the user where the vendor has it, else the vendor's default."""
    offer = VENDORS[vendor].installers()
    wanted = (get_language() or "").lower().partition("-")[0]
    codes = [offer.fallback, *(code for code, _ in offer.languages)]
    return next((code for code in codes if code.partition("-")[0] == wanted), offer.fallback)
