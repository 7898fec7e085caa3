"""Files of others in static/: unchanged, with their license, and served and collected like our own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from local.data_dir import PROJECT
from release.sbom import BUNDLED

# Each file with its SHA-256, in the npm package: bootstrap 5.3.9 (dist/css/bootstrap.min.css), chart.js 4.6.1 (dist/chart.umd.min.js); of
# lucide-static 1.20.0 (sprite.svg) only the symbols that pages use, as published and in the same order.
PUBLISHED = {
    "bootstrap/css/bootstrap.min.css": "9caac977a0af0c2229abd397eee3345899c4020da2a1a0b711c1cc543fe3719d",
    "chartjs/chart.umd.min.js": "87364cc2b2a76a6684929e7d6b80b18a897794db38400caff1fcf1791c6925d2",
    "lucide/icons.svg": "f23e9170e33f2e65e3b6502d095c230ab573ad6dff73af708c845e673d682a7f",
}


def test_every_bundled_file_has_its_license_and_its_published_hash() -> None:
    folders = {path.parent.name for path in (PROJECT / "static").glob("*/LICENSE")}
    assert folders == {Path(path).parts[1] for path in BUNDLED} == {"bootstrap", "chartjs", "lucide"}
    assert {f"static/{path}" for path in PUBLISHED} == set(BUNDLED)
    for folder in folders:
        assert "The MIT License" in (PROJECT / "static" / folder / "LICENSE").read_text()


@pytest.mark.parametrize("path", PUBLISHED)
def test_a_bundled_file_is_what_was_published(path: str) -> None:
    found = finders.find(path)
    assert found == str(PROJECT / "static" / path)
    assert hashlib.sha256(Path(found).read_bytes()).hexdigest() == PUBLISHED[path]


def test_bundled_files_are_served_and_collected(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    for path, digest in PUBLISHED.items():
        assert Client().get(f"/static/{path}").status_code == 200
        assert hashlib.sha256((tmp_path / path).read_bytes()).hexdigest() == digest
    assert (tmp_path / "django_htmx" / "htmx-2.min.js").exists()
