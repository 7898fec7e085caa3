"""Devices by id, also those that were merged into another one."""

from __future__ import annotations

from django.http import Http404

from devices.lists.ids import HIGHEST
from devices.models import Device, FormerDevice


def device_or_404(pk: int) -> Device:
    if pk > HIGHEST:
        raise Http404
    found = Device.objects.filter(pk=pk).first()
    if found is None and (other := now_called(pk)):
        found = Device.objects.filter(pk=other).first()
    if found is None:
        raise Http404
    return found


def now_called(pk: int) -> int | None:
    """The id of the device into which this one was merged."""
    return FormerDevice.objects.filter(pk=pk).values_list("device_id", flat=True).first()
