from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.data_dir import Home


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short, plain path: pytest's own are too deep for sockets, and closed to other users."""
    with tempfile.TemporaryDirectory(prefix="rc-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def home(short_folder: Path) -> Home:
    return Home(short_folder / "home")


@pytest.fixture
def environ() -> dict[str, str]:
    """Ours without anything that points at a running stack."""
    hidden = ("DATABASE_URL", "REDIS_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_") and name not in hidden}
