"""`make audit` against a source of advisories on loopback: what it knows fails, and so does a source without answers."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.data_dir import PROJECT
from release.lock_file import packages

Answer = Callable[[str, str], tuple[int, bytes]]  # name and version → status and body
LOCK = "".join(
    f"{pin} \\\n    --hash=sha256:{'0' * 64}\n"
    for pin in ("django==5.2.19", "Typing.Extensions==4.16.0", "elsewhere==1.0 ; sys_platform == 'nowhere'")
)


def advisory(name: str, *fixed: str) -> dict[str, Any]:
    events = [{"introduced": "0"}, *({"fixed": version} for version in fixed)]
    affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
    return {"id": "PLANTED-2026-1", "summary": "Everything is readable", "affected": affected, "published": "2026-11-01T00:00:00Z"}


@contextmanager
def source(answer: Answer) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Its address, and what was asked."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((query["package"]["name"], query["version"]))
            status, body = answer(*asked[-1])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def audit(url: str, lock: str = "") -> subprocess.CompletedProcess[str]:
    """With `-o`, what is installed stays as it is."""
    command = ["make", "-s", "-o", "dev", f"VENV={sys.executable}", "audit", f"AUDIT_URL={url}", f"LOCK={lock}"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture
def lock(tmp_path: Path) -> str:
    (tmp_path / "lock.txt").write_text(LOCK)
    return str(tmp_path / "lock.txt")


def nothing(_name: str, _version: str) -> tuple[int, bytes]:
    return 200, b"{}"


def test_every_locked_package_is_asked_for_and_none_is_known() -> None:
    with source(nothing) as (url, asked):
        ended = audit(url)
    assert ended.returncode == 0, ended.stderr
    needed = [package for package in packages((PROJECT / "requirements.txt").read_text()) if package.needed_here]
    assert sorted(asked) == sorted((package.name, package.version) for package in needed)
    assert ended.stdout == f"No known vulnerability in {len(needed)} packages of requirements.txt.\n"


@pytest.mark.parametrize(("fixed", "text"), [(("5.2.20",), "fixed in 5.2.20"), ((), "not fixed yet")])
def test_a_planted_advisory_fails(lock: str, fixed: tuple[str, ...], text: str) -> None:
    def one(name: str, _version: str) -> tuple[int, bytes]:
        return 200, json.dumps({"vulns": [advisory(name, *fixed)]} if name == "django" else {}).encode()

    with source(one) as (url, asked):
        ended = audit(url, lock)
    assert ended.returncode != 0
    assert ended.stdout == f"django 5.2.19: PLANTED-2026-1, {text}. Everything is readable\n"
    assert "Known vulnerabilities in django: update them in the lock files." in ended.stderr
    assert sorted(asked) == [("django", "5.2.19"), ("typing-extensions", "4.16.0")], "a package of another system is not installed here"


@pytest.mark.parametrize("status_and_body", [(500, b""), (404, b"{}"), (200, b"<html>sign in first</html>"), (200, b'{"vulns": 1}')])
def test_an_unusable_answer_fails(lock: str, status_and_body: tuple[int, bytes]) -> None:
    with source(lambda _name, _version: status_and_body) as (url, _):
        ended = audit(url, lock)
    assert_refused(ended, f"The source of advisories {url} is not reachable or gave no usable answer")


def test_an_answer_for_one_package_of_two_fails(lock: str) -> None:
    with source(lambda name, _version: (200, b"{}") if name == "django" else (503, b"")) as (url, _):
        assert_refused(audit(url, lock), "is not reachable or gave no usable answer")


def test_an_unreachable_source_fails(lock: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert_refused(audit(f"http://127.0.0.1:{port}/v1/query", lock), "is not reachable or gave no usable answer")


@pytest.mark.parametrize("line", ["django>=5.2", "django==5.2.19", "-e .", "django @ https://example.com/django.whl"])
def test_a_lock_file_that_locks_nothing_fails(tmp_path: Path, line: str) -> None:
    (tmp_path / "lock.txt").write_text(f"{LOCK}{line}\n")
    with source(nothing) as (url, asked):
        assert_refused(audit(url, str(tmp_path / "lock.txt")), "no pinned package with hashes")
    assert asked == []


def test_a_missing_lock_file_fails(tmp_path: Path) -> None:
    with source(nothing) as (url, _):
        assert_refused(audit(url, str(tmp_path / "none.txt")), "No such file")


def assert_refused(ended: subprocess.CompletedProcess[str], part: str) -> None:
    assert ended.returncode != 0 and ended.stdout == ""
    sentence = ended.stderr.splitlines()[0]
    assert sentence.startswith("Not audited: ") and part in sentence
    assert "Traceback" not in ended.stderr
