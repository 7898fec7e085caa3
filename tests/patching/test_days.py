"""The day of an attempt: as it is stored, whatever the time zone of the user."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from devices.trends.days import day_of
from patching.lists.counts import number
from patching.lists.filters import AttemptFilters
from patching.lists.titles import SHAPE, every_title
from patching.pages.chart import attempt_chart, tried
from tests.devices import rows as shown
from tests.patching import rows as made

pytestmark = pytest.mark.django_db


@pytest.mark.fault("F38")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # 14 hours ahead of UTC, 11 hours behind
def test_periods_and_the_chart_do_not_depend_on_the_time_zone_of_the_user(zone: str) -> None:
    account, now = shown.account("eset-main", "eset"), timezone.now()
    for days in (0, 1, 29, 30):
        made.attempt(account, "Zoom", "failed", days=days)
    with timezone.override(ZoneInfo(zone)):
        drawn = attempt_chart(tried(AttemptFilters(), now=now), now=now).chart
        counts = [number(AttemptFilters(period=period), now=now).count for period in ("1", "3", "30")]
        (title,) = every_title(SHAPE.at_first, now=now)
    assert [row.total.value for row in drawn.rows] == [1, 1, *[0] * 27, 1] and drawn.days[-1] == day_of(now)
    assert counts == [1, 2, 3] and title.tried == 3
