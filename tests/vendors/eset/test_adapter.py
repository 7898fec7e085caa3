"""ESET Connect keeps the contract."""

from __future__ import annotations

from tests.vendors.contract import VendorContract


class TestEset(VendorContract):
    slug = "eset"
    devices = 1500
    listing = "/v1/devices"
    unknown_word = ("functionalityStatus", "DEVICE_FUNCTIONALITY_STATUS_NEW")
