"""Account cards of the device page: one for each enabled vendor account, also where it does not report the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.account_status.status import AccountStatus
from devices.coverage.queries import device_coverage
from devices.coverage.states import CoverageState
from devices.device_detail.queries import DeviceDetail, SourceView, vendor_order

MOST = 8  # two lines of a screen; an installation with more accounts has a tenant for each customer


@dataclass(frozen=True, slots=True)
class DeviceAccount:
    """`view`: the account's current record of the device, None where it has none. `records`: how many it has.

    `cover`: None where it is not measured, because the account is disabled or the device is removed or retired.
    """

    status: AccountStatus
    cover: CoverageState | None
    view: SourceView | None
    records: int

    @property
    def reported(self) -> bool:
        return self.view is not None and self.view.sighting.present

    @property
    def counted(self) -> bool:
        return self.view is not None and self.view.counted

    @property
    def enrolls(self) -> bool:
        """An installer would close the gap."""
        return self.cover in (CoverageState.MISSING, CoverageState.PENDING)


@dataclass(frozen=True, slots=True)
class AccountCards:
    """`rest`: the accounts that do not report the device, where there are too many for the first screen."""

    shown: list[DeviceAccount]
    rest: list[DeviceAccount]

    @property
    def gap(self) -> bool:
        return any(card.enrolls for card in (*self.shown, *self.rest))


def account_cards(found: DeviceDetail, known: Sequence[AccountStatus]) -> AccountCards:
    """In the order of vendors. `known`: the statuses of all accounts. One query."""
    covers = {each.pk: cover for each, cover in device_coverage(found.device.pk, [each for each in known if each.enabled])}
    views: dict[int, list[SourceView]] = {}
    for view in sorted(found.views, key=_currency):
        views.setdefault(view.sighting.account_id, []).append(view)
    cards = [_card(each, covers.get(each.pk), views.get(each.pk, [])) for each in known if each.pk in covers or each.pk in views]
    cards.sort(key=lambda card: (vendor_order(card.status.vendor), card.status.vendor, card.status.name))
    if len(cards) <= MOST:
        return AccountCards(cards, [])
    first = sorted(cards, key=lambda card: card.view is None)  # stable: the order of vendors stays
    room = max(MOST, sum(card.view is not None for card in cards))
    return AccountCards(first[:room], first[room:])


def _currency(view: SourceView) -> tuple[bool, bool]:
    """The record first that coverage and status use."""
    return not view.sighting.present, bool(view.sighting.superseded)


def _card(status: AccountStatus, cover: CoverageState | None, views: list[SourceView]) -> DeviceAccount:
    return DeviceAccount(status, cover, views[0] if views else None, len(views))
