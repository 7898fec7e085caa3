from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy

from vendors.states import Family, State


class Life(models.TextChoices):
    """Presence. Missing: not in the last full sync. Removed: not in two, at least a day apart."""

    SEEN = "seen", gettext_lazy("Reported")
    MISSING = "missing", gettext_lazy("Missing")
    GONE = "gone", gettext_lazy("Removed")
    RETIRED = "retired", gettext_lazy("Retired")


# The worst first. The index `device_by_rank` is over exactly this expression.
RANKS = {State.CRITICAL: 0, State.ATTENTION: 1, State.UNKNOWN: 2, State.OK: 3}
RANK_SQL = "(CASE state WHEN 'critical' THEN 0 WHEN 'attention' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END)"
NEVER = datetime(1900, 1, 1, tzinfo=UTC)  # a check-in before all plausible times, so that an index has no nulls to order


class Device(models.Model):
    """A machine as Rollcall shows it, made of sightings. Its columns are a summary that only devices/reconciliation/summary.py writes."""

    name = models.CharField(max_length=255, blank=True)
    serial = models.CharField(max_length=255, blank=True)
    user = models.CharField(max_length=255, blank=True)
    os_name = models.CharField(max_length=255, blank=True)
    os_family = models.CharField(max_length=10, default=Family.UNKNOWN, choices=[(f.value, f.label) for f in Family])
    os_release = models.CharField(max_length=60, blank=True, db_default="", help_text="Windows 11, macOS 26 …; empty: not known")
    os_short = models.CharField(max_length=60, blank=True, db_default="", help_text="Windows 11 Pro 23H2; empty: not read yet")
    model = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, default=State.UNKNOWN, choices=[(s.value, s.label) for s in State])
    life = models.CharField(max_length=10, default=Life.SEEN, choices=Life)
    silenced = models.BooleanField(default=False)
    vendors = ArrayField(models.CharField(max_length=20), default=list)
    issue_count = models.PositiveIntegerField(default=0)
    disagrees = ArrayField(
        models.CharField(max_length=20), default=list, db_default=[], help_text="fields on which fresh vendors contradict each other"
    )
    haystack = models.TextField(blank=True, help_text="folded lines that parts of names are searched in (search_text.py)")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="device_by_name"),
            models.Index(fields=["state", "name", "id"], name="device_by_state"),
            models.Index(fields=["user", "id"], name="device_by_user"),
            models.Index(fields=["serial", "id"], name="device_by_serial"),
            models.Index(fields=["os_name", "name", "id"], name="device_by_os"),
            models.Index(fields=["os_release", "name", "id"], condition=~models.Q(os_release=""), name="device_by_release"),
            models.Index(fields=["issue_count", "name", "id"], name="device_by_issues"),
            models.Index(fields=["life", "name", "id"], condition=~models.Q(life=Life.SEEN), name="device_not_seen"),
            # Coverage reads the ids of all of them, and the table itself is wide.
            models.Index(fields=["id"], condition=models.Q(life__in=[Life.SEEN, Life.MISSING]), name="device_current"),
            # What daily counts read of each device in a group.
            models.Index(
                fields=["id"],
                include=["state", "life", "vendors", "created_at"],
                condition=models.Q(life__in=[Life.SEEN, Life.MISSING]),
                name="device_daily",
            ),
            # The few values that tiles and filters count by: read alone, it is a fraction of the table.
            models.Index(fields=["life", "state", "silenced", "os_family", "vendors"], name="device_tally"),
            GinIndex(fields=["disagrees"], name="device_disagrees", condition=~models.Q(disagrees=[])),
            GinIndex(OpClass("haystack", name="gin_trgm_ops"), name="device_haystack"),
        ]
        permissions = [
            ("export_device", "Can export devices"),
            ("view_raw", "Can read a vendor's raw answer"),
            ("ask_device", "Can ask the vendors about one device now"),
        ]

    def __str__(self) -> str:
        return self.name or f"device {self.pk}"


class CheckIn(models.Model):
    """Last check-in of a device: the newest plausible time of all its records, or NEVER.

    It moves at every sync, and a list is sorted by it: so it has its own narrow table, and neither the wide row of a device nor the pulses
    need an index on it. Only devices/reconciliation/last_contact.py writes it.
    """

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="check_in")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at", "device"], name="check_in_by_time")]
