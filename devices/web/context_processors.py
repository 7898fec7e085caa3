"""What every page needs: the navigation this person may use, the rights that templates ask about, the chosen colours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from devices.web.roles import dotted

THEMES = ("light", "dark")
THEME_COOKIE = "rollcall_theme"
# address name, words, icon, the rights of which it needs one
PLACES = (
    ("devices:dashboard", "Dashboard", "layout-dashboard", "view_device"),
    ("devices:list", "Devices", "monitor-smartphone", "view_device"),
    ("devices:issues", "Issues", "siren", "view_issue"),
    ("devices:coverage", "Coverage", "radar", "view_device"),
    ("devices:disagreements", "Data conflicts", "equal-not", "view_device"),
    ("patching:overview", "Patching", "bandage", "view_device"),
    ("installers:register", "Installers", "package", "view_installer", "hand_out_installer"),
    ("devices:accounts", "Vendor accounts", "cable", "view_account"),
    ("devices:audit", "Audit log", "scroll-text", "view_audit"),
)


class Permissions:
    """`{% if may.view_raw %}`: a right, asked by name."""

    def __init__(self, user: Any) -> None:
        self._user = user

    def __getitem__(self, codename: str) -> bool:
        return bool(self._user.has_perm(dotted(codename)))


def navigation(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    known = {"theme": theme if theme in THEMES else "", "version": settings.VERSION}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return known | {"nav": [], "may": {}, "roles": ""}
    may = Permissions(user)
    return known | {"nav": _places(request.path, may), "may": may, "roles": ""}


def _places(path: str, may: Permissions) -> list[dict[str, Any]]:
    places = []
    for name, label, icon, *rights in PLACES:
        if any(may[right] for right in rights):
            url = reverse(name)
            current = path == url or (url != "/" and path.startswith(url))
            places.append({"url": url, "label": label, "icon": icon, "current": current, "exact": path == url})
    return places
