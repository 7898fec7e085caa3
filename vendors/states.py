"""Closed vocabularies with labels. Each ends in UNKNOWN: a vendor's word that no table knows is never healthy."""

from __future__ import annotations

from vendors.vocabulary import LabelledEnum


class State(LabelledEnum):
    """How a device is, from best to worst; UNKNOWN is neither."""

    OK = "ok", "OK"
    ATTENTION = "attention", "Warning"
    CRITICAL = "critical", "Critical"
    UNKNOWN = "unknown", "Unknown"


class Family(LabelledEnum):
    """Operating system family."""

    WINDOWS = "windows", "Windows"
    MACOS = "macos", "macOS"
    LINUX = "linux", "Linux"
    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    UNIX = "unix", "UNIX"
    UNKNOWN = "unknown", "Unknown"


class Enrolment(LabelledEnum):
    """Whether the vendor manages the device already."""

    MANAGED = "managed", "Managed"
    PENDING = "pending", "Pending"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"


class IdKind(LabelledEnum):
    """Kinds of identifier, strongest for matching first."""

    SERIAL = "serial", "Serial"
    BIOS_UUID = "bios_uuid", "BIOS UUID"
    MAC = "mac", "MAC"
    HOSTNAME = "hostname", "Hostname"
    USER = "user", "User"
    IP = "ip", "IP"
    VENDOR_ID = "vendor_id", "Vendor id"
    NICKNAME = "nickname", "Nickname"
    TAG = "tag", "Tag"
    CUSTOM = "custom", "Custom field"
