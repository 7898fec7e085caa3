"""Entries of the audit log with the names of their users, as the page shows them."""

from __future__ import annotations

from devices.audit.queries import actor_name, target_name, user_names
from devices.models import AuditEvent


def actor(event: AuditEvent) -> str:
    return event.source or actor_name(event, user_names([event]))


def target(event: AuditEvent) -> str:
    return target_name(event, user_names([event]))
