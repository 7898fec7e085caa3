"""five(9)s, whose patches come with its devices."""

from __future__ import annotations

import pytest

from devices.models import JobState, Sighting
from patching.models import Patch, PatchRun, Reading, Title
from sandbox.server import running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync
from vendors.patch_states import PatchKind

pytestmark = pytest.mark.django_db


def held() -> set[tuple[str, str]]:
    return set(Patch.objects.values_list("device_ref", "key"))


def test_five9s_tells_patches_with_its_devices() -> None:
    with running(devices=300, options=SandboxOptions(rate_limits=False)) as sim:  # of so many, some have each status on any day
        five9s = account_at(sim.url, "five9s")
        run = sync(five9s)
        assert run.state == JobState.DONE
        assert set(Title.objects.values_list("vendor", "kind")) == {("five9s", PatchKind.VULNERABILITY)}
        assert set(Patch.objects.values_list("status", flat=True)) >= {
            "installed",
            "scheduled",
            "available",
            "failed",
            "excluded",
            "unknown",
        }
        assert not Patch.objects.filter(counted=False).exclude(sighting__superseded=True).exists()
        sim.change(100)
        sim.clock.forward(5 * 3600)
        before = held()
        listed = set(Sighting.objects.values_list("external_id", flat=True))
        sync(five9s)  # a machine that was away may come back meanwhile
        assert {(device, key) for device, key in held() if device in listed} == before
        assert not PatchRun.objects.exists() and not Reading.objects.exists()
