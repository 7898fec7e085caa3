"""The migrations of the app, and one more, as the next version would have it."""

from __future__ import annotations

from pathlib import Path

from devices import migrations

OURS = Path(migrations.__file__).parent
NEWEST = max(path.stem for path in OURS.glob("[0-9]*.py"))
__path__ = [str(OURS), *__path__]
