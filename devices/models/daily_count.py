from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce

from devices.models.account import Account


class DailyCount(models.Model):
    """A number of one day: devices, issues, attempts or changes with one status. A worker keeps it (devices/trends/rollup.py).

    `vendor` "": all vendors; `group` "": all devices. Both are stored as rows of their own and never summed: a device can have several
    vendors and be in several groups. `account`: of one vendor account alone.
    """

    day = models.DateField(help_text="in the time zone of this installation")
    measure = models.CharField(max_length=10, help_text="one of devices/trends/measures.py")
    vendor = models.CharField(max_length=20, blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    group = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=255)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("measure", "group", "vendor", "day", "status", Coalesce("account", 0), name="one_daily_count")
        ]
        indexes = [
            models.Index(fields=["day", "measure"], name="daily_count_by_day"),
            models.Index(fields=["account"], condition=models.Q(account__isnull=False), name="daily_count_by_account"),
        ]


class CountedDay(models.Model):
    """A day of which the numbers were counted, the last time at `counted_at`, in so many `seconds`. A day without a row is a gap."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()
    seconds = models.FloatField()
