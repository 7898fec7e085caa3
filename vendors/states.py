"""Closed vocabularies with labels. Each ends in UNKNOWN: a vendor's word that no table knows is never healthy."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How a device is, from best to worst; UNKNOWN is neither."""

    OK = "ok"
    ATTENTION = "attention"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS = {
    State.OK: "OK",
    State.ATTENTION: "Attention",
    State.CRITICAL: "Critical",
    State.UNKNOWN: "Unknown",
}


class Family(StrEnum):
    """Operating system family."""

    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    ANDROID = "android"
    IOS = "ios"
    UNIX = "unix"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return FAMILY_LABELS[self]


FAMILY_LABELS = {
    Family.WINDOWS: "Windows",
    Family.MACOS: "macOS",
    Family.LINUX: "Linux",
    Family.ANDROID: "Android",
    Family.IOS: "iOS",
    Family.UNIX: "UNIX",
    Family.UNKNOWN: "Unknown",
}


class Enrolment(StrEnum):
    """Whether the vendor manages the device already."""

    MANAGED = "managed"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"


class IdKind(StrEnum):
    """Kinds of identifier, strongest for matching first."""

    SERIAL = "serial"
    BIOS_UUID = "bios_uuid"
    MAC = "mac"
    HOSTNAME = "hostname"
    USER = "user"
    IP = "ip"
    VENDOR_ID = "vendor_id"
    NICKNAME = "nickname"
    TAG = "tag"
    CUSTOM = "custom"

    @property
    def label(self) -> str:
        return ID_LABELS[self]


ID_LABELS = {
    IdKind.SERIAL: "Serial",
    IdKind.BIOS_UUID: "BIOS UUID",
    IdKind.MAC: "MAC",
    IdKind.HOSTNAME: "Hostname",
    IdKind.USER: "User",
    IdKind.IP: "IP",
    IdKind.VENDOR_ID: "Vendor id",
    IdKind.NICKNAME: "Nickname",
    IdKind.TAG: "Tag",
    IdKind.CUSTOM: "Custom field",
}
