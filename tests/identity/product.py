"""Names of the product that the judge uses, found at HEAD or at commit b192609, so that one fleet judges both."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def _found(*places: tuple[str, str]) -> Any:
    """The first that this version has, of (module, name)."""
    for module, name in places:
        try:
            return getattr(import_module(module), name)
        except (ModuleNotFoundError, AttributeError):
            continue
    raise ImportError(f"none of {places}")


SyncHandler = _found(("devices.sync.handler", "SyncHandler"), ("devices.sync", "SyncHandler"))
request_run = _found(("devices.sync.handler", "request_run"), ("devices.sync", "request_run"))
DevicePage = _found(("vendors.base", "DevicePage"), ("vendors.base", "Page"))
