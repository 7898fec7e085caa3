"""Which topics of facts a user sees: all, or those that the setting ROLLCALL_HELPDESK_FACTS names."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from devices.models import User
from vendors.facts import FactTopic


def visible_topics(user: User | AnonymousUser) -> frozenset[str]:
    """Users who may read raw data see everything in it anyway."""
    return frozenset(FactTopic if user.has_perm("devices.view_raw") else settings.HELPDESK_FACTS)
