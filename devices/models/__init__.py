"""Models of the devices app, one file per subject."""

from devices.models.account import Account, AccountSecret, Health
from devices.models.change import Change, ChangeKind, FormerState, Subject
from devices.models.coverage import CoverageTally, GapCount
from devices.models.daily_count import CountedDay, DailyCount
from devices.models.device import CheckIn, Device, Life
from devices.models.event import AuditEvent, AuditLink, AuditName
from devices.models.identifier import Identifier
from devices.models.issue import Issue, Problem
from devices.models.job import JobState, VendorJob
from devices.models.join import FormerDevice, Join, MatchUpgrade, NamingScheme, PossibleDuplicate, Ruling
from devices.models.key_check import KeyCheck
from devices.models.note import DeviceTag, Note, Retirement
from devices.models.remediation import RemediationLink
from devices.models.run import Quarantine, SyncRun
from devices.models.settlement import Settlement
from devices.models.sighting import DeviceGroup, Pulse, Sighting
from devices.models.threshold import Threshold
from devices.models.triage import Assignment, Gap, IssueKind, ProblemEvent, Standing, Triage
from devices.models.user import SignInAddress, User
from devices.models.view import SavedView

__all__ = [
    "Account",
    "AccountSecret",
    "Assignment",
    "AuditEvent",
    "AuditLink",
    "AuditName",
    "Change",
    "ChangeKind",
    "CheckIn",
    "CountedDay",
    "CoverageTally",
    "DailyCount",
    "Device",
    "DeviceGroup",
    "DeviceTag",
    "FormerDevice",
    "FormerState",
    "Gap",
    "GapCount",
    "Health",
    "Identifier",
    "Issue",
    "IssueKind",
    "JobState",
    "Join",
    "KeyCheck",
    "Life",
    "MatchUpgrade",
    "NamingScheme",
    "Note",
    "PossibleDuplicate",
    "Problem",
    "ProblemEvent",
    "Pulse",
    "Quarantine",
    "RemediationLink",
    "Retirement",
    "Ruling",
    "SavedView",
    "Settlement",
    "Sighting",
    "SignInAddress",
    "Standing",
    "Subject",
    "SyncRun",
    "Threshold",
    "Triage",
    "User",
    "VendorJob",
]
