"""Secret keys of the local stack: created on the first start, in files that only this user can read."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

SEALING_KEY_BYTES = 32


def ensure_keys(folder: Path, *, environ: Mapping[str, str]) -> list[Path]:
    """Create the keys that are neither in the environment nor on disk; returns their files."""
    wanted: tuple[tuple[str, str, Callable[[], str]], ...] = (
        ("ROLLCALL_SECRET_KEY", "secret_key", lambda: secrets.token_urlsafe(48)),
        ("ROLLCALL_SEALING_KEYS", "sealing_keys", _sealing_key),
    )
    made = []
    for variable, name, make in wanted:
        path = folder / name
        if environ.get(variable) or path.exists():
            continue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, f"{make()}\n")
        made.append(path)
    return made


def write_private(path: Path, text: str) -> None:
    """Write the text atomically, mode 0600: a truncated key must not look like a key."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _sealing_key() -> str:
    """`id:base64`. The id identifies a key after a rotation, so it must be unique."""
    return f"k{secrets.token_hex(3)}:{base64.b64encode(secrets.token_bytes(SEALING_KEY_BYTES)).decode()}"
