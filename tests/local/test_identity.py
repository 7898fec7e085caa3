from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.binaries import find_postgres
from local.data_dir import PROJECT
from local.errors import StackError
from local.unprivileged import Identity, candidates, choose

# Everything is imported while we may still read the venv; then this process is an ordinary user for good.
AS_NOBODY = """
import os, sys, psycopg
from pathlib import Path
from local.services import Stack
os.setgroups([]); os.setgid(65534); os.setuid(65534)
with Stack(Path(sys.argv[1]), environ={}) as stack:
    with psycopg.connect(stack.environment["DATABASE_URL"]) as connection:
        answer = connection.execute("SELECT 41 + 1").fetchone()[0]
        print(os.geteuid(), answer, stack.children[0].program.identity.name)
"""


@pytest.mark.parametrize("identity", candidates(), ids=lambda identity: identity.name)
def test_postgres_can_be_run_by_each_identity_that_this_user_may_take(short_folder: Path, identity: Identity) -> None:
    binary = find_postgres().postgres
    data = short_folder / "home" / "postgres"
    data.mkdir(parents=True, mode=0o700)
    if identity.name == "nobody" and not reachable_by_all(binary):
        with pytest.raises(StackError, match="run this as an ordinary user"):
            choose(binary, home=data.parent, folders=[data], among=[identity])
        return
    chosen = choose(binary, home=data.parent, folders=[data], among=[identity])
    assert chosen is identity
    assert data.stat().st_uid == identity.owner


def test_an_ordinary_user_can_run_the_services(short_folder: Path) -> None:
    """As root: become nobody first. Otherwise we are one already, as every other test here shows."""
    short_folder.chmod(0o777)
    script = AS_NOBODY if os.geteuid() == 0 else AS_NOBODY.replace("os.setgroups", "#")
    done = subprocess.run(
        [sys.executable, "-c", script, str(short_folder / "home")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if os.geteuid() == 0 and not reachable_by_all(find_postgres().postgres):
        assert "StackError" in done.stderr
        return
    uid = 65534 if os.geteuid() == 0 else os.geteuid()
    assert done.stdout.split() == [str(uid), "42", "ourselves"], done.stderr


def test_data_of_another_user_is_not_taken_over(short_folder: Path) -> None:
    if os.geteuid() != 0:
        with pytest.raises(StackError, match="cannot write"):
            choose(Path("/bin/sh"), home=short_folder, folders=[Path("/usr")])
        return
    os.chown(short_folder, 12345, 12345)
    with pytest.raises(StackError, match="belongs to the user with id 12345"):
        choose(Path("/bin/sh"), home=short_folder, folders=[short_folder])


def reachable_by_all(path: Path) -> bool:
    """Whether any user may pass through every folder above."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
