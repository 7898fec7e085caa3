"""The register of installers, and the walk that compares it with what a vendor lists."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from devices.encryption import cipher
from devices.models import VendorJob
from devices.reconciliation.field_repairs import RepairCount, counted
from vendors.installer_api import InstallerOrder
from vendors.secret import Secret
from vendors.states import Family


class Standing(models.TextChoices):
    """What an installer is. `state` of the job beside it only says whether there is work to do."""

    REQUESTED = "requested", "Requested"
    CREATING = "creating", "Creating"
    AMBIGUOUS = "ambiguous", "Unconfirmed"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"


UNDECIDED = (Standing.REQUESTED, Standing.CREATING, Standing.AMBIGUOUS)


class Installer(VendorJob):
    """One installer at a vendor: ordered here, or found in the vendor's list (then without `request_key`, `nonce` and `requested_by`).

    `name` is the display name at the vendor and ends in the nonce, by which it is found again. `link` is sealed: whoever holds it can
    install with our licences until the vendor's own end of it.
    """

    request_key = models.UUIDField(null=True, unique=True, help_text="one per click: the same key never orders twice")
    digest = models.CharField(max_length=64, blank=True, help_text="of what was ordered: the same key with another wish is refused")
    nonce = models.CharField(max_length=8, null=True, unique=True)  # noqa: DJ001 - null: not ours; "" would not be unique
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.REQUESTED)
    name = models.CharField(max_length=255)
    purpose = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=10, choices=[(family.value, family.label) for family in Family])
    language_asked = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=20, blank=True, help_text="as the vendor made it")
    group_id = models.CharField(max_length=128, blank=True)
    group_name = models.CharField(max_length=255, blank=True)
    detect_unwanted = models.BooleanField(default=True)
    cloud_feedback = models.BooleanField(default=True)
    diagnostics = models.BooleanField(default=False)
    ticket = models.CharField(max_length=100, blank=True)
    for_helpdesk = models.BooleanField(default=False, help_text="the helpdesk may hand it out")
    external_id = models.CharField(max_length=128, blank=True)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    usable = models.BooleanField(null=True, help_text="what the vendor last said")
    products = models.JSONField(default=list, help_text="[name, licence] of what it activates")
    components = models.JSONField(default=list)
    link = models.TextField(blank=True, editable=False)
    remark = models.TextField(blank=True, help_text="what a person should know about how it came about")
    ambiguous_since = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True, help_text="when the vendor last listed it")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("create_installer", "Can make installers"),
            ("hand_out_installer", "Can hand out installers"),
            ("revoke_installer", "Can revoke installers"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], condition=~models.Q(external_id=""), name="one_installer_per_id")
        ]
        indexes = [
            models.Index(fields=["next_step_at"], condition=models.Q(state__in=("requested", "running")), name="installer_due"),
            models.Index(fields=["standing", "expires_at"], name="installer_by_standing"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """What people call it."""
        return self.purpose or self.name or f"Installer {self.pk}"

    @property
    def ours(self) -> bool:
        return self.request_key is not None

    @property
    def undecided(self) -> bool:
        return self.standing in UNDECIDED

    @property
    def needs_person(self) -> bool:
        """Nobody knows whether it was made, and no machine will find out."""
        return self.standing == Standing.AMBIGUOUS and not self.active

    @property
    def order(self) -> InstallerOrder:
        return InstallerOrder(
            name=self.name,
            family=Family(self.family),
            language=self.language_asked,
            group_id=self.group_id,
            detect_unwanted=self.detect_unwanted,
            cloud_feedback=self.cloud_feedback,
            diagnostics=self.diagnostics,
        )

    @staticmethod
    def context(pk: int) -> str:
        """What a sealed link is bound to."""
        return f"installers.installer:link:{pk}"

    def seal(self, link: Secret) -> None:
        self.link = cipher.seal(link.reveal(), context=self.context(self.pk)) if link else ""

    def open(self) -> Secret:
        """Empty when there is none. Raises DecryptionFailed."""
        return Secret(cipher.unseal(self.link, context=self.context(self.pk)) if self.link else "")


class Stocktake(VendorJob):
    """The walk through all installers of an account, compared with the register. One row per account, used again each time."""

    found = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    repairs = models.JSONField(default=list, help_text="see devices/reconciliation/field_repairs.py")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    complete_at = models.DateTimeField(null=True, help_text="when the last one ended complete")

    @property
    def repaired(self) -> list[RepairCount]:
        return counted(self.repairs)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="one_stocktake_per_account")]
        indexes = [models.Index(fields=["next_step_at"], condition=models.Q(state__in=("requested", "running")), name="stocktake_due")]
