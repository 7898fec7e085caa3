"""Supervisor of the local stack: starts all processes in order, restarts crashed ones, stops them in order."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Mapping, Sequence

from local import programs
from local.addresses import DEFAULT_BIND, LOOPBACK, answers, parse_bind, require_free, sandbox_port
from local.console import Console
from local.data_dir import PROJECT, Home
from local.demo import Prepared
from local.errors import StackError, explain_os_error
from local.keys import ensure_keys
from local.processes import Child, Program
from local.restarts import Restarts, describe
from local.services import Stack
from local.waiting import Stop, wait_until

SIMULATED = """
  The data is simulated: the demo accounts read invented devices from vendors that run on this machine, at {url}.
  To connect real vendors: Vendor accounts > Add in the browser, or `manage.py account add` (README.md, Commands).
  To start without simulated vendors: ROLLCALL_SANDBOX=0 make run
"""
OWN_VENDORS = """
  No simulated vendors. To connect real ones: Vendor accounts > Add in the browser, or `manage.py account add` (README.md, Commands).
"""
# PostgreSQL and Valkey come after these, Valkey first.
STOP_ORDER = ("beat", "web", "worker", "simulators")
SETUP_SECONDS = 900.0
WEB_SECONDS = 60.0
SIMULATOR_SECONDS = 20.0
WATCH_SECONDS = 0.25
# The last line of a traceback.
ERROR_LINE = re.compile(r"^[\w.]+(?:Error|Exception|NotReady): .+$", re.MULTILINE)
# Purposes of the users that the first start creates.
PURPOSES = {
    "admin": "(administrator: everything, including vendor accounts and the audit log)",
    "helpdesk": "(helpdesk: search devices and write notes, the view of most users)",
}
ADDITIONS = ("DETAIL:", "HINT:", "CONTEXT:", "LINE ", " ", "\t")


class Supervisor:
    """`stop` ends the stack. Raises StackError when ROLLCALL_BIND is invalid."""

    def __init__(self, home: Home, *, environ: Mapping[str, str], stop: Stop) -> None:
        self.home = home
        self.bind = parse_bind(environ.get("ROLLCALL_BIND") or DEFAULT_BIND)
        sandbox = environ.get("ROLLCALL_SANDBOX", "1")
        self.sandboxed = sandbox not in ("0", "false", "no", "off")
        self.hostile = sandbox == "hostile"
        self._environ = environ
        self._stop = stop
        self._stack = Stack(home, environ=environ)
        self._children: dict[str, Child] = {}

    def run(self) -> None:
        """Returns after `stop` was set. Raises StackError when it cannot start; nothing is left running."""
        began = time.monotonic()
        # Until the services are up the folder may be another stack's: touch nothing in it.
        # The port is checked after the lock: a second start in the folder reports the first one, not the used port.
        self._stack.start(stop=self._stop, say=lambda line: print(line, flush=True), check=lambda: require_free(self.bind))
        console = Console(self.home.logs / "supervisor.log")
        try:
            self._serve(console, began=began)
        except OSError as error:
            raise StackError(explain_os_error(error)) from None
        finally:
            self._stop_all(console)

    def _serve(self, console: Console, *, began: float) -> None:
        port = sandbox_port(self.home.folder / "sandbox.port") if self.sandboxed else None
        if not self._stop.is_set():
            self._start_programs(console, port)
        if not self._stop.is_set():
            console.say(self._welcome(port, seconds=time.monotonic() - began))
        restarts = Restarts(console)
        while not self._stop.wait(WATCH_SECONDS):
            children = [*self._stack.children, *self._children.values()]
            restarts.look(children)
            console.rotate_logs(children)

    def _start_programs(self, console: Console, port: int | None) -> None:
        made = ensure_keys(self.home.keys, environ=self._environ)
        if made:
            console.say(f"  New secret keys in {self.home.keys}: keep a copy, sealed credentials need them.")
        environment = programs.environment_for(
            self.home, services=self._stack.environment, bind=self.bind, sandbox=port, environ=self._environ
        )
        self._write_stack_file(port)
        if port is not None:
            console.say("  Starting the simulated vendors")
            self._start(programs.simulators(environment, port=port, hostile=self.hostile))
        console.say("  Preparing the database: migrations, users (the first time this takes about half a minute)")
        self._set_up(programs.setup(environment, sandbox=port), console)
        if self._stop.is_set():
            return
        environment = programs.without_owner(environment)
        # The page first: worker and beat would only compete with it for the processor.
        console.say("  Starting the web server")
        self._wait_for_web(self._start(programs.web(environment, bind=self.bind)))
        if port is not None:
            wait_until(lambda: answers(LOOPBACK, port), seconds=SIMULATOR_SECONDS, stop=self._stop)
        if self._stop.is_set():
            return
        console.say("  Starting worker and beat")
        self._start(programs.worker(environment))
        self._start(programs.beat(environment, home=self.home))

    def _start(self, program: Program) -> Child:
        child = Child(program, logs=self.home.logs, lock=self._stack.lock)
        self._children[program.name] = child
        child.start()
        return child

    def _write_stack_file(self, port: int | None) -> None:
        variables = programs.stack_variables(services=self._stack.environment, sandbox=port, environ=self._environ)
        self.home.publish(variables)

    def _set_up(self, program: Program, console: Console) -> None:
        """Migrate, create the first users and the demo accounts, and print what the user needs."""
        child = Child(program, logs=self.home.logs, lock=self._stack.lock, capture=True)
        child.start()
        try:
            ended = wait_until(lambda: not child.running, seconds=SETUP_SECONDS, stop=self._stop)
            if self._stop.is_set():
                return
            code = child.exit_code()
            if not ended or code is None:
                raise StackError(f"Setting up the database takes too long: its log is {child.log}.")
            if code != 0:
                why = last_words(child.said()) or describe(code)
                raise StackError(f"Setting up the database failed: {why} (log: {child.log})")
            answer: Prepared = json.loads(child.answer())
            for line in [*sign_in_lines(answer["passwords"]), *demo_lines(answer["demo_accounts"])]:
                console.show(line)
        finally:
            child.stop()

    def _wait_for_web(self, web: Child) -> None:
        def ready_or_over() -> bool:
            return not web.running or self._page_answers()

        settled = wait_until(ready_or_over, seconds=WEB_SECONDS, stop=self._stop, poll=0.05)
        if self._stop.is_set():
            return
        if not web.running or not settled:
            errors = ERROR_LINE.findall(web.said())
            why = f" ({errors[-1]})" if errors else ""
            raise StackError(f"The web server does not answer at {self.bind.url}{why}: its log is {web.log}.")

    def _page_answers(self) -> bool:
        connection = http.client.HTTPConnection(self.bind.reachable_host, self.bind.port, timeout=10.0)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _welcome(self, port: int | None, *, seconds: float) -> str:
        logs = self.home.logs
        shown = logs.relative_to(PROJECT) if logs.is_relative_to(PROJECT) else logs
        opened = f"\n  Open {self.bind.url}   (up in {seconds:.1f} s; logs in {shown}; stop with Ctrl-C)\n"
        return opened + (OWN_VENDORS if port is None else SIMULATED.format(url=f"http://{LOOPBACK}:{port}"))

    def _stop_all(self, console: Console) -> None:
        for name in STOP_ORDER:
            child = self._children.pop(name, None)
            if child is not None:
                child.stop()
                console.note(f"stopped {name}")
        self._stack.stop(stopped=lambda name: console.note(f"stopped {name}"))
        self.home.withdraw()
        console.say("Rollcall has stopped.")


def last_words(output: str) -> str:
    """The line that names the error: the last of a traceback, without the database's additions."""
    lines = [line for line in output.splitlines() if line.strip() and not line.startswith(ADDITIONS)]
    return lines[-1].strip() if lines else ""


def demo_lines(left: Sequence[str]) -> list[str]:
    """How to remove accounts of simulated vendors from an installation with real ones."""
    if not left:
        return []
    return [
        f"  There are still accounts of simulated vendors: {', '.join(left)}. Remove each with its devices in the browser, or with:",
        *(f"    .venv/bin/python manage.py account delete {name}" for name in left),
    ]


def sign_in_lines(new: Mapping[str, str]) -> list[str]:
    """Sign-in instructions: new passwords once, else how to get one."""
    if not new:
        return ["  Sign in as admin; forgot the password? Run `make password`, or `make password NAME=helpdesk` for another user."]
    lines = [f"  Sign in as {name:<10} password {password}   {PURPOSES.get(name, '')}".rstrip() for name, password in new.items()]
    return [*lines, "  These passwords are shown only once; `make password` makes a new one for admin."]
