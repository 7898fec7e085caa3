"""Settings from environment variables and files. A missing one stops the start with one sentence that says what to do."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_HOME = ROOT / ".rollcall"
RUNNING = DEFAULT_HOME / "running"  # one file per stack of this checkout that was started with another ROLLCALL_HOME
OTHER_HOME = "set ROLLCALL_HOME to the data folder of the one that runs"


class NotReady(Exception):
    """The process cannot start; its text is shown to the user."""


@contextmanager
def refused_in_words() -> Iterator[None]:
    """A process that cannot start writes the sentence instead of a traceback, and ends with code 2."""
    try:
        yield
    except NotReady as missing:
        sys.stderr.write(f"{missing}\n")
        raise SystemExit(2) from None


def is_running(home: Path) -> bool:
    """Whether a local stack holds the lock of this data folder; remains of an ended or killed one do not count."""
    try:
        with (home / "stack.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return (home / "stack.env").exists()
    except (OSError, ValueError):
        return False
    return False


def running_homes(registry: Path = RUNNING) -> list[Path]:
    """Other data folders in which a stack of this checkout runs."""
    try:
        named = [Path(entry.read_text("utf-8", "replace").strip()) for entry in sorted(registry.iterdir())]
    except OSError:
        return []
    return [home for home in named if home.is_absolute() and is_running(home)]


def choose_home(environ: Mapping[str, str], *, default: Path = DEFAULT_HOME) -> Path:
    """The data folder: ROLLCALL_HOME, else the default one, unless exactly one stack of this checkout runs in another.

    With services from the environment no other stack is searched. Raises NotReady when several stacks run in other folders.
    """
    if environ.get("ROLLCALL_HOME"):
        return Path(environ["ROLLCALL_HOME"]).expanduser().absolute()
    if environ.get("DATABASE_URL") or environ.get("REDIS_URL") or is_running(default):
        return default
    found = running_homes(default / "running")
    if len(found) > 1:
        raise NotReady(f"Several local stacks of this checkout are running: set ROLLCALL_HOME to one of {', '.join(map(str, found))}.")
    return found[0] if found else default


try:
    HOME, _AMBIGUOUS = choose_home(os.environ), ""
except NotReady as several:
    HOME, _AMBIGUOUS = DEFAULT_HOME, str(several)  # raised when the folder is needed


def stack_file() -> dict[str, str]:
    """Settings of the running local stack: `KEY=value` lines in `$ROLLCALL_HOME/stack.env`."""
    try:
        text = (HOME / "stack.env").read_text("utf-8")
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


_STACK = stack_file()


def text(name: str, default: str = "") -> str:
    return os.environ.get(name) or _STACK.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return value in ("1", "true", "yes", "on") if value else default
    raise NotReady(f"{name} is {value!r}: set it to 1 or 0.")


def number(name: str, default: int, *, low: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < low:
        raise NotReady(f"{name} is {value!r}: set it to a whole number, {low} or more.")
    return int(value)


def names(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def chosen(name: str, known: Sequence[str]) -> list[str]:
    """Some of the known names; all of them by default, none for `none`."""
    found = names(name) or list(known)
    if found == ["none"]:
        return []
    for each in found:
        if each not in known:
            raise NotReady(f"{name} names {each!r}: set it to `none`, or to some of {', '.join(known)}.")
    return found


def service_url(name: str) -> str:
    value = text(name)
    if not value:
        raise NotReady(
            _AMBIGUOUS or f"The local stack is not running: start it with `make run`, {OTHER_HOME}, or set DATABASE_URL and REDIS_URL."
        )
    return value


def owner_database_url() -> str:
    """ROLLCALL_OWNER_DATABASE_URL; that of a local stack only together with its DATABASE_URL. Empty: one role does everything."""
    name = "ROLLCALL_OWNER_DATABASE_URL"
    return os.environ.get(name, "") if os.environ.get("DATABASE_URL") else text(name)


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a `postgresql://` URL; a unix socket folder goes into `?host=`."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise NotReady("DATABASE_URL must start with postgresql:// — Rollcall runs on PostgreSQL only.")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or options.pop("dbname", "rollcall"),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }


def key_text(variable: str, filename: str) -> str:
    value = os.environ.get(variable, "")
    if value:
        return value
    path = HOME / "keys" / filename
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        raise NotReady(
            _AMBIGUOUS or f"No key: start the local stack with `make run`, {OTHER_HOME}, or set {variable} or the file {path}."
        ) from None


def sealing_keys() -> dict[str, bytes]:
    """Key id → 32 bytes, the sealing key first. Raises NotReady naming the key id that is wrong, never its value."""
    keys: dict[str, bytes] = {}
    for part in key_text("ROLLCALL_SEALING_KEYS", "sealing_keys").split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not key_id.isalnum() or len(key) != 32:
            raise NotReady(f"Sealing key {key_id!r} is not `id:` and 32 bytes in base64: check ROLLCALL_SEALING_KEYS.")
        if key_id in keys:
            raise NotReady(f"Sealing key id {key_id!r} appears twice in ROLLCALL_SEALING_KEYS: keep one.")
        keys[key_id] = key
    return keys
