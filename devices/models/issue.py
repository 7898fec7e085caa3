from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce

from devices.models.account import Account
from devices.models.sighting import Sighting


class Problem(models.Model):
    """Issues of one account with the same title and severity; `title` without the number that a vendor counts (vendors/stored_titles.py).

    Triggers keep `number` and `muted`: the issues that are listed, without and with those that the vendor has muted.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    vendor = models.CharField(max_length=20)
    title = models.CharField(max_length=512)
    state = models.CharField(max_length=10)
    number = models.IntegerField(default=0, db_default=0)
    muted = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "title", "state"], name="one_problem_per_title")]


class Issue(models.Model):
    """An issue of a device that one vendor reports. `first_seen_at` is Rollcall's, `since` the vendor's where it reports one.

    A trigger sets `problem` and, of a new row, `listed`: its record and its device are listed. summary.py keeps `listed`.
    """

    pk = models.CompositePrimaryKey("sighting_id", "key")
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="issues", db_constraint=False, db_index=False)
    key = models.CharField(max_length=255)
    title = models.CharField(max_length=512)
    state = models.CharField(max_length=10)
    raw = models.CharField(max_length=255, blank=True)
    since = models.DateTimeField(null=True)
    silenced = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
    problem = models.ForeignKey(Problem, null=True, on_delete=models.DO_NOTHING, related_name="issues", db_constraint=False, db_index=False)
    listed = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index("problem", "listed", Coalesce("since", "first_seen_at"), "sighting_id", "key", name="issue_of_problem"),
        ]
