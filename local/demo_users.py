"""The first users of a local installation. Their passwords are shown once and stored only as hashes."""

from __future__ import annotations

from devices.models import User
from devices.users.services import add_user
from devices.web.roles import ADMINISTRATOR, HELPDESK


def ensure_administrator() -> dict[str, str]:
    """Create `admin` unless there is an administrator; name and password of each new user."""
    if User.objects.filter(groups__name=ADMINISTRATOR).exists():
        return {}
    return _ensure("admin", role=ADMINISTRATOR)


def ensure_helpdesk() -> dict[str, str]:
    return _ensure("helpdesk", role=HELPDESK)


def _ensure(name: str, *, role: str) -> dict[str, str]:
    if User.objects.filter(username=name).exists():
        return {}
    return {name: add_user(name, role=role)}
