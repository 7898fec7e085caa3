"""Short links for several devices at once: one for each, or one for all. Every device gets a delivery of its own, which closes when that
device enrolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext

from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.models import Device
from installers.handouts.services import LinkLimits, LinkTerms, Recipient, hash_of, make_short_link
from installers.models import Handout, Installer, Way
from installers.models.handout import LONGEST_RECIPIENT
from vendors.secret import Secret


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A short link and the devices that it is for. `token` is stored nowhere."""

    handout: Handout
    token: Secret
    devices: Sequence[Device]


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """`terms.uses`: downloads for each device. `recipient`: empty for the user of each device."""

    key: str
    terms: LinkTerms
    recipient: str = ""


def link_for_each(installer: Installer, devices: Sequence[Device], *, asked: LinkRequest, act: AuditContext) -> list[GroupLink]:
    """One link per device. The same form again returns the same links. Raises ActionRefused."""
    made = []
    with transaction.atomic():
        for device in devices:
            to = Recipient(asked.recipient or device.user[:LONGEST_RECIPIENT], device.pk)
            handout, token = make_short_link(installer, key=asked.key, to=to, terms=asked.terms, act=act)
            made.append(GroupLink(handout, token, [device]))
    return made


def link_for_all(installer: Installer, devices: Sequence[Device], *, asked: LinkRequest, act: AuditContext) -> GroupLink:
    """One link for all devices, with as many downloads as all together may have. Raises ActionRefused."""
    if len(devices) == 1:
        return link_for_each(installer, devices, asked=asked, act=act)[0]
    terms = _for_all(asked.terms, len(devices), LinkLimits.of(act.person))
    with transaction.atomic():
        handout, token = make_short_link(installer, key=asked.key, to=Recipient(asked.recipient), terms=terms, act=act)
        for device in devices:
            to = asked.recipient or device.user[:LONGEST_RECIPIENT]
            _add_device(handout, device, mark=hash_of(f"{token.reveal()}:{device.pk}"), recipient=to)
    return GroupLink(handout, token, devices)


def _for_all(terms: LinkTerms, devices: int, limits: LinkLimits) -> LinkTerms:
    if terms.uses is None:
        return terms
    if terms.uses * devices > limits.uses >= terms.uses:
        text = gettext("One link for all allows at most %(most)s downloads. Enter fewer, or create one link per device.")
        raise ActionRefused(text % {"most": number_format(limits.uses, force_grouping=True)}, field="uses")
    return replace(terms, uses=terms.uses * devices)


def _add_device(handout: Handout, device: Device, *, mark: str, recipient: str) -> None:
    """A delivery without a link of its own."""
    common = ("installer_id", "given_at", "given_by_id", "giver", "ticket", "expires_at")
    values = {name: getattr(handout, name) for name in common}
    Handout.objects.get_or_create(
        mark=mark, defaults={**values, "way": Way.GROUP, "through": handout, "device": device, "recipient": recipient}
    )
