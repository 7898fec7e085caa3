"""Rows of the register, made without a vendor: what the pages show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.models import Account, JobState, User
from installers.models import Installer, Standing
from installers.orders import services
from installers.orders.requests import InstallerRequest
from tests.devices import rows as shown

SECRET_LINK = "https://download.example/canary-5d1e7c"


def accounts() -> Account:
    """One that makes installers, one that cannot."""
    shown.account("five-main", "five9s")
    return shown.account("eset-main", "eset")


def booked(at: Account, wanted: str, *, days: float = 170, actor: User | None = None, **columns: Any) -> Installer:
    """Ours, ready, and `days` from its end, unless told otherwise."""
    now = timezone.now()
    installer = services.order(
        at, key=services.new_key(), wish=InstallerRequest(purpose=wanted, family="windows"), act=AuditContext.of(actor, now=now)
    )
    values: dict[str, Any] = {
        "state": JobState.DONE, "standing": Standing.READY, "finished_at": now, "made_at": now, "usable": True,
        "expires_at": now + timedelta(days=days), "external_id": f"id-{installer.pk}", "language": "en-us", "listed_at": now,
        "products": [["Endpoint Security", "Complete, 250 units"]],
    }  # fmt: skip
    for name, value in (values | columns).items():
        setattr(installer, name, value)
    installer.link = f"sealed {SECRET_LINK}"
    installer.save()
    return installer


def foreign(at: Account, name: str, **columns: Any) -> Installer:
    """Found in the vendor's list, under any name."""
    return booked(at, "Theirs", request_key=None, nonce=None, digest="", name=name, purpose=name[:200], **columns)


def doubtful(at: Account, wanted: str, **columns: Any) -> Installer:
    """Of which nobody knows, and which a person must decide about."""
    values: dict[str, Any] = {
        "standing": Standing.AMBIGUOUS, "state": JobState.FAILED, "made_at": None, "expires_at": None, "usable": None, "external_id": "",
        "listed_at": None, "products": [], "language": "", "ambiguous_since": timezone.now(), "remark": "ESET answered 500.",
        "error": "It could not be looked for either: the account may not list installers.", "error_next_step": "Look again, or decide.",
    }  # fmt: skip
    return booked(at, wanted, **(values | columns))


def read(client: Client, address: str, **more: Any) -> str:
    """A page's text, its blanks made one."""
    answer = client.get(address, **more)
    assert answer.status_code == 200, (answer.status_code, address)
    return " ".join(answer.content.decode().split())
