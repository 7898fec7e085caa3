from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from devices import tasks

pytestmark = pytest.mark.django_db


def test_tidying_removes_sessions_that_ended() -> None:
    now = timezone.now()
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=days))
    tasks.tidy()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
