"""Every documented command line is run, unchanged, against a stack that `make run` started in a copy of this checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis

from local.addresses import answers
from local.binaries import find_postgres
from local.data_dir import PROJECT
from local.waiting import wait_until
from tests.local.documented import EXEMPT, MANAGE, PLACEHOLDERS, STEPS, Line, documented, documents, lines, uncovered
from vendors.registry import VENDORS

START_SECONDS = 180.0
LEFT_OUT = (".git", ".venv*", ".rollcall", "node_modules", "bench-results", "screenshots", ".*_cache", ".hypothesis")


class Terminal:
    """A second terminal in the copy: variables that one line exports are there in the next."""

    def __init__(self, checkout: Path, folder: Path, *, replace: dict[str, Callable[[], str]]) -> None:
        self._checkout = checkout
        self._state = Path(tempfile.mkstemp(dir=folder, suffix=".sh")[1])
        self._replace = replace

    def start(self, line: str, output: Path, **environment: str) -> subprocess.Popen[bytes]:
        for placeholder, value in self._replace.items():
            if placeholder in line:
                line = line.replace(placeholder, value())
        script = '. "$2"; eval "$1"; code=$?; export -p > "$2"; exit $code'
        hidden = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL")
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_") and name not in hidden}
        plain.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # of the browser tests, no variable of a shell
        plain["PATH"] = f"{find_postgres().folder}:{plain['PATH']}"  # its dump needs programs of its version
        with output.open("wb") as written:
            return subprocess.Popen(
                ["bash", "-c", script, "bash", line, str(self._state)],
                cwd=self._checkout,
                env=plain | environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, line: str) -> tuple[int, str]:
        output = self._state.with_suffix(".txt")
        code = self.start(line, output).wait(timeout=180)
        return code, output.read_text()

    def run_until(self, line: str, ready: Callable[[str], bool], **environment: str) -> tuple[int, str]:
        """A program that runs until it is told to stop: 0 when it became ready, whatever it says when it ends."""
        output = self._state.with_suffix(".txt")
        process = self.start(line, output, **environment)
        came = wait_until(lambda: ready(output.read_text()) or process.poll() is not None, seconds=90) and process.poll() is None
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
        return 0 if came else 1, output.read_text()


class Started:
    """A copy of the checkout with `make run` in it, with a data folder elsewhere: nothing but the copy says where it is."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.home, self.folder = folder / "checkout", folder / "home", folder
        shutil.copytree(PROJECT, self.checkout, ignore=shutil.ignore_patterns(*LEFT_OUT))
        self._make_venv()
        self._console = folder / "console.txt"
        self.terminal = Terminal(self.checkout, folder, replace={})
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self.process = self.terminal.start("make run", self._console, ROLLCALL_HOME=str(self.home), ROLLCALL_BIND=f"127.0.0.1:{self.port}")
        assert wait_until(lambda: "Open http://" in self.printed() or self.process.poll() is not None, seconds=START_SECONDS), (
            self.printed()
        )
        assert self.process.poll() is None, self.printed()
        told = (self.home / "stack.env").read_text().splitlines()
        self.told = dict(line.split("=", 1) for line in told)
        found = re.search(r"run on this machine, at (http://\S+)\.$", self.printed(), re.MULTILINE)
        assert found, self.printed()
        self.simulators = found[1]

    def _make_venv(self) -> None:
        """The packages are those of this test; so are the marks that say which lock files are installed."""
        real, venv = Path(sys.prefix), self.checkout / ".venv"
        venv.mkdir()
        for name in ("bin", "lib"):
            (venv / name).symlink_to(real / name)
        shutil.copy(real / "pyvenv.cfg", venv)
        for lock in self.checkout.glob("requirements*.txt"):
            shutil.copy(lock, venv / f"installed-{lock.name}")

    def printed(self) -> str:
        return self._console.read_text()

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def stack() -> Iterator[Started]:
    with tempfile.TemporaryDirectory(prefix="rc-", dir="/tmp") as name:
        started = Started(Path(name))
        try:
            yield started
        finally:
            started.stop()


def values(stack: Started) -> dict[str, Callable[[], str]]:
    """What the placeholders stand for. Production variables lead to a second, empty database of the same server, those of the host of a
    restore to a third."""
    database = urlsplit(stack.told["DATABASE_URL"])

    def with_role(role: str, name: str = "production") -> str:
        return f"postgresql:///{name}?" + re.sub(r"user=\w+", f"user={role}", database.query)

    def fresh_database() -> str:
        """As docs/scaling.md says that an administrator of PostgreSQL creates it."""
        with psycopg.connect(stack.told["ROLLCALL_OWNER_DATABASE_URL"], autocommit=True) as connection:
            for role in ("production_owner", "production"):
                connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute("CREATE DATABASE production OWNER production_owner")
        return with_role("production_owner")

    def new_database() -> str:
        with psycopg.connect(stack.told["ROLLCALL_OWNER_DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CREATE DATABASE restored OWNER production_owner")
        return with_role("production_owner", "restored")

    def installer() -> str:
        _, output = stack.terminal.run(f"{MANAGE} installer list --json")
        ours = (each["id"] for each in json.loads(output) if each["state"] == "ready" and each["name"].startswith("Laptops"))
        return str(next(ours, 0))

    def head() -> str:
        return stack.terminal.run(f"{MANAGE} audit head")[1].strip()

    found = {
        "SIMULATORS": lambda: stack.simulators,
        "INSTALLER_ID": installer,
        "HEAD": head,
        "postgresql://rollcall_owner:PASSWORD@db.example.com/rollcall": fresh_database,
        "postgresql://rollcall:PASSWORD@db.example.com/rollcall": lambda: with_role("production"),
        "postgresql://rollcall_owner:PASSWORD@new.example.com/rollcall": new_database,
        "postgresql://rollcall:PASSWORD@new.example.com/rollcall": lambda: with_role("production", "restored"),
        "redis://redis.example.com/0": lambda: stack.told["REDIS_URL"].replace("db=0", "db=1"),
    }
    assert found.keys() == set(PLACEHOLDERS)
    return found


def simulate(stack: Started, **options: object) -> None:
    httpx.post(f"{stack.simulators}/_sandbox/options", json=options).raise_for_status()


def budgets_recover(stack: Started) -> None:
    """A person types slower than this test: the minute between two lines passes for the budgets at once."""
    client = redis.Redis.from_url(stack.told["REDIS_URL"])
    for part in ("log", "block"):
        for key in client.scan_iter(f"rollcall:budget:*:{part}"):
            client.delete(key)


def test_every_documented_command_works(stack: Started) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    long_running: dict[str, Callable[[str], bool]] = {
        "granian": lambda _: answers("127.0.0.1", port),
        "worker": lambda seen: "ready." in seen,
        "beat": lambda _: any(stack.checkout.glob("beat-schedule*")),
    }
    ran: dict[Line, str] = {}
    failed: list[str] = []
    for file in documents(PROJECT):
        terminal = Terminal(stack.checkout, stack.folder, replace=values(stack))
        to_run = [line for line in lines(file) if line.target not in EXEMPT]
        for line, following in zip_longest(to_run, to_run[1:]):
            budgets_recover(stack)
            # What a line cancels must still be under way then, however slowly this machine gets there.
            cancelled = any(each is not None and "--cancel" in each.words for each in (line, following))
            simulate(stack, rate_limits=False, job_seconds=600.0 if cancelled else 1.0)
            kind = next((ready for word, ready in long_running.items() if word in line.words), None)
            if kind is None:
                code, output = terminal.run(line.text)
            else:
                code, output = terminal.run_until(line.text, kind, GRANIAN_HOST="127.0.0.1", GRANIAN_PORT=str(port))
            ran[line] = output
            if code:
                failed.append(f"{line} -> {code}\n{output[-2000:]}")
    assert not failed, "\n\n".join(failed)
    assert uncovered(documented(), list(ran)) == []
    assert_accounts_lived(ran)

    def all_deleted() -> bool:
        names = {each["name"] for each in json.loads(stack.terminal.run(f"{MANAGE} account list --json")[1])}
        return names == {f"demo-{vendor}" for vendor in VENDORS}

    assert wait_until(all_deleted, seconds=60, poll=1.0)
    assert "Traceback" not in "".join(ran.values())


def assert_accounts_lived(ran: dict[Line, str]) -> None:
    """Each vendor's lines did what they say, and not only ended with 0."""
    for vendor in VENDORS:
        of_vendor = [line for line in ran if line.file.name == f"{vendor}.md" and line.words[1:2] == ["manage.py"]]
        told = {line.words[3] if line.words[2] == "account" else line.words[2]: ran[line] for line in of_vendor}
        name = of_vendor[0].words[4]
        expected = {
            "add": f"Added {name};",
            "test": ".",
            "sync": "is complete: ",
            "lookup": f"{name}: searched",
            "edit": f"Changed {name}.",
            "rotate": "Replaced ",
            "disable": f"{name} is disabled",
            "enable": f"{name} is enabled",
            "delete": f"{name} is being deleted",
        }
        assert list(expected) == list(STEPS)
        assert [step for step in STEPS if expected[step] not in told[step]] == [], (vendor, told)


def test_a_second_terminal_finds_the_stack_and_loses_it_when_it_stops(stack: Started) -> None:
    code, output = stack.terminal.run(f"{MANAGE} account list")
    assert code == 0 and "demo-eset" in output
    stack.stop()
    for line in (f"{MANAGE} account list", "make password"):
        code, output = stack.terminal.run(line)
        assert code == 2
        assert "ROLLCALL_HOME" in output and "Traceback" not in output
