"""REDIS_URL means the same to Celery as to web and rate limits: the same server, password, database and checks of its certificate."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
import redis

from config.broker import broker_settings
from config.env import NotReady
from tests.devices.shell import environment
from tests.devices.tls_front import TLSFront, tls_front
from tests.faults.broker import Broker, own_broker
from tests.faults.processes import Processes, wait_for
from tests.vendors.certificates import authority

# Both say what went wrong, without a password.
WEB = "import django; django.setup(); from devices.db.redis_client import client; client().ping()"
CELERY = "from config.celery import app; app.send_task('devices.tasks.announce', queue='tick')"


@pytest.fixture(scope="module")
def valkey() -> Iterator[Broker]:
    with own_broker() as broker:
        yield broker


@pytest.fixture
def password(valkey: Broker) -> str:
    return unquote(urlsplit(valkey.url).password or "")


@contextmanager
def certified(valkey: Broker, folder: Path, *names: str) -> Iterator[tuple[TLSFront, Path]]:
    """Valkey behind a certificate for these names, and the file of its CA."""
    ca = authority()
    (folder / "ca.pem").write_text(ca.pem)
    with tls_front(valkey.url, tls=ca.server(folder, *names)) as front:
        yield front, folder / "ca.pem"


def run(script: str, url: str) -> tuple[int, str]:
    command = [sys.executable, "-c", script]
    given = {"DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": url}
    done = subprocess.run(command, env=environment(**given), capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def waiting(valkey: Broker, database: int) -> int:
    client = redis.Redis.from_url(valkey.url.replace("db=0", f"db={database}"))
    return client.llen("rollcall:tick")


@pytest.fixture(autouse=True)
def emptied(valkey: Broker) -> None:
    valkey.empty()


@pytest.mark.parametrize("script", [WEB, CELERY], ids=["web", "celery"])
class TestTLS:
    def test_a_certificate_of_the_given_ca_is_accepted(self, valkey: Broker, password: str, tmp_path: Path, script: str) -> None:
        with certified(valkey, tmp_path, "localhost") as (front, ca):
            code, said = run(script, front.url(f"ssl_ca_certs={quote(str(ca))}", password=password, database=3))
        assert code == 0, said
        assert waiting(valkey, 3) == (script == CELERY)

    @pytest.mark.parametrize("wrong", ["an unknown CA", "another name", "an unknown CA, required in words"])
    def test_any_other_is_refused_and_gets_no_password(
        self, valkey: Broker, password: str, tmp_path: Path, script: str, wrong: str
    ) -> None:
        with certified(valkey, tmp_path, "other.example" if wrong == "another name" else "localhost") as (front, ca):
            options = {"another name": f"ssl_ca_certs={quote(str(ca))}", "an unknown CA": ""}.get(wrong, "ssl_cert_reqs=required")
            code, said = run(script, front.url(options, password=password))
            assert code == 1 and "CERTIFICATE_VERIFY_FAILED" in said
            assert front.heard == b"" and password not in said
        assert waiting(valkey, 0) == 0

    def test_what_the_url_turns_off_is_off_for_both(self, valkey: Broker, password: str, tmp_path: Path, script: str) -> None:
        with certified(valkey, tmp_path, "other.example") as (front, ca):
            code, said = run(script, front.url(f"ssl_ca_certs={quote(str(ca))}&ssl_check_hostname=false", password=password))
        assert code == 0, said


@pytest.mark.parametrize("shape", ["unix://:{password}@{path}?db=2", "unix://{path}?password={password}&db=2"])
@pytest.mark.parametrize("script", [WEB, CELERY], ids=["web", "celery"])
def test_password_and_database_of_a_socket_reach_it(valkey: Broker, password: str, script: str, shape: str) -> None:
    path = urlsplit(valkey.url).path
    code, said = run(script, shape.format(password=password, path=path))
    assert code == 0, said
    assert [waiting(valkey, database) for database in (0, 2)] == [0, int(script == CELERY)]
    code, said = run(script, f"unix://:wrong@{path}?db=2")
    assert code == 1 and "invalid username-password pair" in said


@pytest.mark.django_db(transaction=True)  # the worker writes into this database
def test_a_worker_works_through_tls_and_logs_no_password(valkey: Broker, password: str, tmp_path: Path) -> None:
    with certified(valkey, tmp_path, "localhost") as (front, ca):
        url = front.url(f"ssl_ca_certs={quote(str(ca))}", password=password, database=4)
        processes = Processes(tmp_path)
        processes.environment |= {"REDIS_URL": url}
        processes.worker()
        try:
            assert run(CELERY, url)[0] == 0
            beaten = redis.Redis.from_url(valkey.url.replace("db=0", "db=4"))
            wait_for(lambda: beaten.get("rollcall:beat") is not None, seconds=60, why=processes.logs)
        finally:
            processes.stop()
    assert password.encode() in front.heard and password not in processes.logs()


@pytest.mark.parametrize(
    ("url", "given"),
    [
        ("redis://h", ("redis://h:6379/0", None)),
        ("redis://u:p%40@[::1]:7/3?socket_timeout=9", ("redis://u:p%40@[::1]:7/3", None)),
        ("rediss://:x@h/1", ("rediss://:x@h:6379/1", {"ssl_cert_reqs": "required"})),
        ("rediss://h?ssl_cert_reqs=none", ("rediss://h:6379/0", {"ssl_cert_reqs": "none"})),
        ("unix:///a/b%20c.sock?db=2", ("redis+socket:///a/b%20c.sock?virtual_host=2", None)),
        ("unix://u:p%2F@/x.sock", ("redis+socket://u:p%2F@/x.sock?virtual_host=0", None)),
    ],
)
def test_every_part_is_carried_over(url: str, given: tuple[str, object]) -> None:
    assert tuple(broker_settings(url).values()) == given


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis://h/0?protocol=3", "option 'protocol', which the broker cannot use"),
        ("redis://h/0?ssl_ca_certs=/x", "option 'ssl_ca_certs'"),
        ("unix:///x?ssl_cert_reqs=none", "option 'ssl_cert_reqs'"),
        ("redis://h?db=x", "cannot be read"),
        ("redis://h:99999/0", "cannot be read"),
        ("unix://", "names no socket"),
        ("unix://relative.sock", "names no socket"),
        ("valkey://h", "must start with redis://"),
    ],
)
def test_what_cannot_be_carried_over_is_one_sentence_without_the_url(url: str, sentence: str) -> None:
    with pytest.raises(NotReady, match=sentence) as refused:
        broker_settings(url)
    assert str(refused.value).count(".") <= 2 and "secret" not in str(refused.value)
    process = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment(REDIS_URL=url), capture_output=True, text=True, timeout=60, check=False
    )
    assert (process.returncode, process.stderr) == (2, f"{refused.value}\n")
    assert os.environ["REDIS_URL"].startswith("unix://:"), "the local broker has a password"
