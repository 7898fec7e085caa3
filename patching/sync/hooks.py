"""Patch data in a device sync: for some vendors the patches, for all vendors which devices are active."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from devices.hooks import MappedEntry
from devices.models import SyncRun
from patching.sync.assignment import assign_account, assign_to_devices
from patching.sync.patch_writer import replace_patches
from patching.sync.source_access import try_again


class PatchKeeper:
    """See devices/hooks.py."""

    def page(self, run: SyncRun, mapped: Sequence[MappedEntry], now: datetime) -> None:
        reported = [(each.entry.external_id, each.device.patches) for each in mapped if each.device.patches is not None]
        if reported:
            patches = [(device, patch) for device, found in reported for patch in found]
            replace_patches(run.account, [device for device, _ in reported], patches, now)

    def ended(self, run: SyncRun, _now: datetime) -> None:
        if run.account.about.patch_sources or run.account.about.patches_with_devices:
            assign_account(run.account_id)
        # After `assign_account`, whose lock comes first: the end of a patching sync writes the same rows under it.
        if run.kind == "everything" and run.requested_by_id is not None:
            try_again(run.account_id)

    def use_changed(self, devices: Collection[int]) -> None:
        assign_to_devices(devices)
