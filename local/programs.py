"""The programs of Rollcall besides PostgreSQL and Valkey."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Mapping

from local.addresses import LOOPBACK, Address
from local.data_dir import PROJECT, Home
from local.processes import Program

QUEUES = "interactive,sync,tick"
POOL = 3


def environment_for(
    home: Home, *, services: Mapping[str, str], bind: Address, sandbox: int | None, environ: Mapping[str, str]
) -> dict[str, str]:
    """The caller's environment, the services of the stack, and the allowed private hosts of vendors."""
    return {
        **environ,
        **stack_variables(services=services, sandbox=sandbox, environ=environ),
        "ROLLCALL_HOME": str(home.folder),
        "ROLLCALL_HOSTS": environ.get("ROLLCALL_HOSTS") or ",".join(host_names(bind)),
        "PYTHONUNBUFFERED": "1",
        # glibc keeps one heap per thread otherwise: the difference is tens of megabytes in web and worker.
        "MALLOC_ARENA_MAX": "2",
    }


def without_owner(environment: Mapping[str, str]) -> dict[str, str]:
    """For programs that only have the rights of the application."""
    return {name: value for name, value in environment.items() if name != "ROLLCALL_OWNER_DATABASE_URL"}


def stack_variables(*, services: Mapping[str, str], sandbox: int | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Variables for commands in another terminal; written to `stack.env`."""
    private = [host for host in environ.get("ROLLCALL_PRIVATE_HOSTS", "").split(",") if host.strip()]
    if sandbox is not None:
        private.append(f"{LOOPBACK}:{sandbox}")
    return {**services, "ROLLCALL_PRIVATE_HOSTS": ",".join(private)}


def host_names(bind: Address) -> list[str]:
    """Host names that browsers may use."""
    names = ["localhost", LOOPBACK, "[::1]"]
    if bind.everywhere:
        names.append(socket.gethostname().lower())
    elif bind.host not in names:
        names.append(f"[{bind.host}]" if ":" in bind.host else bind.host)
    return names


def setup(environment: Mapping[str, str], *, sandbox: int | None) -> Program:
    """Migrations, the first administrator, the demo accounts; ends by itself."""
    arguments = [] if sandbox is None else ["--sandbox", f"http://{LOOPBACK}:{sandbox}"]
    return _python("setup", ["local.demo", *arguments], environment)


def simulators(environment: Mapping[str, str], *, port: int, hostile: bool = False) -> Program:
    """`hostile`: some simulated devices have texts that attack pages and spreadsheets."""
    return _python("simulators", ["sandbox", "--port", str(port), *(["--hostile"] if hostile else [])], environment, grace=5.0)


def web(environment: Mapping[str, str], *, bind: Address) -> Program:
    options = [
        *("--interface", "wsgi", "--host", bind.host, "--port", str(bind.port), "--no-ws"),
        *("--workers", str(min(2, os.cpu_count() or 1)), "--blocking-threads", "4"),
        *("--workers-kill-timeout", "5"),
    ]
    return _python("web", ["granian", *options, "config.wsgi:application"], environment)


def worker(environment: Mapping[str, str]) -> Program:
    options = [
        *("-Q", QUEUES, "--concurrency", str(POOL), "-O", "fair"),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]
    return _python(
        "worker",
        ["celery", "-A", "config.celery", "worker", *options],
        environment,
        # A step is short and is repeated when killed, so that the user need not wait.
        stop_signals=((signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0)),
    )


def beat(environment: Mapping[str, str], *, home: Home) -> Program:
    schedule = str(home.folder / "beat-schedule")
    return _python("beat", ["celery", "-A", "config.celery", "beat", "-s", schedule], environment, grace=5.0)


def _python(
    name: str,
    module: list[str],
    environment: Mapping[str, str],
    *,
    grace: float = 10.0,
    stop_signals: tuple[tuple[signal.Signals, float], ...] | None = None,
) -> Program:
    # `python -m` and not the scripts of the venv: their first line breaks on blanks and on long paths.
    return Program(
        name=name,
        command=[sys.executable, "-m", *module],
        environment=environment,
        folder=PROJECT,
        stop_signals=stop_signals or ((signal.SIGTERM, grace),),
    )
