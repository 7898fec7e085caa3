"""/healthz: for load balancers a word, for the machine itself the reasons."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from devices.jobs import heartbeat
from devices.models import Account, Health

ASK = """
import django; django.setup()
from django.test import Client
answer = Client().get("/healthz", headers={"host": "localhost"})
print(answer.status_code, answer.content.decode())
"""


def ask(**headers: str) -> tuple[int, dict[str, object]]:
    answer = Client().get("/healthz", **headers)  # type: ignore[arg-type]
    return answer.status_code, answer.json()


@pytest.mark.django_db
class TestUp:
    def test_well_when_a_worker_reported_lately(self) -> None:
        Account.objects.create(name="eset-main", vendor="eset", health=Health.PERSON, health_sentence="canary-detail")
        Account.objects.create(name="old", vendor="opswat", enabled=False)
        heartbeat.beat()
        status, report = ask()
        assert status == 200
        assert str(report.pop("beat")).endswith(" s ago")
        assert report == {
            "status": "ok",
            "database": "ok",
            "broker": "ok",
            "disk": report["disk"],
            "accounts": {"eset-main": "credentials_refused", "old": "disabled"},
        }

    def test_failing_when_no_worker_ever_reported(self) -> None:
        status, report = ask()
        assert (status, report["status"], report["beat"]) == (503, "failing", "never")

    def test_failing_while_syncs_are_paused(self, settings: Settings) -> None:
        heartbeat.beat()
        settings.DATA_FOLDERS, settings.MIN_FREE_PERCENT = ["/"], 101
        status, report = ask()
        assert (status, report["status"]) == (503, "failing")
        assert str(report["disk"]).endswith("% free, syncs are paused")
        settings.DATA_FOLDERS = ["/nowhere"]
        status, report = ask()
        assert (status, report["disk"]) == (200, "not measured")

    def test_failing_when_the_last_report_is_old(self) -> None:
        from devices.db.redis_client import worker_client

        worker_client().set("rollcall:beat", "1000.0")
        assert ask()[0] == 503

    @pytest.mark.parametrize("headers", [
        {"REMOTE_ADDR": "192.0.2.7"}, {"REMOTE_ADDR": "10.0.0.1"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_X_REAL_IP": "127.0.0.1"},
    ])  # fmt: skip
    def test_details_stay_on_this_machine(self, headers: dict[str, str]) -> None:
        Account.objects.create(name="eset-main", vendor="eset")
        heartbeat.beat()
        assert ask(**headers) == (200, {"status": "ok"})

    def test_it_needs_no_session_and_is_not_cached(self) -> None:
        answer = Client().get("/healthz")
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies


@pytest.mark.parametrize(("variable", "value", "part", "words"), [
    ("DATABASE_URL", "postgresql:///rollcall?host=/nowhere&user=nobody", "database", "does not answer"),
    # The tests' own tables are in another database of this server, so here they are missing.
    ("DATABASE_URL", os.environ["DATABASE_URL"], "database", "its tables cannot be read: run migrate"),
    ("REDIS_URL", "unix:///nowhere/valkey.sock?db=0", "broker", "does not answer"),
], ids=["no database", "no tables", "no broker"])  # fmt: skip
def test_503_and_words_when_something_is_missing(variable: str, value: str, part: str, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=os.environ | {variable: value}, capture_output=True, text=True, timeout=60, check=True
    )
    status, _, body = done.stdout.partition(" ")
    report = json.loads(body)
    assert (status, report["status"], report[part]) == ("503", "failing", words)
    assert "nowhere" not in body
