"""Installers that are ready, and what a person does to give one away; made without a vendor."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from devices.models import Account, JobState, User
from installers.models import Installer, Standing
from tests.conftest import confirm
from tests.devices import rows as shown
from vendors.secret import Secret

LINK = "https://vendor.example/installer/canary-of-the-vendor/setup.exe"
SHORT = re.compile(r"http://testserver(/i/[A-Za-z0-9_-]{24})")


def ready(at: Account | None = None, *, link: str = LINK, purpose: str = "Reception", family: str = "windows", **columns: Any) -> Installer:
    """For the helpdesk, with five months to live, unless `columns` say otherwise."""
    now = timezone.now()
    values: dict[str, Any] = {
        "for_helpdesk": True,
        "expires_at": now + timedelta(days=150),
        "standing": Standing.READY,
        "language": "de-de",
        "external_id": f"id-{Installer.objects.count()}",
        "usable": True,
        **columns,
    }
    made = Installer.objects.create(
        account=at or shown.account("eset-main", "eset"),
        state=JobState.DONE,
        created_at=now,
        next_step_at=now,
        name=f"{purpose} [req-00000000]",
        purpose=purpose,
        family=family,
        **values,
    )
    made.seal(Secret(link))
    made.save()
    return made


def page_of(installer: Installer) -> str:
    return f"/installers/{installer.pk}/hand-out/"


def key_in(client: Client, installer: Installer) -> str:
    found = re.search(r'name="key" value="([^"]+)"', client.get(page_of(installer)).content.decode())
    assert found
    return found[1]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return confirm(client)


def short_link(giver: User, installer: Installer, **fields: str) -> str:
    """The path of a new short link, as the page shows it once."""
    client = signed_in(giver)
    uses = "" if giver.has_perm("installers.view_installer") else "20"
    answer = client.post(page_of(installer), {"way": "short", "key": key_in(client, installer), "uses": uses, **fields})
    found = SHORT.search(answer.content.decode())
    assert answer.status_code == 200 and found, answer.content.decode()
    return found[1]
