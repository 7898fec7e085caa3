"""The installer that an address means."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from devices.views.person import person
from installers import queries
from installers.models import Installer


def installer_or_404(request: HttpRequest, pk: int) -> Installer:
    """What this person may not know of is not there."""
    found = queries.one(person(request), pk)
    if found is None:
        raise Http404
    return found
