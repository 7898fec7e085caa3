from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """Entry of the audit log: who did what, when. Append-only. `detail` never holds a secret value, and no column the name of a user.

    `source`: who acted without being signed in (devices/audit/context.py); empty where a user acted.
    `subject`: the user whom the action is about. `mac`: HMAC of the entry (devices/audit/signing.py).
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    source = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=255, blank=True)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    detail = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    mac = models.BinaryField(default=b"")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["action", "-id"], name="audit_by_action")]


class AuditLink(models.Model):
    """Link of the hash chain over the audit log (devices/audit/chain.py). Append-only.

    `signed`: the entry had a valid HMAC when it was chained. `digest`: SHA-256 over the preceding digest and the entry.
    `mac`: HMAC of the digest with the sealing key `key_id`.
    """

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    signed = models.BooleanField()
    key_id = models.TextField()
    digest = models.BinaryField()
    mac = models.BinaryField()


class AuditName(models.Model):
    """Name of a user in the audit log, apart from the entries so that it can be erased. Empty: erased.

    A negative id is that of a user who did not exist any more when names were moved out of the entries.
    """

    user_id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=150, blank=True)
