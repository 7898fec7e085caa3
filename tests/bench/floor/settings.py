"""The floor's web server: the same application, but what the measured pages show comes from memory."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.floor.urls"
