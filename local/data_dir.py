"""The data folder of the local stack: its layout, and its lock."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from config.env import DEFAULT_HOME, ROOT, RUNNING, is_running
from local.errors import StackError
from local.keys import write_private
from local.waiting import wait_until

PROJECT = ROOT
# initdb and the first write-ahead log take about 60 MB; less than this fails half-way, so refuse early.
LEAST_FREE_BYTES = 150 * 1024 * 1024
# The kernel's limit is 107 bytes; PostgreSQL makes `<socket>.lock` beside its socket.
LONGEST_SOCKET_PATH = 100
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"
# Blanks, commas and the like are legal in a path but mean something else in a libpq host list or a URL.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")
LEFTOVER_SECONDS = 30.0


class Home:
    """One data folder. `lock` allows only one stack at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = folder / "postgres"
        self.valkey = folder / "valkey"
        self.keys = folder / "keys"
        self.logs = folder / "logs"
        self.environment_file = folder / "stack.env"
        self._pointer = RUNNING / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        self._lock_file = folder / "stack.lock"
        self._remembered_sockets = folder / "sockets.path"
        self._lock: int | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Home:
        named = environ.get("ROLLCALL_HOME")
        return cls(Path(named).expanduser().absolute() if named else DEFAULT_HOME)

    def prepare(self) -> None:
        """Create the folders; StackError when the disk is full or not writable."""
        for folder in (self.folder, self.valkey, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise StackError(f"This user cannot write to {self.folder}: correct its permissions, or set ROLLCALL_HOME to another folder.")
        free = shutil.disk_usage(self.folder).free
        if free < LEAST_FREE_BYTES:
            raise StackError(
                f"The disk is full: {self.folder} has {free // 1_000_000} MB left and the local stack needs"
                f" {LEAST_FREE_BYTES // 1_000_000}; free some space, or set ROLLCALL_HOME to another disk."
            )

    def lock(self) -> int:
        """Lock the folder for this process; every child inherits the descriptor.

        So the lock outlives a killed supervisor until its last child has ended, and a new start waits for them.
        """
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

        def taken_or_owned() -> bool:
            return _try_lock(descriptor) or _alive(_read_pid(descriptor))

        wait_until(taken_or_owned, seconds=LEFTOVER_SECONDS)
        if not _try_lock(descriptor):
            pid = _read_pid(descriptor)
            os.close(descriptor)
            raise StackError(_why_locked(self.folder, pid))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._lock = descriptor
        return descriptor

    def unlock(self) -> None:
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def publish(self, variables: Mapping[str, str]) -> None:
        """Write the addresses of the services for commands in other terminals, and register this folder if it is not the default one."""
        write_private(self.environment_file, "".join(f"{name}={value}\n" for name, value in variables.items()))
        if self.folder == DEFAULT_HOME:
            return
        # In a checkout that cannot be written to, ROLLCALL_HOME must be set in the other terminal too; the error there says so.
        with contextlib.suppress(OSError):
            RUNNING.mkdir(mode=0o700, parents=True, exist_ok=True)
            for other in RUNNING.glob("[0-9a-f]" * 16):
                if not is_running(Path(other.read_text("utf-8", "replace").strip())):
                    other.unlink(missing_ok=True)
            write_private(self._pointer, f"{self.folder}\n")

    def withdraw(self) -> None:
        self.environment_file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._pointer.unlink(missing_ok=True)

    def sockets(self) -> Path:
        """The private folder of the unix sockets: in the home, or a short one in /tmp that it remembers."""
        inside = self.folder / "sockets"
        if self._fits(inside):
            inside.mkdir(mode=0o700, exist_ok=True)
            return inside
        remembered = self._remembered()
        if remembered is None:
            remembered = Path(tempfile.mkdtemp(prefix="rollcall-", dir="/tmp"))  # nosec B108 # mkdtemp makes it private
            self._remembered_sockets.write_text(f"{remembered}\n")
        return remembered

    def forget_sockets(self) -> None:
        remembered = self._remembered()
        if remembered is not None:
            shutil.rmtree(remembered, ignore_errors=True)
        self._remembered_sockets.unlink(missing_ok=True)

    def _fits(self, folder: Path) -> bool:
        longest = str(folder / LONGEST_SOCKET_NAME)
        return len(os.fsencode(longest)) <= LONGEST_SOCKET_PATH and PLAIN_PATH.fullmatch(longest) is not None

    def _remembered(self) -> Path | None:
        """The short folder of an earlier start, if it is still there and still private to us."""
        if not self._remembered_sockets.exists():
            return None
        folder = Path(self._remembered_sockets.read_text().strip())
        try:
            status = folder.lstat()
        except OSError:
            return None
        private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700
        ours = os.geteuid() in (0, status.st_uid)
        return folder if private and ours and folder.name.startswith("rollcall-") else None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    return int(text) if text.isdigit() else None


def _alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _why_locked(folder: Path, pid: int | None) -> str:
    if _alive(pid):
        return f"The local stack in {folder} is already running (pid {pid}): stop it first, or set ROLLCALL_HOME to another folder."
    return f"Processes of an earlier start in {folder} are still stopping: wait a moment, then start again."
