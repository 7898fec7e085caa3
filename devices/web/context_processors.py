"""Context of every page: navigation, permissions, theme, density of rows, and version."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from devices.web.addresses import address_of
from devices.web.dialogs import frame_of
from devices.web.roles import dotted

THEMES = ("light", "dark")
THEME_COOKIE = "rollcall_theme"
DENSITIES = ("compact", "comfortable")  # of the rows of lists; the first one where no cookie says otherwise
DENSITY_COOKIE = "rollcall_density"
# URL name, label, icon, permissions of which one is needed
PLACES = (
    ("devices:dashboard", gettext_lazy("Dashboard"), "layout-dashboard", "view_device"),
    ("devices:list", gettext_lazy("Devices"), "monitor-smartphone", "view_device"),
    ("devices:issues", gettext_lazy("Issues"), "siren", "view_issue"),
    ("devices:coverage", gettext_lazy("Coverage"), "radar", "view_device"),
    ("devices:disagreements", gettext_lazy("Data conflicts"), "equal-not", "view_device"),
    ("devices:possible_duplicates", gettext_lazy("Possible duplicates"), "combine", "view_device"),
    ("patching:overview", gettext_lazy("Patching"), "bandage", "view_device"),
    ("installers:register", gettext_lazy("Installers"), "package", "view_installer", "hand_out_installer"),
    ("devices:accounts", gettext_lazy("Vendor accounts"), "cable", "view_account"),
    ("devices:users", gettext_lazy("Users"), "users", "change_user"),
    ("devices:audit", gettext_lazy("Audit log"), "scroll-text", "view_audit"),
)


class Place(NamedTuple):
    """An entry of the navigation. `current`: the page is this one or belongs to it; `exact`: it is this one."""

    url: str
    label: str
    icon: str
    current: bool
    exact: bool


class Permissions:
    """`{% if may.view_raw %}`: whether the user has a permission. Rows ask for the same one again."""

    def __init__(self, user: Any) -> None:
        self._user = user
        self._known: dict[str, bool] = {}

    def __getitem__(self, codename: str) -> bool:
        known = self._known.get(codename)
        if known is None:
            known = self._known[codename] = bool(self._user.has_perm(dotted(codename)))
        return known


def navigation(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    density = request.COOKIES.get(DENSITY_COOKIE, "")
    frame = {
        "theme": theme if theme in THEMES else "",
        "density": density if density in DENSITIES else DENSITIES[0],
        "version": settings.VERSION,
        "frame": frame_of(request),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frame | {"nav": (), "may": {}}
    may = Permissions(user)
    return frame | {"nav": _places(request.path, may), "may": may}


def known_places(request: HttpRequest) -> tuple[Place, ...]:
    """The navigation of a user whose session and permissions were read before; nothing of another. Reads nothing from the database."""
    user = getattr(request, "_cached_user", None)
    if user is None or not user.is_authenticated or not (user.is_superuser or hasattr(user, "_perm_cache")):
        return ()
    return _places(request.path, Permissions(user))


def _places(path: str, may: Permissions) -> tuple[Place, ...]:
    places = []
    for name, label, icon, *rights in PLACES:
        if any(may[right] for right in rights):
            url = address_of(name)
            current = path == url or (url != "/" and path.startswith(url))
            places.append(Place(url, str(label), icon, current, exact=path == url))
    return tuple(places)
