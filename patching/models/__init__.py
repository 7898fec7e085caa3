from __future__ import annotations

from patching.models.attempt import Attempt, AttemptTally
from patching.models.patch import DeviceTally, Patch, PatchTally, Title
from patching.models.run import Listed, PatchRun, Reading

__all__ = ["Attempt", "AttemptTally", "DeviceTally", "Listed", "Patch", "PatchRun", "PatchTally", "Reading", "Title"]
