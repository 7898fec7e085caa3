"""The whole stack as a person starts it: `python -m local run`, with real processes."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from local.addresses import answers
from local.data_dir import PROJECT, Home
from local.processes import LOG_LIMIT_BYTES
from local.waiting import wait_until
from tests.local.observing import all_gone, children, command, descendants

START_SECONDS = 90.0
STOP_SECONDS = 40.0
PROGRAMS = ("beat", "web", "worker", "simulators", "valkey", "postgres")


class Run:
    """One `python -m local run` and what it prints."""

    def __init__(self, home: Home, *, environ: Mapping[str, str], port: int) -> None:
        self.home = home
        self.port = port
        self._console = home.folder.parent / "console.txt"
        with self._console.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local", "run"],
                cwd=PROJECT,
                env={**environ, "ROLLCALL_HOME": str(home.folder), "ROLLCALL_BIND": f"127.0.0.1:{port}"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        assert wait_until(self._up_or_over, seconds=START_SECONDS), self.printed()
        assert self.process.poll() is None, self.printed()

    def _up_or_over(self) -> bool:
        return "Open http://" in self.printed() or self.process.poll() is not None

    def printed(self) -> str:
        return self._console.read_text()

    @property
    def supervisor(self) -> int:
        """The process that owns the others; ours is its parent."""
        return int((self.home.folder / "stack.lock").read_text())

    def pid_of(self, words: str) -> int | None:
        """The child of the supervisor with these words in its command line."""
        return next((pid for pid in children(self.supervisor) if words in command(pid)), None)

    def noted(self) -> str:
        return (self.home.logs / "supervisor.log").read_text()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=STOP_SECONDS)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rc-", dir="/tmp") as name:
        yield Path(name)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def plain_environ() -> dict[str, str]:
    hidden = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_") and name not in hidden}


@pytest.fixture(scope="module")
def run(folder: Path) -> Iterator[Run]:
    run = Run(Home(folder / "home"), environ=plain_environ(), port=free_port())
    yield run
    run.end()


def stack_file(home: Home) -> dict[str, str]:
    return dict(line.split("=", 1) for line in home.environment_file.read_text().splitlines())


def test_the_sign_in_page_answers_when_the_address_is_printed(run: Run) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", run.port, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.status == 302
    assert "login" in (answer.getheader("Location") or "")
    connection.close()


def test_each_step_is_printed_before_the_address(run: Run) -> None:
    steps = (
        "Rollcall starts in",
        "database (PostgreSQL)",
        "broker (Valkey)",
        "simulated vendors",
        "migrations",
        "web server",
        "worker and beat",
    )
    printed = run.printed()
    places = [printed.index(step) for step in steps]
    assert places == sorted(places) and places[-1] < printed.index("Open http://")


def test_it_says_that_the_data_is_simulated_and_what_the_users_are_for(run: Run) -> None:
    printed = run.printed()
    port = (run.home.folder / "sandbox.port").read_text().strip()
    assert "The data is simulated" in printed and f"http://127.0.0.1:{port}" in printed
    assert "To connect real vendors" in printed and "manage.py account add" in printed
    assert re.search(r"Sign in as admin +password \S+   \(administrator: ", printed)
    assert re.search(r"Sign in as helpdesk +password \S+   \(helpdesk: ", printed)


def test_commands_in_another_terminal_find_the_services(run: Run) -> None:
    assert stat.S_IMODE(run.home.environment_file.stat().st_mode) == 0o600
    sandbox = (run.home.folder / "sandbox.port").read_text().strip()
    told = stack_file(run.home)
    assert told.keys() == {"DATABASE_URL", "ROLLCALL_OWNER_DATABASE_URL", "REDIS_URL", "ROLLCALL_PRIVATE_HOSTS"}
    assert told["ROLLCALL_PRIVATE_HOSTS"] == f"127.0.0.1:{sandbox}"


def test_passwords_are_shown_once_and_kept_only_as_hashes(run: Run) -> None:
    shown = dict(re.findall(r"Sign in as (\S+) +password (\S+)", run.printed()))
    assert shown.keys() == {"admin", "helpdesk"}
    logs = "".join(path.read_text(errors="replace") for path in run.home.logs.iterdir())
    assert not any(password in logs for password in shown.values())
    with psycopg.connect(stack_file(run.home)["DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT username, password, name FROM devices_user u"
            " JOIN devices_user_groups m ON m.user_id = u.id JOIN auth_group g ON g.id = m.group_id"
            " ORDER BY username"
        ).fetchall()
    assert [(name, role) for name, _, role in rows] == [("admin", "Administrator"), ("helpdesk", "Helpdesk")]
    assert all(stored.startswith("argon2") for _, stored, _ in rows)


def test_the_log_of_a_program_is_rotated_while_it_runs(run: Run) -> None:
    web, log = run.pid_of("granian"), run.home.logs / "web.log"
    with log.open("ab") as written:
        written.write(b"x" * LOG_LIMIT_BYTES + b"\n")
    assert wait_until(lambda: log.stat().st_size <= LOG_LIMIT_BYTES, seconds=10)
    assert wait_until((run.home.logs / "web.log.1").exists, seconds=10)
    assert run.pid_of("granian") == web


def test_the_application_can_only_add_to_the_audit_log(run: Run) -> None:
    rights = "SELECT has_table_privilege('devices_auditevent', right_) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) right_"
    with psycopg.connect(stack_file(run.home)["DATABASE_URL"]) as connection:
        assert [allowed for (allowed,) in connection.execute(rights).fetchall()] == [True, True, False, False, False]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE devices_auditevent")


def test_every_vendor_has_a_demo_account_at_its_simulator(run: Run) -> None:
    sandbox = (run.home.folder / "sandbox.port").read_text().strip()
    with psycopg.connect(stack_file(run.home)["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT vendor, settings->>'url' FROM devices_account ORDER BY vendor").fetchall()
    assert [vendor for vendor, _ in rows] == ["eset", "five9s", "opswat"]
    assert all(url.startswith(f"http://127.0.0.1:{sandbox}/") for _, url in rows)


@pytest.mark.parametrize("words", ["celery -A config.celery worker", "celery -A config.celery beat", "-m granian"])
def test_a_killed_program_starts_again(run: Run, words: str) -> None:
    first = run.pid_of(words)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: run.pid_of(words) not in (None, first), seconds=10)
    assert wait_until(lambda: answers("127.0.0.1", run.port), seconds=30)
    assert "ended (killed by SIGKILL); it starts again" in run.printed()


def test_a_second_start_says_what_is_in_its_way(run: Run, tmp_path: Path) -> None:
    for home, port, sentence in (
        (run.home.folder, run.port, "is already running (pid"),
        (run.home.folder, free_port(), "is already running (pid"),
        (tmp_path / "other", run.port, "Something else already listens"),
    ):
        environ = {
            **plain_environ(),
            "ROLLCALL_HOME": str(home),
            "ROLLCALL_BIND": f"127.0.0.1:{port}",
        }
        second = subprocess.run(
            [sys.executable, "-m", "local", "run"],
            cwd=PROJECT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert sentence in second.stderr and second.stderr.count("\n") == 1
        assert second.stdout == ""
    assert run.home.environment_file.exists()


def test_killed_outright_it_still_stops_everything_in_order(run: Run) -> None:
    """The process a person sees is killed; the one below it does the work and is told by the kernel."""
    everyone = list(descendants(run.process.pid))
    assert len(everyone) > len(PROGRAMS)
    run.process.kill()
    run.process.wait()
    assert all_gone(everyone, seconds=STOP_SECONDS)
    assert re.findall(r"stopped (\w+)", run.noted()) == list(PROGRAMS)
    assert not run.home.environment_file.exists()


def test_if_the_supervisor_itself_is_killed_nothing_stays_behind(folder: Path, run: Run) -> None:
    run.end()
    again = Run(run.home, environ={**plain_environ(), "ROLLCALL_SANDBOX": "0"}, port=run.port)
    assert "forgot the password? Run `make password`" in again.printed()
    assert "No simulated vendors" in again.printed() and "The data is simulated" not in again.printed()
    everyone = list(descendants(again.process.pid))
    os.kill(again.supervisor, signal.SIGKILL)
    assert again.process.wait(timeout=10) != 0
    assert all_gone(everyone, seconds=STOP_SECONDS)
