"""Views and pages are loaded when a web process starts, so that its first requests, which can be many at once, need not load them: each
thread would otherwise compile the same pages, and the first of fifty users waited for seconds.
"""

from __future__ import annotations

from django.template.loader import get_template
from django.urls import reverse

from config.env import ROOT

FOLDER = ROOT / "templates"


def warm_up() -> None:
    """Call once, before the process answers. Raises TemplateSyntaxError for a page that cannot be compiled."""
    reverse("devices:dashboard")  # which imports every view and reads every address
    for path in sorted(FOLDER.rglob("*.html")):
        get_template(path.relative_to(FOLDER).as_posix())
