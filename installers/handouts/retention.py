"""Retention of deliveries: deletes those that ended long ago. The audit log keeps who shared which installer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from installers.models import Handout, Way

BATCH = 1_000  # rows in one transaction


def tidy(now: datetime, *, batch: int = BATCH) -> int:
    """Delete the deliveries that ended more than KEEP_HANDOUTS_DAYS ago. Returns how many.

    A delivery ends when a user closes it or disables its short link, when that expires, and a vendor link when it was shown.
    """
    before = now - timedelta(days=settings.KEEP_HANDOUTS_DAYS)
    expired, shown = Q(way__in=[Way.SHORT, Way.GROUP], expires_at__lt=before), Q(way=Way.SHOWN, given_at__lt=before)
    ended = Handout.objects.filter(expired | shown | Q(ended_at__lt=before)).order_by("pk")
    total = 0
    while True:
        with transaction.atomic():
            chosen = list(ended.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:batch])
            Handout.objects.filter(pk__in=chosen).delete()
        total += len(chosen)
        if len(chosen) < batch:
            return total
