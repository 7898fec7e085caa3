"""Addresses of the vendors' remediation pages. They allow actions on the device: encrypted when written, decrypted for one user."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.copy import copy_rows
from devices.encryption import cipher
from devices.errors import ActionRefused
from devices.hooks import MappedEntry
from devices.models import RemediationLink
from vendors.secret import Secret

COLUMNS = {"sighting_id": "int8", "sealed": "text"}


def replace_remediation(mapped: Sequence[MappedEntry]) -> None:
    """Costs nothing for vendors that have no such pages."""
    reported = [(each, each.device.remediation) for each in mapped if each.device.remediation is not None]
    old = [each.sighting_id for each, _ in reported if not each.fresh]
    if old:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM devices_remediationlink WHERE sighting_id = ANY(%s)", [old])
    links = [(each.sighting_id, link) for each, link in reported if each.sighting_id is not None and link]
    if links:
        rows = ((pk, cipher.seal(link.reveal(), context=RemediationLink.context(pk))) for pk, link in links)
        copy_rows("devices_remediationlink", COLUMNS, rows)


def hand_out(sighting: int, *, device: int, act: AuditContext) -> Secret:
    """The address for one user, recorded in the audit log first. Raises ActionRefused."""
    with transaction.atomic():
        found = RemediationLink.objects.filter(sighting=sighting, sighting__device=device).select_related("sighting__account").first()
        if found is None:
            raise ActionRefused(gettext("The vendor no longer has a remediation page for this device: reload the device page."))
        try:
            link = Secret(cipher.unseal(found.sealed, context=RemediationLink.context(sighting)))
        except cipher.DecryptionFailed:
            raise ActionRefused(gettext("The address of the remediation page cannot be decrypted: contact an administrator.")) from None
        name = found.sighting.account.name
        audit.record("remediation opened", act=act, target=str(device), account=name, sighting=sighting)
    return link
