from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from devices.models.account import Account
from devices.models.device import Device, Life
from vendors.facts import FactName
from vendors.states import Enrolment, Family, State

# Listed, but stale, muted or not managed.
UNUSUAL = models.Q(life=Life.SEEN) & (
    models.Q(stale=True) | models.Q(silenced=True) | models.Q(enrolment__in=[Enrolment.PENDING, Enrolment.FAILED])
)


class Sighting(models.Model):
    """One vendor's latest view of one device. `digest` shows whether a record changed without reading it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sightings", db_index=False)
    external_id = models.CharField(max_length=128)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="sightings", db_index=False)
    vendor = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=16)
    name = models.CharField(max_length=255, blank=True)
    serial = models.CharField(max_length=255, blank=True)
    user = models.CharField(max_length=255, blank=True)
    os_name = models.CharField(max_length=255, blank=True)
    os_family = models.CharField(max_length=10, default=Family.UNKNOWN)
    os_release = models.CharField(max_length=60, blank=True, db_default="", help_text="as operating_systems.py names it")
    os_short = models.CharField(
        max_length=60, blank=True, db_default="", help_text="release, edition and update, as operating_systems.py names them"
    )
    model = models.CharField(max_length=255, blank=True)
    manufacturer = models.CharField(max_length=255, blank=True)
    group_id = models.CharField(max_length=255, blank=True)
    group_name = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, default=State.UNKNOWN)
    state_raw = models.CharField(max_length=255, blank=True)
    enrolment = models.CharField(max_length=10, default=Enrolment.UNKNOWN)
    silenced = models.BooleanField(default=False)
    problem_count = models.IntegerField(default=0)
    link = models.CharField(max_length=255, blank=True)
    produced_at = models.DateTimeField(null=True, help_text="when the vendor made this data")
    changed_at = models.DateTimeField(help_text="when an answer last differed from the one before")
    created_at = models.DateTimeField()
    life = models.CharField(max_length=10, default=Life.SEEN, choices=Life)
    missing_since = models.DateTimeField(null=True)
    stale = models.BooleanField(default=False, help_text="last seen longer ago than the vendor's threshold: not counted in the state")
    superseded = models.BooleanField(
        null=True, help_text="whether another listed record of the same account has the newer contact; null: there is no other"
    )
    quiet_since = models.DateTimeField(
        null=True, help_text="when a stale device was last seen: the pulse's time, kept where it has an order"
    )
    key_kinds = models.SmallIntegerField(db_default=0, help_text="matching.kinds_mask of its identifiers that are not junk")
    search_text = models.TextField(blank=True, db_default="", help_text="folded lines that parts of names are searched in (search_text.py)")
    raw = models.JSONField()
    repairs = models.JSONField(null=True, help_text="[field, fault] of what was mended or left out; null: nothing was")
    facts = models.JSONField(null=True, help_text="values by FactName (vendors/facts.py); null: not read yet")
    fact_keys = ArrayField(models.TextField(), null=True, help_text="what filters compare (devices/facts/keys.py)")
    license_ends = models.DateField(null=True, help_text="of its facts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="one_sighting_per_id")]
        indexes = [
            GinIndex(fields=["fact_keys"], name="sighting_by_fact"),
            models.Index(fields=["device"], condition=models.Q(facts__has_key=FactName.LOCATION.value), name="sighting_by_location"),
            models.Index(fields=["license_ends", "device"], condition=models.Q(license_ends__isnull=False), name="sighting_by_license"),
            models.Index(
                fields=["account", "device"], include=["stale", "silenced", "enrolment"], condition=UNUSUAL, name="sighting_unusual"
            ),
            models.Index(fields=["account"], condition=models.Q(repairs__isnull=False), name="sighting_repaired"),
            models.Index(fields=["account"], condition=~models.Q(life="seen"), name="sighting_not_seen"),
            models.Index(fields=["account"], condition=models.Q(superseded__isnull=False), name="sighting_of_several"),
            models.Index(fields=["created_at"], name="sighting_by_creation"),
            models.Index(fields=["quiet_since", "id"], condition=models.Q(stale=True, life="seen"), name="sighting_quiet"),
            models.Index(
                fields=["account", "quiet_since", "id"], condition=models.Q(stale=True, life="seen"), name="sighting_quiet_account"
            ),
            # Everything that coverage asks, so that it reads this index alone and never the wide rows.
            models.Index(
                fields=["device", "account"],
                include=["key_kinds", "life", "stale", "silenced", "enrolment", "superseded"],
                name="sighting_cover",
            ),
            models.Index(fields=["group_id", "device"], condition=~models.Q(group_id=""), name="sighting_by_group_id"),
            models.Index(fields=["group_name", "device"], condition=~models.Q(group_name=""), name="sighting_by_group_name"),
        ]

    @property
    def present(self) -> bool:
        return self.life == Life.SEEN

    @property
    def counted(self) -> bool:
        """It is a part of the status and compared with other records."""
        return self.present and not self.stale and not self.superseded


class Pulse(models.Model):
    """What moves at every poll, kept out of the wide row: when the device was seen, when we fetched it, by which run. And when the device
    was started, which moves more often than its record changes.

    No foreign key constraint: a million pulses a poll would pay for it, and sightings are deleted with their account only.
    """

    sighting = models.OneToOneField(Sighting, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    seen_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField()
    run_id = models.BigIntegerField()
    booted_at = models.DateTimeField(null=True, help_text="the last start of the device; null: not reported")

    class Meta:
        # An update of another column stays on its page as before: it changes no indexed value.
        indexes = [models.Index(fields=["booted_at", "sighting"], condition=models.Q(booted_at__isnull=False), name="pulse_by_boot")]


class DeviceGroup(models.Model):
    """A group as the vendor names it; `static` groups can take installers."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="groups", db_index=False)
    external_id = models.CharField(max_length=128)
    name = models.CharField(max_length=255)
    parent_id = models.CharField(max_length=128, blank=True)
    static = models.BooleanField(default=False)
    search_text = models.CharField(max_length=255, blank=True, db_default="", help_text="its name, folded")
    renamed_up_to = models.BigIntegerField(
        null=True, help_text="devices with a larger id are not searched by its present name yet; null: all are"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="one_group_per_id")]
