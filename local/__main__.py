"""`python -m local run | services | password [NAME]`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from types import FrameType

from local.data_dir import Home
from local.errors import StackError
from local.unprivileged import die_with_parent
from local.waiting import Stop

WATCH_SECONDS = 0.25
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description="Rollcall on one machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything and stay until Ctrl-C")
    commands.add_parser("services", help="start only PostgreSQL and Valkey")
    password = commands.add_parser("password", help="make and print a new password")
    password.add_argument("name", nargs="?", default="admin")
    chosen = parser.parse_args(arguments)
    if chosen.command == "password":
        return _new_password(chosen.name)
    return _in_child(_run_everything if chosen.command == "run" else _run_services)


def _in_child(work: Callable[[Stop], None]) -> int:
    """Do the work in a child and stay as its parent.

    When we are killed, the kernel tells the child to stop, and it still stops everything in order. When the
    child itself is killed, the kernel tells each of its children.
    """
    front = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            die_with_parent(signal.SIGTERM, front)
            code = _guarded(work)
        except BaseException:
            # Unexpected, so worth its traceback; nothing may escape into the parent's half of this function.
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    for number in STOP_SIGNALS:
        signal.signal(number, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    _, status = os.waitpid(child, 0)
    return abs(os.waitstatus_to_exitcode(status))


def _guarded(work: Callable[[Stop], None]) -> int:
    """Run until a signal stops it; an expected failure is one sentence."""
    stop, announced = Stop(), threading.Lock()

    def end(_number: int, _frame: FrameType | None) -> None:
        # A lock that stays taken: a second signal may interrupt this very function, and must not be announced again.
        if announced.acquire(blocking=False):
            # Not print: the signal may have come in the middle of one. Stopping in order takes a few seconds.
            with contextlib.suppress(OSError):
                os.write(sys.stdout.fileno(), b"Stopping ...\n")
        stop.set()

    for number in STOP_SIGNALS:
        signal.signal(number, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    try:
        work(stop)
    except StackError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


def _run_everything(stop: Stop) -> None:
    from local.supervisor import Supervisor

    Supervisor(Home.from_environment(os.environ), environ=os.environ, stop=stop).run()


def _run_services(stop: Stop) -> None:
    from local.console import Console
    from local.restarts import Restarts
    from local.services import Stack

    home = Home.from_environment(os.environ)
    with Stack(home) as stack:
        home.publish(stack.environment)
        print(f"PostgreSQL and Valkey are up; {home.environment_file} says where. Stop with Ctrl-C.", flush=True)
        console = Console(home.logs / "supervisor.log")
        restarts = Restarts(console)
        while not stop.wait(WATCH_SECONDS):
            restarts.look(stack.children)
            console.rotate_logs(stack.children)
        home.withdraw()


def _new_password(name: str) -> int:
    from local.demo import new_password

    return new_password(name)


if __name__ == "__main__":
    sys.exit(main())
