from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from local.data_dir import PROJECT, Home
from local.waiting import wait_until
from tests.local.observing import alive, descendants


def local(*arguments: str, home: Home, environ: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=PROJECT,
        env={**environ, "ROLLCALL_HOME": str(home.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_services_alone_run_until_the_signal_and_end_well(home: Home, environ: dict[str, str]) -> None:
    process = local("services", home=home, environ=environ)
    assert wait_until(lambda: home.environment_file.exists() or process.poll() is not None, seconds=30)
    told = dict(line.split("=", 1) for line in home.environment_file.read_text().splitlines())
    with psycopg.connect(told["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=40)
    assert (process.returncode, errors) == (0, "")
    assert "Stop with Ctrl-C" in output
    assert not home.environment_file.exists()


def test_it_says_at_once_that_it_stops(home: Home, environ: dict[str, str]) -> None:
    """Valkey is frozen, so stopping cannot end before the words are there."""
    process = local("services", home=home, environ=environ)
    assert process.stdout is not None
    assert "Stop with Ctrl-C" in process.stdout.readline()
    (valkey,) = (pid for pid, words in descendants(process.pid).items() if "valkey-server" in words)
    os.kill(valkey, signal.SIGSTOP)
    try:
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "Stopping ...\n"
        assert alive(valkey) and process.poll() is None
        process.send_signal(signal.SIGINT)
    finally:
        os.kill(valkey, signal.SIGCONT)
    output, errors = process.communicate(timeout=40)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_start_that_cannot_work_says_why_in_one_line_and_fails(home: Home, environ: dict[str, str]) -> None:
    process = local("run", home=home, environ={**environ, "ROLLCALL_BIND": "nonsense"})
    output, errors = process.communicate(timeout=40)
    assert process.returncode == 1
    assert errors == "ROLLCALL_BIND is 'nonsense': set it to host:port, for example 127.0.0.1:8000.\n"
    assert output == ""


def test_a_password_cannot_be_made_while_nothing_runs(home: Home, environ: dict[str, str]) -> None:
    plain = {name: value for name, value in environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    process = local("password", home=home, environ=plain | {"ROLLCALL_SECRET_KEY": "x"})
    _, errors = process.communicate(timeout=40)
    assert process.returncode == 2
    assert len(errors.splitlines()) == 1 and os.linesep in errors


def test_make_help_lists_every_target_with_a_sentence() -> None:
    done = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True)
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    assert listed >= {"help", "run", "test", "lint", "bench", "faults", "password"}
    assert Path(PROJECT / ".ci" / "run").stat().st_mode & 0o111
