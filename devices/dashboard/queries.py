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
    total, trouble, unknown = numbers.total.count, numbers.trouble.count, numbers.unknown
    if total == 0:
        return _without_devices(sources)
    note = _completeness(sources)
    filters: DeviceFilters | None = None
    if trouble:
        filters = numbers.trouble.filters
        title = ngettext(
            "Attention required: %(trouble)s of %(total)s device",
            "Attention required: %(trouble)s of %(total)s devices",
            total,
        )
    elif unknown == 0:
        title = ngettext("%(total)s device OK", "All %(total)s devices OK", total)
    elif unknown == total:
        title = ngettext("%(total)s device with unknown status", "All %(total)s devices with unknown status", total)
    else:
        title = ngettext(
            "No warnings, %(unknown)s device with unknown status", "No warnings, %(unknown)s devices with unknown status", unknown
        )
    return Headline(title % {"total": _number(total), "trouble": _number(trouble), "unknown": _number(unknown)}, note, filters)


def _without_devices(sources: DataSources) -> Headline:
    arriving = gettext("Devices appear here as they arrive.")
    texts = {
        Completeness.NO_ACCOUNT: (gettext("Welcome to Rollcall"), gettext("Device status from all your vendors in one place.")),
        Completeness.DISABLED: (gettext("No enabled vendor account"), gettext("Enable an account to sync its devices.")),
        Completeness.NEVER: (gettext("First sync pending"), gettext("It starts within a minute if a worker is running.")),
        Completeness.LOADING: (gettext("First sync running"), f"{_synced(sources)} {arriving}"),
        Completeness.ERROR: (gettext("No devices synced"), gettext("No account has completed a full sync. The reasons are below.")),
        Completeness.PARTIAL: (gettext("No devices yet"), gettext("Not all vendor accounts are up to date.")),
        Completeness.COMPLETE: (gettext("No devices"), gettext("All full syncs completed, and the vendors report no devices.")),
    }
    return Headline(*texts[sources.coverage])


def _completeness(sources: DataSources) -> str:
    partial = gettext("Partial data. Not up to date: %(accounts)s.") % {"accounts": ", ".join(each.name for each in sources.doubtful)}
    never = gettext("No account has completed a full sync; more devices may exist.")
    disabled = gettext("No vendor account is enabled. The last synced data is shown.")
    running = gettext("First sync running.")
    texts = {
        Completeness.NO_ACCOUNT: disabled,
        Completeness.DISABLED: disabled,
        Completeness.NEVER: never,
        Completeness.LOADING: f"{running} {_synced(sources)}",
        Completeness.ERROR: never,
        Completeness.PARTIAL: partial,
        Completeness.COMPLETE: gettext("All enabled vendor accounts are up to date."),
    }
    return texts[sources.coverage]


def _synced(sources: DataSources) -> str:
    values = {"number": _number(len(sources.complete)), "total": _number(len(sources.enabled))}
    return ngettext("%(number)s of %(total)s account synced.", "%(number)s of %(total)s accounts synced.", len(sources.enabled)) % values


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)
