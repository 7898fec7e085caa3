"""PostgreSQL of the local stack: initialized once, reached only through a private unix socket."""

from __future__ import annotations

import locale
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from local.binaries import PostgresBinaries, explain_failure
from local.data_dir import Home
from local.errors import StackError
from local.processes import Program, inherited
from local.unprivileged import Identity

DATABASE = OWNER = "rollcall"
APPLICATION = "rollcall_app"  # what web, worker and beat sign in as: it cannot change the audit log
REQUIRED_EXTENSION = "pg_trgm"
LETTERS = "C.UTF-8"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    # Sized for a small box that also runs web, worker and browser.
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    # Our queries take milliseconds; compiling them takes longer than running them.
    "jit": "off",
    "synchronous_commit": "on",
    # `minimal` would skip the log for some bulk writes, and the bench would then measure less of it than a
    # production server writes. Nothing replicates from here, so no sender is kept.
    "wal_level": "replica",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing statement is logged without its text and values, which may be personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class Postgres:
    label = "PostgreSQL"

    def __init__(self, binaries: PostgresBinaries, *, home: Home, sockets: Path, identity: Identity) -> None:
        self.binaries = binaries
        self.data = home.postgres / "data"
        self.sockets = sockets
        self.identity = identity
        self._new = home.postgres / "data.new"

    @property
    def variables(self) -> dict[str, str]:
        return {"DATABASE_URL": self._url(APPLICATION), "ROLLCALL_OWNER_DATABASE_URL": self._url(OWNER)}

    def _url(self, role: str) -> str:
        return f"postgresql:///{DATABASE}?host={quote(str(self.sockets), safe='/')}&user={role}"

    def check_version(self) -> None:
        """Raises StackError when the data is of another major version."""
        marker = self.data / "PG_VERSION"
        if not marker.exists():
            return
        made_by = marker.read_text().strip()
        if made_by != str(self.binaries.major):
            raise StackError(
                f"The data folder {self.data} was made by PostgreSQL {made_by}, but this is PostgreSQL"
                f" {self.binaries.major}: dump it with the old version and restore it here,"
                " or move the folder away to start empty."
            )

    def make_data(self) -> None:
        """Run initdb if there is no data yet. An interrupted attempt leaves nothing that looks like data."""
        if self.data.exists():
            return
        shutil.rmtree(self._new, ignore_errors=True)
        made = subprocess.run(  # nosec B603 # fixed arguments
            [str(self.binaries.initdb), "-D", str(self._new), *self._initdb_options()],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=environment(),
            preexec_fn=self.identity.enter,
        )
        if made.returncode != 0:
            shutil.rmtree(self._new, ignore_errors=True)
            raise StackError(explain_failure("PostgreSQL (initdb)", made.stdout + made.stderr))
        self._new.rename(self.data)

    def program(self) -> Program:
        # Quoted: the value is a list, in which blanks and commas have a meaning.
        quoted = '"' + str(self.sockets).replace('"', '""') + '"'
        settings = {**SETTINGS, "unix_socket_directories": quoted}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            command=[str(self.binaries.postgres), "-D", str(self.data), *options],
            environment=environment(),
            folder=Path("/"),
            identity=self.identity,
            # SIGINT: fast shutdown (SIGTERM waits for every client). SIGQUIT: crash recovery at next start.
            stop_signals=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
            orphan_signal=signal.SIGINT,
        )

    def ready(self, pid: int) -> bool:
        """The first line of its pid file is the process, the eighth its state."""
        lines = self._pid_file()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def forget_the_dead(self) -> None:
        """Remove the pid file of a killed server when its number now belongs to something else.

        PostgreSQL would take that for a running server; in a container numbers are small and come back soon.
        """
        lines = self._pid_file()
        if not lines or not lines[0].isdigit():
            return
        command = Path("/proc") / lines[0] / "cmdline"
        if command.exists() and b"postgres" not in command.read_bytes():
            (self.data / "postmaster.pid").unlink()

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def prepare(self) -> None:
        """Create the database and the application role. Raises StackError when the extension for searching is missing."""
        with psycopg.connect(host=str(self.sockets), user=OWNER, dbname="postgres", autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))
            offered = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = %s", [REQUIRED_EXTENSION]).fetchone()
        if offered is None:
            raise StackError(
                f"This PostgreSQL ({self.binaries.folder}) does not have the extension {REQUIRED_EXTENSION}:"
                " install its contrib package, or set DATABASE_URL to a server that has it."
            )

    def _initdb_options(self) -> list[str]:
        # Trust is safe: the socket lies in a folder that only this user can enter; there is no other way in.
        options = ["--username", OWNER, "--encoding", "UTF8", "--auth", "trust", "--no-instructions"]
        if self.binaries.major >= 17:
            # Knows upper and lower case of all scripts, and never changes with the system's library. What pg_trgm takes for a letter
            # depends on LC_CTYPE alone: with C only those of ASCII are, and a search for others reads the table.
            letters = [f"--lc-ctype={LETTERS}"] if has_locale(LETTERS) else []
            return [*options, "--locale=C", *letters, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [*options, "--locale=C.UTF-8"]


def has_locale(name: str) -> bool:
    """Whether the system's library knows it for the classification of characters. Every glibc since 2.35 has C.UTF-8."""
    former = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, former)
    return True


def environment() -> dict[str, str]:
    """English messages, which are parsed, and no settings of the user's own PostgreSQL."""
    return {**inherited(os.environ), "LC_ALL": "C", "TZ": "UTC"}
