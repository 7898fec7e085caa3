"""`make bench ARGS=versus`: its arguments, its arithmetic and its verdict. What it measures is measured by hand."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.env import ROOT
from local.addresses import Address
from tests.bench import trees, versus
from tests.bench.figures import part
from tests.bench.person import WrongAnswer
from tests.bench.trees import CannotCompare, Side
from tests.bench.versus import PAGES, addresses, is_slower, judge, measured, require_same_fleet

DEVICE = {"id": 7, "name": "NB-BER-0000007", "serial": "A1 B2", "user": "NORDWIND\\anna"}
SIDE = Side("before", Address("127.0.0.1", 1), "", 1, [DEVICE])


def bench(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("BEFORE", "SCALE", "REQUESTS")}
    command = [sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**kept, **environ}, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "BEFORE is missing: name the earlier commit, for example `make bench ARGS=versus BEFORE=b192609`."),
        ({"BEFORE": ""}, "BEFORE is missing: name the earlier commit"),
        ({"BEFORE": "no-such-branch"}, "BEFORE=no-such-branch is no commit of this repository: give a hash, a tag or a branch"),
        ({"BEFORE": "--all"}, "BEFORE=--all is no commit of this repository"),
        ({"BEFORE": "HEAD:README.md"}, "BEFORE=HEAD:README.md is no commit of this repository"),
        ({"BEFORE": "HEAD", "SCALE": "many"}, "SCALE is 'many': set it to a whole number, 60 or more."),
        ({"BEFORE": "HEAD", "REQUESTS": "0"}, "REQUESTS is '0': set it to a whole number, 60 or more."),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_sentence_and_nothing_is_built(environ: dict[str, str], sentence: str) -> None:
    ended = bench("versus", **environ)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(sentence) and ended.stderr.count("\n") == 1


def test_outside_a_repository_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(trees, "PROJECT", tmp_path)
    with pytest.raises(CannotCompare, match=r"git finds no commits in .* \(fatal: not a git repository"):
        trees.commit_of("HEAD")


def test_without_git_it_says_so(tmp_path: Path) -> None:
    ended = bench("versus", BEFORE="HEAD", PATH=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "git is missing: install it (Debian: apt-get install git), then run this again.\n"


def test_it_stands_alone_among_the_parts_of_the_bench() -> None:
    ended = bench("versus", "pages", BEFORE="HEAD")
    assert (
        ended.returncode == 2
        and "has no part versus: choose among sync, pages, patching, broker, earlier, or versus or matching alone." in ended.stderr
    )


def test_a_commit_is_found_by_every_name_that_git_knows() -> None:
    whole = trees.commit_of("HEAD")
    assert len(whole) == 40 and trees.commit_of(whole[:10]) == whole
    assert trees.describe().startswith(whole)


def test_a_tree_sees_nothing_of_make_or_of_a_running_stack() -> None:
    given = {"PATH": "/bin", "MAKEFLAGS": "ARGS=versus", "DATABASE_URL": "postgresql:///x", "ROLLCALL_HOME": "/x", "HOME": "/root"}
    assert trees.environment(given) == {"PATH": "/bin", "HOME": "/root"}


def test_shares_are_taken_from_sorted_values() -> None:
    assert [part([3.0, 1.0, 2.0], share) for share in (0.0, 0.5, 0.95, 1.0)] == [1.0, 2.0, 3.0, 3.0]
    assert part([float(number) for number in range(100)], 0.95) == 95.0


def test_ratios_are_those_of_the_later_to_the_earlier() -> None:
    row = measured("device", [0.010] * 19 + [0.020], [0.011] * 19 + [0.030])
    assert (row.samples, row.before_p50, row.after_p50, row.before_p95, row.after_p95) == (20, 10.0, 11.0, 20.0, 30.0)
    assert (round(row.p50_ratio, 3), round(row.p95_ratio, 3)) == (1.1, 1.5)


@pytest.mark.parametrize(
    ("p50", "p95", "slower"), [(105.0, 115.0, False), (105.1, 100.0, True), (100.0, 115.1, True), (50.0, 60.0, False), (106.0, 116.0, True)]
)
def test_slower_is_more_than_five_percent_in_the_median_or_fifteen_in_the_95th_percentile(p50: float, p95: float, slower: bool) -> None:
    row = replace(measured("device", [0.1], [0.1]), after_p50=p50, after_p95=p95)
    even = replace(row, page="issues", after_p50=100.0, after_p95=100.0)
    assert row.slower is is_slower([even, row]) is slower
    (told,) = judge([even, row])
    assert told.startswith("SLOWER: device (" if slower else "Not slower: ") and "issues" not in told


def test_every_page_has_an_address_for_every_device_and_text_is_quoted() -> None:
    for page in PAGES.values():
        assert len(addresses(page, [DEVICE, DEVICE])) == 2
    assert addresses(PAGES["lookup of a user"], [DEVICE]) == ["/d/?q=NORDWIND%5Canna&all=1"]
    assert addresses(PAGES["lookup of a serial"], [DEVICE]) == ["/d/?q=A1%20B2&all=1"]
    assert addresses(PAGES["device list, part of a name"], [DEVICE]) == ["/devices/?q=BER-0000"]
    assert addresses(PAGES["device"], [DEVICE]) == ["/devices/7/"]


def test_fleets_that_differ_are_not_compared() -> None:
    require_same_fleet(SIDE, replace(SIDE, samples=[{**DEVICE, "id": 8}]))
    for other in (replace(SIDE, total=2), replace(SIDE, samples=[{**DEVICE, "serial": "other"}])):
        with pytest.raises(CannotCompare, match="The fleets differ"):
            require_same_fleet(SIDE, other)


def test_an_older_commit_is_loaded_by_its_own_code_or_by_the_first_that_was_committed() -> None:
    assert "def load(devices: int)" in trees.source_for(trees.commit_of("HEAD"))
    assert "def load(devices: int)" in trees.source_here()


class Server:
    """Answers after so many seconds, 404 to /missing, and keeps who was asked what in `heard`."""

    def __init__(self, name: str, heard: list[tuple[str, str]], *, seconds: float = 0.0) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                heard.append((name, self.path))
                time.sleep(seconds)
                self.send_response(404 if self.path == "/missing" else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.side = replace(SIDE, name=name, bind=Address("127.0.0.1", self._server.server_port))

    def __enter__(self) -> Side:
        return self.side

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_both_are_asked_for_the_same_pages_in_turns_and_what_seems_slower_again() -> None:
    heard: list[tuple[str, str]] = []
    with Server("before", heard) as before, Server("after", heard, seconds=0.05) as after:
        (row,) = versus.compare(before, after, requests=10, pages={"device": "/devices/{id}/"})
    assert row.slower and row.samples == 30
    assert {address for _, address in heard} == {"/devices/7/"}
    turns = [{heard[place][0], heard[place + 1][0]} for place in range(0, len(heard), 2)]
    assert heard[:2] == [("before", "/devices/7/"), ("after", "/devices/7/")] and all(turn == {"before", "after"} for turn in turns)


def test_a_page_that_one_of_them_does_not_have_is_named() -> None:
    with (
        Server("before", []) as before,
        Server("after", []) as after,
        pytest.raises(WrongAnswer, match=r"^before answered 404 to /missing$"),
    ):
        versus.compare(before, after, requests=10, pages={"missing": "/missing"})


def test_pages_are_shown_with_their_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    versus.show([measured("device", [0.1], [0.2]), measured("issues", [0.1], [0.1])])
    slow, same = capsys.readouterr().out.splitlines()[-2:]
    assert slow.split()[0] == "device" and slow.endswith("SLOWER") and same.split()[-2:] == ["1.00", "1.00"]
