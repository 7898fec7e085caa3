"""Files of others in static/: unchanged, with their license, and served and collected like our own."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from local.data_dir import PROJECT
from release.sbom import BUNDLED

CSS = "bootstrap/css/bootstrap.min.css"
# Of dist/css/bootstrap.min.css in the npm package bootstrap 5.3.9.
PUBLISHED = "9caac977a0af0c2229abd397eee3345899c4020da2a1a0b711c1cc543fe3719d"


def test_every_bundled_file_has_its_license() -> None:
    folders = {path.parent.name for path in (PROJECT / "static").glob("*/LICENSE")}
    assert folders == {Path(path).parts[1] for path in BUNDLED} == {"bootstrap"}
    assert "The MIT License" in (PROJECT / "static/bootstrap/LICENSE").read_text()


def test_bootstrap_is_what_was_published() -> None:
    found = finders.find(CSS)
    assert found == str(PROJECT / "static" / CSS)
    assert hashlib.sha256(Path(found).read_bytes()).hexdigest() == PUBLISHED


def test_bootstrap_is_served_and_collected(settings: Settings, tmp_path: Path) -> None:
    assert Client().get(f"/static/{CSS}").status_code == 200
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    assert hashlib.sha256((tmp_path / CSS).read_bytes()).hexdigest() == PUBLISHED
    assert (tmp_path / "django_htmx" / "htmx-2.min.js").exists()
