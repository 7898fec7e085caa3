"""How a web request asks Valkey: what is configured, how often a server that hangs is asked, and how a slow one is given up."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.core.signals import request_finished, request_started
from django.test import Client
from pytest_django import Settings

from devices.db import redis_client
from devices.db.redis_client import PAUSE, CircuitBreaker, worker_client
from devices.models import Device, User
from devices.web import cache as rate_limits
from tests.conftest import PASSWORD
from tests.devices import rows as shown
from tests.devices import valkey_servers
from tests.faults.valkey.test_valkey_away import PAGES

TIMEOUT = 0.2
# Of a server that is slow: two answers take longer than the patience of a request, and one does not, also on a busy machine.
SLOW, PATIENCE = 0.6, 1.0


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    settings.BROKER_TIMEOUT_SECONDS = TIMEOUT
    redis_client.client.cache_clear()
    yield
    redis_client.client.cache_clear()
    rate_limits.forget()


def at(settings: Settings, url: str) -> None:
    settings.REDIS_URL = url
    redis_client.client.cache_clear()


class TestBreaker:
    def test_one_caller_tries_after_each_pause_and_a_success_closes_it(self) -> None:
        now = [100.0]
        breaker = CircuitBreaker(failed="away", well="back", pause=3.0, clock=lambda: now[0])
        assert breaker.admits() and breaker.admits() and not breaker.is_open
        breaker.open()
        assert breaker.is_open and not breaker.admits()
        now[0] += 3.0
        assert [breaker.admits() for _ in range(3)] == [True, False, False]
        now[0] += 3.0  # whoever tried never said what came of it
        assert [breaker.admits() for _ in range(3)] == [True, False, False]
        breaker.close()
        assert breaker.admits() and breaker.admits() and not breaker.is_open

    def test_the_log_says_each_change_once(self, caplog: pytest.LogCaptureFixture) -> None:
        breaker = CircuitBreaker(failed="away", well="back")
        for change in (breaker.close, breaker.open, breaker.open, breaker.close, breaker.close):
            change()
        assert [record.getMessage() for record in caplog.records] == ["away", "back"]

    def test_of_many_threads_one_tries(self) -> None:
        now, together = [100.0], threading.Barrier(16)
        breaker = CircuitBreaker(failed="away", well="back", pause=3.0, clock=lambda: now[0])
        breaker.open()
        now[0] += 3.0

        def ask(_number: int) -> bool:
            together.wait(10)
            return breaker.admits()

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(ask, range(16))) == 1


@pytest.mark.parametrize("options", ["", "?socket_timeout=30&socket_connect_timeout=30&retry_on_timeout=true&health_check_interval=1"])
@pytest.mark.parametrize("scheme", ["redis://valkey.example/1", "unix:///x/valkey.sock", "rediss://valkey.example/0"])
def test_time_outs_are_short_and_nothing_is_tried_twice_whatever_the_url_says(settings: Settings, scheme: str, options: str) -> None:
    at(settings, scheme + options)
    connection: Any = redis_client.client().connection_pool.make_connection()
    assert (connection.socket_timeout, connection.socket_connect_timeout) == (TIMEOUT, TIMEOUT / 2)
    assert connection.retry.get_retries() == 0 and connection.retry_on_error == []


def test_a_server_that_hangs_is_asked_once_by_however_many_commands_and_threads(settings: Settings) -> None:
    with valkey_servers.silent() as heard:
        at(settings, heard.url)
        with pytest.raises(redis.TimeoutError):
            redis_client.client().get("x")
        together = threading.Barrier(8)

        def ask(_number: int) -> str:
            together.wait(10)
            with pytest.raises(redis.RedisError) as raised:
                redis_client.client().get("x")
            return type(raised.value).__name__

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(8))) == {"NotAsked"}
        assert (heard.connections, len(heard.commands)) == (1, 1)


def test_after_the_pause_one_of_many_threads_asks(settings: Settings) -> None:
    with valkey_servers.silent() as heard:
        at(settings, heard.url)
        now = [100.0]
        redis_client.client().breaker = CircuitBreaker(failed="away", well="back", clock=lambda: now[0])
        redis_client.client().breaker.open()
        for _ in range(2):
            now[0] += PAUSE
            together, before = threading.Barrier(8), heard.connections

            def ask(_number: int, together: threading.Barrier = together) -> str:
                together.wait(10)
                with pytest.raises(redis.RedisError) as raised:
                    redis_client.client().get("x")
                return type(raised.value).__name__

            with ThreadPoolExecutor(8) as pool:
                assert sorted(pool.map(ask, range(8))) == ["NotAsked"] * 7 + ["TimeoutError"]
            assert heard.connections == before + 1


def test_a_refusal_is_an_answer() -> None:
    worker_client().lpush("list", 1)
    for _ in range(2):
        with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
            redis_client.client().get("list")
    assert not redis_client.client().breaker.is_open


@pytest.mark.django_db
def test_a_request_waits_no_longer_than_its_patience_and_the_next_one_asks_again(settings: Settings) -> None:
    settings.BROKER_TIMEOUT_SECONDS = PATIENCE
    with valkey_servers.slow(os.environ["REDIS_URL"], seconds=SLOW) as heard:
        at(settings, heard.url)
        for request in (1, 2):
            request_started.send(sender=None)
            assert [redis_client.client().get("x") for _ in range(2)] == [None, None]
            with pytest.raises(redis_client.NotAsked):
                redis_client.client().get("x")
            assert len(heard.commands) == 2 * request
        request_finished.send(sender=None)
        assert [redis_client.client().get("x") for _ in range(3)] == [None] * 3, "a command has no such limit"
        assert heard.connections == 1 and not redis_client.client().breaker.is_open


@pytest.mark.django_db
class TestPages:
    """Every page asks for the heartbeat; a sign-in asks some twenty times."""

    def test_pages_and_sign_in_reach_a_server_that_hangs_once(self, settings: Settings, alice: User) -> None:
        shown.small_fleet()
        reader, newcomer = Client(), Client()
        reader.force_login(alice)
        with valkey_servers.silent() as heard:
            at(settings, heard.url)
            page = reader.get("/devices/")
            assert page.status_code == 200 and "The message broker does not answer" in page.text
            assert newcomer.post("/accounts/login/", {"login": "alice", "password": PASSWORD}).status_code == 302
            assert "The message broker does not answer" in newcomer.get("/devices/").text
            assert (heard.connections, len(heard.commands)) == (1, 1)

    def test_a_sign_in_that_meets_the_hang_first_waits_once(self, settings: Settings, alice: User) -> None:
        with valkey_servers.silent() as heard:
            at(settings, heard.url)
            assert Client().post("/accounts/login/", {"login": "alice", "password": PASSWORD}).status_code == 302
            assert (heard.connections, len(heard.commands)) == (1, 1)

    def test_no_request_asks_a_server_that_hangs_more_than_once(self, settings: Settings, alice: User) -> None:
        """Each as the first of its process, whichever client it asks with."""
        shown.small_fleet()
        device, reader = Device.objects.get(name="nb-berlin-01"), Client()
        reader.force_login(alice)
        settings.BROKER_TIMEOUT_SECONDS = 0.05
        requests = [("get", path.format(device=device.pk)) for path in (*PAGES, "/healthz", "/i/unknown")]
        requests += [("post", path) for path in (f"/devices/{device.pk}/ask/", "/vendors/eset-main/refresh/", "/vendors/eset-main/test/")]
        reached: dict[str, valkey_servers.Heard] = {}
        for method, path in requests:
            # A server for each request: one that accepts late must not count a connection for the next request.
            with valkey_servers.silent() as heard:
                at(settings, heard.url)
                worker_client.cache_clear()
                rate_limits.forget()
                assert getattr(reader, method)(path).status_code in (200, 301, 302, 404, 503), path
                reached[path] = heard
        worker_client.cache_clear()
        assert {path for path, heard in reached.items() if max(heard.connections, len(heard.commands)) > 1} == set()
        assert (reached["/devices/"].connections, len(reached["/devices/"].commands)) == (1, 1)

    def test_a_slow_server_is_asked_twice_in_a_request(self, settings: Settings, alice: User) -> None:
        settings.BROKER_TIMEOUT_SECONDS = PATIENCE
        with valkey_servers.slow(os.environ["REDIS_URL"], seconds=SLOW) as heard:
            at(settings, heard.url)
            assert Client().post("/accounts/login/", {"login": "alice", "password": PASSWORD}).status_code == 302
            assert len(heard.commands) == 2
