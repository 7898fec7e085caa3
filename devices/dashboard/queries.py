"""The numbers of the dashboard and its headline. Each number is counted with the filter that its link opens, so that both are equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from devices.account_status.data_sources import Completeness, DataSources
from devices.device_list.filters import TROUBLE, DeviceFilters
from devices.models import Device, Life
from vendors.registry import VENDORS
from vendors.states import State

ORDER = (State.CRITICAL, State.ATTENTION, State.UNKNOWN, State.OK)


@dataclass(frozen=True, slots=True)
class LinkedNumber:
    """A count and the filter that makes it up."""

    filters: DeviceFilters
    count: int
    label: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class VendorCounts:
    slug: str
    label: str
    total: LinkedNumber
    states: list[LinkedNumber]


@dataclass(frozen=True, slots=True)
class Tiles:
    total: LinkedNumber
    trouble: LinkedNumber
    states: list[LinkedNumber]
    missing: LinkedNumber
    gone: LinkedNumber
    retired: LinkedNumber
    vendors: list[VendorCounts]

    @property
    def unknown(self) -> int:
        return next(each.count for each in self.states if each.state == State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Headline:
    """The heading of the dashboard, how complete the data is, and the list that the heading opens, if any."""

    title: str
    note: str
    filters: DeviceFilters | None = None


def tiles(vendors: Sequence[str]) -> Tiles:
    """One query. `vendors`: slugs of the vendors that have an account."""
    wanted = [
        DeviceFilters(),
        DeviceFilters(state=TROUBLE),
        DeviceFilters(life=Life.MISSING),
        DeviceFilters(life=Life.GONE),
        DeviceFilters(life=Life.RETIRED),
    ]
    wanted += [DeviceFilters(state=state) for state in ORDER]
    for vendor in vendors:
        wanted += [DeviceFilters(vendor=vendor), *(DeviceFilters(vendor=vendor, state=state) for state in ORDER)]
    names = {f"n{position}": filters for position, filters in enumerate(wanted)}
    # Grouped first: what the filters compare has a few dozen values, so each condition is put to those and not to every device.
    groups = Device.objects.order_by().values("state", "life", "vendors").annotate(devices=Count("pk"))
    counts = groups.aggregate(**{name: Sum("devices", filter=filters.condition(), default=0) for name, filters in names.items()})
    count = {filters: counts[name] for name, filters in names.items()}

    def number(filters: DeviceFilters, label: str = "") -> LinkedNumber:
        return LinkedNumber(filters, count[filters], label, filters.state)

    def states(vendor: str = "") -> list[LinkedNumber]:
        return [number(DeviceFilters(vendor=vendor, state=state), gettext(state.label)) for state in ORDER]

    return Tiles(
        total=number(DeviceFilters()),
        trouble=number(DeviceFilters(state=TROUBLE)),
        states=states(),
        missing=number(DeviceFilters(life=Life.MISSING)),
        gone=number(DeviceFilters(life=Life.GONE)),
        retired=number(DeviceFilters(life=Life.RETIRED)),
        vendors=[
            VendorCounts(slug, VENDORS[slug].label, number(DeviceFilters(vendor=slug)), states(slug)) for slug in vendors if slug in VENDORS
        ],
    )


def headline(numbers: Tiles, sources: DataSources) -> Headline:
    """No query."""
    if numbers.total.count == 0:
        return _without_devices(sources)
    note = _completeness(sources)
    if numbers.trouble.count:
        title = ngettext(
            "Attention required: %(trouble)s of %(total)s device", "Attention required: %(trouble)s of %(total)s devices", numbers.total.count
        )
        title %= {"trouble": _number(numbers.trouble.count), "total": _number(numbers.total.count)}
        return Headline(title, note, numbers.trouble.filters)
    if numbers.unknown == 0:
        return Headline(_counted(ngettext("%(number)s device OK", "All %(number)s devices OK", numbers.total.count), numbers.total.count), note)
    if numbers.unknown == numbers.total.count:
        title = ngettext("%(number)s device with unknown status", "All %(number)s devices with unknown status", numbers.unknown)
    else:
        title = ngettext("No warnings, %(number)s device with unknown status", "No warnings, %(number)s devices with unknown status", numbers.unknown)
    return Headline(_counted(title, numbers.unknown), note)


def _without_devices(sources: DataSources) -> Headline:
    match sources.coverage:
        case Completeness.LOADING:
            return Headline(gettext("First sync running"), f"{_synced(sources)} {gettext('Devices appear here as they arrive.')}")
        case Completeness.ERROR:
            return Headline(gettext("No devices synced"), gettext("No account has completed a full sync. The reason is next to each account."))
        case Completeness.PARTIAL:
            return Headline(gettext("No devices yet"), gettext("Not all vendor accounts are up to date."))
        case Completeness.DISABLED:
            return Headline(gettext("No enabled vendor account"), gettext("Enable an account to sync its devices."))
        case Completeness.NEVER:
            return Headline(gettext("First sync pending"), gettext("It starts within a minute if a worker is running."))
        case Completeness.NO_ACCOUNT:
            return Headline(gettext("Welcome to Rollcall"), gettext("Device status from all your vendors in one place."))
        case Completeness.COMPLETE:
            return Headline(gettext("No devices"), gettext("All full syncs completed, and the vendors report no devices."))


def _completeness(sources: DataSources) -> str:
    match sources.coverage:
        case Completeness.LOADING:
            return f"{gettext('First sync running.')} {_synced(sources)}"
        case Completeness.ERROR | Completeness.NEVER:
            return gettext("No account has completed a full sync; more devices may exist.")
        case Completeness.PARTIAL:
            names = ", ".join(each.name for each in sources.doubtful)
            return gettext("Partial data. Not up to date: %(accounts)s.") % {"accounts": names}
        case Completeness.DISABLED | Completeness.NO_ACCOUNT:
            return gettext("No vendor account is enabled. Showing last known data.")
        case Completeness.COMPLETE:
            return gettext("All enabled vendor accounts are up to date.")


def _synced(sources: DataSources) -> str:
    values = {"number": _number(len(sources.complete)), "total": _number(len(sources.enabled))}
    return ngettext("%(number)s of %(total)s account synced.", "%(number)s of %(total)s accounts synced.", len(sources.enabled)) % values


def _counted(text: str, number: int) -> str:
    return text % {"number": _number(number)}


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)
