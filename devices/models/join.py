from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from devices.models.device import Device
from devices.models.sighting import Sighting


class Join(models.Model):
    """Why a sighting is on its device, and why not on another. Only for sightings that share a key with another one.

    `evidence` and `near`: see devices/matching/explanations.py, MatchReason. Written by devices/matching/apply.py only.
    """

    sighting = models.OneToOneField(Sighting, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    kind = models.CharField(max_length=20, blank=True, help_text="kind of the best evidence; empty: it is joined to nothing")
    key = models.CharField(max_length=255, blank=True)
    partner_id = models.BigIntegerField(null=True, help_text="the sighting that has the same key")
    weak = models.BooleanField(default=False, help_text="rests on the hostname and the user only")
    evidence = models.JSONField(default=list, help_text="[rule, own value, the other's value] of the pair, strongest first")
    near = models.JSONField(default=list)
    timed = models.BooleanField(default=False, help_text="rests on two records being in contact at the same time")
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sighting"], condition=models.Q(weak=True), name="join_weak"),
            models.Index(fields=["sighting"], condition=models.Q(timed=True), name="join_timed"),
        ]


class PossibleDuplicate(models.Model):
    """Two records on different devices that may be one machine: a user decides. Written by devices/matching/apply.py only.

    No foreign key constraint, as for Join; `first` is the lower id.
    """

    first = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    second = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    total = models.SmallIntegerField(help_text="sum of the weights of the evidence")
    evidence = models.JSONField(default=list, help_text="as of Join, seen from `first`")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_possible_duplicate_per_pair")]
        indexes = [models.Index(fields=["total", "id"], name="possible_by_total")]


class NamingScheme(models.Model):
    """A pattern that many hostnames of this fleet follow. Written by devices/matching/naming_schemes.py only."""

    pattern = models.CharField(max_length=255, primary_key=True)


class Ruling(models.Model):
    """A user's override: two sightings are one machine, or are not. It outranks every key until it is removed.

    One decision about two devices is an override of each pair of their records: `decision` has the same value in all of them.
    """

    first = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="+")
    decision = models.UUIDField(default=uuid.uuid4)
    together = models.BooleanField()
    reason = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], condition=models.Q(ended_at=None), name="one_ruling_per_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="ruling_pair_in_order"),
        ]
        permissions = [("link_device", "Can link and unlink devices")]


class FormerDevice(models.Model):
    """The id of a device that became part of another one, so that old addresses still lead somewhere.

    `anchor_id` is its oldest sighting then: when that leaves again, the device gets its old id back.
    """

    id = models.BigIntegerField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="former")
    anchor_id = models.BigIntegerField()


class MatchUpgrade(models.Model):
    """A version of the matching rules and how far the stored records were read and matched again by it (devices/sync/upgrade.py)."""

    version = models.IntegerField(primary_key=True)
    last = models.BigIntegerField(default=0, help_text="highest sighting id that was read")
    device = models.BigIntegerField(null=True, help_text="highest device id that was matched; null: records are still being read")
    moved = models.IntegerField(default=0, help_text="records that moved to another device")
    done_at = models.DateTimeField(null=True)
