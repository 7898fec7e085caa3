"""Icons: every name that a page can draw is a symbol of the file, and the file has no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.templatetags.static import static

from devices.history import entries
from devices.web.icons import FILE, UnknownIcon, icon, icon_names
from local.data_dir import PROJECT

DRAWN = re.compile(r'{% (?:icon|empty_state) "([a-z0-9-]+)"')
QUOTED = re.compile(r'"([a-z0-9-]+)"')
FOLDERS = ("devices", "installers", "patching")


def texts(folder: Path, pattern: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob(pattern)))


def test_an_icon_is_a_reference_to_its_symbol() -> None:
    html = Template('{% icon "check" 18 "done" %}').render(Context())
    assert html == f'<svg class="icon done" width="18" height="18" aria-hidden="true"><use href="{static(FILE)}#check"/></svg>'


def test_an_unknown_icon_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(UnknownIcon, match="no-such-icon"):
        icon("no-such-icon")


def test_templates_draw_only_symbols_of_the_file() -> None:
    drawn = set(DRAWN.findall(texts(PROJECT / "templates", "*.html")))
    assert len(drawn) > 80 and drawn <= icon_names()


@pytest.mark.parametrize("kind", entries.ICONS)
def test_every_kind_of_activity_has_its_icon(kind: str) -> None:
    assert entries.ICONS[kind] in icon_names()


def test_the_file_has_only_symbols_that_are_named_somewhere() -> None:
    named = set(QUOTED.findall(texts(PROJECT / "templates", "*.html")))
    for folder in FOLDERS:
        named |= set(QUOTED.findall(texts(PROJECT / folder, "*.py")))
    assert icon_names() - named == set()
