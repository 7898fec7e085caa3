"""Unprivileged user for PostgreSQL, which refuses to run as root.

First choice: a user namespace, in which root is seen as `nobody` while every file stays root's. Second
choice: really become `nobody`, who then owns the data. Both are entered in the child, between fork and exec.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
OVERFLOW_ID = 65534

# Loaded at import: between fork and exec only calls that need no lock of the parent are safe.
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Identity:
    """The user of a child. `owner` is the uid that must own its files, as seen from outside."""

    name: str
    owner: int
    group: int
    enter: Callable[[], None]


def stay() -> None:
    """Keep the current user."""


def enter_namespace() -> None:
    """Become uid 65534 inside a new user namespace, which is the current uid outside."""
    uid, gid = os.geteuid(), os.getegid()
    if _LIBC.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{OVERFLOW_ID} {uid} 1"),
        ("gid_map", f"{OVERFLOW_ID} {gid} 1"),
    ):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, content.encode())
        os.close(descriptor)


def become_nobody() -> None:
    os.setgroups([])
    os.setgid(OVERFLOW_ID)
    os.setuid(OVERFLOW_ID)


def ourselves() -> Identity:
    return Identity(name="ourselves", owner=os.geteuid(), group=os.getegid(), enter=stay)


def candidates() -> list[Identity]:
    """The identities worth trying for PostgreSQL, best first."""
    if os.geteuid() != 0:
        return [ourselves()]
    found = []
    if hasattr(_LIBC, "unshare"):
        found.append(Identity(name="namespace", owner=0, group=os.getegid(), enter=enter_namespace))
    found.append(Identity(name="nobody", owner=OVERFLOW_ID, group=OVERFLOW_ID, enter=become_nobody))
    return found


def choose(binary: Path, *, home: Path, folders: list[Path], among: list[Identity] | None = None) -> Identity:
    """The first identity that can run `binary` and write to `folders`; it becomes the owner of the folders.

    Somebody else needs to pass through `home`, whose contents stay closed to them.

    Raises StackError when there is none: the caller is root, on a system that grants neither way.
    """
    for identity in candidates() if among is None else among:
        if os.geteuid() == 0:
            for folder in folders:
                hand_over(folder, identity)
        if identity.owner != os.geteuid():
            home.chmod(0o711)
        if _can_work(identity, binary, folders):
            return identity
    if os.geteuid() != 0:
        raise StackError(f"This user cannot write to {folders[0]}: correct its permissions, or set ROLLCALL_HOME to another folder.")
    raise StackError(
        f"PostgreSQL refuses to run as root, and no other user can reach {folders[0]} and {binary} here:"
        " run this as an ordinary user, or set DATABASE_URL to a database of your own."
    )


def hand_over(folder: Path, identity: Identity) -> None:
    """Make `identity` the owner of a folder and all that is in it; costs one stat when it is already."""
    owner = folder.stat().st_uid
    if owner == identity.owner:
        return
    if owner not in (0, OVERFLOW_ID):
        raise StackError(
            f"{folder} belongs to the user with id {owner}: start the local stack as that user, or set ROLLCALL_HOME to another folder."
        )
    for root, _, files in os.walk(folder):
        for path in (root, *(os.path.join(root, name) for name in files)):
            os.chown(path, identity.owner, identity.group, follow_symlinks=False)


def die_with_parent(orphan_signal: signal.Signals, parent: int) -> None:
    """In a child: ask the kernel for `orphan_signal` when the parent dies.

    Call it after any change of identity, which would clear the request.
    """
    if not sys.platform.startswith("linux"):
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel knew of our wish
        os._exit(1)


def _can_work(identity: Identity, binary: Path, folders: list[Path]) -> bool:
    script = 'test -x "$1" || exit 1; shift; for f; do test -w "$f" && test -x "$f" || exit 1; done'
    try:
        probe = subprocess.run(  # nosec B603 # fixed arguments
            ["/bin/sh", "-c", script, "sh", str(binary), *map(str, folders)],
            preexec_fn=identity.enter,
            cwd="/",
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return probe.returncode == 0
