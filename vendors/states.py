"""Enumerations of device data, with labels. UNKNOWN stands for a vendor value that no table maps, and is never healthy."""

from __future__ import annotations

from vendors.texts import gettext_noop
from vendors.vocabulary import LabelledEnum


class State(LabelledEnum):
    """Status of a device, from best to worst; UNKNOWN is neither."""

    OK = "ok", gettext_noop("OK")
    ATTENTION = "attention", gettext_noop("Warning")
    CRITICAL = "critical", gettext_noop("Critical")
    UNKNOWN = "unknown", gettext_noop("Unknown")


class Family(LabelledEnum):
    """Operating system family."""

    WINDOWS = "windows", "Windows"
    MACOS = "macos", "macOS"
    LINUX = "linux", "Linux"
    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    UNIX = "unix", "UNIX"
    UNKNOWN = "unknown", gettext_noop("Unknown")


class Enrolment(LabelledEnum):
    """Whether the vendor manages the device already."""

    MANAGED = "managed", gettext_noop("Managed")
    PENDING = "pending", gettext_noop("Pending")
    FAILED = "failed", gettext_noop("Failed")
    UNKNOWN = "unknown", gettext_noop("Unknown")


class IdKind(LabelledEnum):
    """Kinds of identifier, strongest for matching first."""

    SERIAL = "serial", gettext_noop("Serial")
    BIOS_UUID = "bios_uuid", gettext_noop("BIOS UUID")
    MAC = "mac", gettext_noop("MAC")
    HOSTNAME = "hostname", gettext_noop("Hostname")
    USER = "user", gettext_noop("User")
    IP = "ip", gettext_noop("IP")
    VENDOR_ID = "vendor_id", gettext_noop("Vendor ID")
    NICKNAME = "nickname", gettext_noop("Nickname")
    TAG = "tag", gettext_noop("Tag")
    CUSTOM = "custom", gettext_noop("Custom field")
    # Replaced by another one on the same record (devices/matching/former.py).
    FORMER_SERIAL = "former_serial", gettext_noop("Former serial")
    FORMER_BIOS_UUID = "former_bios_uuid", gettext_noop("Former BIOS UUID")
    FORMER_MAC = "former_mac", gettext_noop("Former MAC")
    FORMER_HOSTNAME = "former_hostname", gettext_noop("Former hostname")
