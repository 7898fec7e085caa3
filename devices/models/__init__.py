"""The tables of the devices app; one file per word of the house."""

from devices.models.account import Account, AccountSecret, Health
from devices.models.device import Device, Life
from devices.models.event import AuditEvent
from devices.models.identifier import Identifier
from devices.models.issue import Issue
from devices.models.job import JobState, VendorJob
from devices.models.join import FormerDevice, Join, Ruling
from devices.models.run import Quarantine, SyncRun
from devices.models.sighting import DeviceGroup, Pulse, Sighting
from devices.models.user import User
from devices.models.view import SavedView

__all__ = [
    "Account",
    "AccountSecret",
    "AuditEvent",
    "Device",
    "DeviceGroup",
    "FormerDevice",
    "Health",
    "Identifier",
    "Issue",
    "JobState",
    "Join",
    "Life",
    "Pulse",
    "Quarantine",
    "Ruling",
    "SavedView",
    "Sighting",
    "SyncRun",
    "User",
    "VendorJob",
]
