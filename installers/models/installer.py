"""Installers, and the sync that compares them with the list of a vendor account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext, gettext_lazy

from devices.db.messages import MessageField
from devices.encryption import cipher
from devices.models import VendorJob
from devices.reconciliation.field_repairs import RepairCount, counted
from vendors.installer_api import InstallerOrder
from vendors.secret import Secret
from vendors.states import Family


class Standing(models.TextChoices):
    """Status of an installer. `state` of the job only tells whether there is work to do."""

    REQUESTED = "requested", gettext_lazy("Requested")
    CREATING = "creating", gettext_lazy("Creating")
    AMBIGUOUS = "ambiguous", gettext_lazy("Unconfirmed")
    READY = "ready", gettext_lazy("Ready")
    FAILED = "failed", gettext_lazy("Failed")
    EXPIRED = "expired", gettext_lazy("Expired")
    REVOKED = "revoked", gettext_lazy("Revoked")


UNDECIDED = (Standing.REQUESTED, Standing.CREATING, Standing.AMBIGUOUS)


class Installer(VendorJob):
    """An installer at a vendor: created in Rollcall, or at the vendor (then without `request_key`, `nonce` and `requested_by`).

    `name` is the display name at the vendor and ends in the nonce, by which it is found again. `link` is encrypted: anyone with the link
    can install with the customer's licenses until it expires.
    """

    request_key = models.UUIDField(null=True, unique=True, help_text="one per click: the same key never orders twice")
    digest = models.CharField(max_length=64, blank=True, help_text="of the request: the same key with other options is refused")
    nonce = models.CharField(max_length=8, null=True, unique=True)  # noqa: DJ001 - null: created elsewhere; "" would not be unique
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.REQUESTED)
    name = models.CharField(max_length=255)
    purpose = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=10, choices=[(family.value, family.label) for family in Family])
    language_asked = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=20, blank=True, help_text="of the created installer")
    group_id = models.CharField(max_length=128, blank=True)
    group_name = models.CharField(max_length=255, blank=True)
    detect_unwanted = models.BooleanField(default=True)
    cloud_feedback = models.BooleanField(default=True)
    diagnostics = models.BooleanField(default=False)
    ticket = models.CharField(max_length=100, blank=True)
    for_helpdesk = models.BooleanField(default=False, help_text="the helpdesk may share it")
    external_id = models.CharField(max_length=128, blank=True)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    usable = models.BooleanField(null=True, help_text="as last reported by the vendor")
    products = models.JSONField(default=list, help_text="[name, license] of each activated product")
    components = models.JSONField(default=list)
    link = models.TextField(blank=True, editable=False)
    remark = MessageField(blank=True, help_text="how it was found or why it is unconfirmed")
    ambiguous_since = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True, help_text="last time in the vendor's list")
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
        """Name without the nonce."""
        return self.purpose or self.name or gettext("Installer %(number)s") % {"number": self.pk}

    @property
    def group_label(self) -> str:
        """The static group; by default the vendor's group for new devices."""
        return self.group_name or gettext("Lost & found")

    @property
    def ours(self) -> bool:
        return self.request_key is not None

    @property
    def undecided(self) -> bool:
        return self.standing in UNDECIDED

    @property
    def needs_person(self) -> bool:
        """Unconfirmed, and Rollcall no longer looks for it: a user decides."""
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
        """What the encryption of the link is bound to."""
        return f"installers.installer:link:{pk}"

    def seal(self, link: Secret) -> None:
        self.link = cipher.seal(link.reveal(), context=self.context(self.pk)) if link else ""

    def open(self) -> Secret:
        """The link; empty if there is none. Raises DecryptionFailed."""
        return Secret(cipher.unseal(self.link, context=self.context(self.pk)) if self.link else "")


class Stocktake(VendorJob):
    """Sync of the installers of an account. One row per account, reused each time."""

    found = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    repairs = models.JSONField(default=list, help_text="see devices/reconciliation/field_repairs.py")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    complete_at = models.DateTimeField(null=True, help_text="last full sync")

    @property
    def repaired(self) -> list[RepairCount]:
        return counted(self.repairs)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="one_stocktake_per_account")]
        indexes = [models.Index(fields=["next_step_at"], condition=models.Q(state__in=("requested", "running")), name="stocktake_due")]
