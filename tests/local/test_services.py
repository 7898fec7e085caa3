from __future__ import annotations

import locale
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
import redis

from local.data_dir import Home
from local.errors import StackError
from local.postgres import LETTERS, has_locale
from local.services import Stack
from tests.local.observing import all_gone


def database(stack: Stack) -> psycopg.Connection:
    return psycopg.connect(stack.environment["ROLLCALL_OWNER_DATABASE_URL"], autocommit=True)


def parts(url: str) -> tuple[str, str]:
    """Socket and password of the broker."""
    found = urlsplit(url)
    return unquote(found.path), unquote(found.password or "")


def broker(stack: Stack) -> redis.Redis:
    return redis.Redis.from_url(stack.environment["REDIS_URL"])


@pytest.fixture(scope="module")
def made() -> Iterator[Home]:
    """A home that has run before and does not run now."""
    with tempfile.TemporaryDirectory(prefix="rc-", dir="/tmp") as name:
        home = Home(Path(name) / "home")
        with Stack(home, environ={}):
            pass
        yield home


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="rc-", dir="/tmp") as name, Stack(Path(name), environ={}) as stack:
        yield stack


def test_both_services_answer_and_listen_on_no_network(running: Stack) -> None:
    with database(running) as connection, broker(running) as valkey:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert valkey.config_get("port") == {"port": "0"}
        assert valkey.config_get("appendonly") == {"appendonly": "yes"}
        assert valkey.config_get("appendfsync") == {"appendfsync": "everysec"}
        assert valkey.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_the_database_folds_case_of_all_scripts_and_has_trigrams(running: Stack) -> None:
    with database(running) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert connection.execute("SELECT lower('ÄÉЖΣ'), 'laptop' % 'laptob'").fetchone() == ("äéжσ", True)


def test_the_application_is_not_the_owner(running: Stack) -> None:
    with psycopg.connect(running.environment["DATABASE_URL"]) as connection:
        query = "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(query).fetchone() == ("rollcall_app", False, False, False, False)
        assert connection.execute("SELECT count(*) FROM pg_auth_members WHERE member = 'rollcall_app'::regrole").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine ()")


def test_letters_of_all_scripts_have_trigrams_where_the_system_knows_them(running: Stack) -> None:
    with database(running) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        found = connection.execute("SELECT cardinality(show_trgm(word)) > 0 FROM unnest(array['Иванов', '佐藤', 'Παπαδάκη']) word")
        assert [each for (each,) in found] == [has_locale(LETTERS)] * 3
        whole = connection.execute("SELECT '  m' = ANY(show_trgm('Müller')) AND NOT '  l' = ANY(show_trgm('Müller'))").fetchone()
        assert whole == (has_locale(LETTERS),), "ü does not divide the name"
        assert connection.execute("SELECT datcollate FROM pg_database WHERE datname = current_database()").fetchone() == ("C",)


def test_a_locale_is_looked_for_without_changing_that_of_the_process() -> None:
    before = locale.setlocale(locale.LC_CTYPE)
    assert has_locale("C") and not has_locale("xx_NOWHERE.UTF-8")
    assert locale.setlocale(locale.LC_CTYPE) == before


def test_rows_and_keys_are_there_after_a_restart(made: Home) -> None:
    with Stack(made, environ={}) as stack, database(stack) as connection, broker(stack) as valkey:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        valkey.set("kept", "42")
    with Stack(made, environ={}) as stack, database(stack) as connection, broker(stack) as valkey:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert valkey.get("kept") == b"42"


@pytest.mark.parametrize("name", ["a folder with blanks", "x" * 60 + "/" + "y" * 60])
def test_an_awkward_path_gets_short_private_sockets_that_go_away_again(short_folder: Path, name: str) -> None:
    home = Home(short_folder / name)
    with Stack(home, environ={}) as stack, database(stack) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        sockets = Home(home.folder).sockets()
        assert sockets.parent == Path("/tmp")
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert str(sockets) in stack.environment["DATABASE_URL"]
    assert not sockets.exists()


def test_a_second_start_on_the_same_home_is_refused_with_the_pid(running: Stack) -> None:
    with pytest.raises(StackError, match=rf"already running \(pid {os.getpid()}\)"):
        Stack(running.home.folder, environ={}).start()
    with database(running) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_two_homes_run_beside_each_other(running: Stack, made: Home) -> None:
    with Stack(made, environ={}) as other:
        with database(running) as connection, broker(running) as valkey:
            connection.execute("CREATE TABLE only_here ()")
            valkey.set("only", "here")
        with database(other) as connection, broker(other) as valkey:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
            assert valkey.get("only") is None


def test_services_of_ones_own_are_used_and_not_started(home: Home) -> None:
    given = {"DATABASE_URL": "postgresql://db.example/rollcall", "REDIS_URL": "redis://cache.example/0"}
    with Stack(home, environ=given) as stack:
        assert stack.environment == given
        assert stack.children == []


def test_data_of_another_major_is_refused_in_one_sentence(home: Home) -> None:
    data = home.postgres / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(StackError, match=r"made by PostgreSQL 9, but this is PostgreSQL \d+: dump it"):
        Stack(home, environ={}).start()


def test_a_failed_start_leaves_nothing_running_and_the_home_free(made: Home) -> None:
    configuration = made.postgres / "data" / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text("no_such_setting = 1\n")
    with pytest.raises(StackError, match="PostgreSQL did not start"):
        Stack(made, environ={}).start()
    configuration.write_text(good)
    with Stack(made, environ={}) as stack:
        assert stack.environment["DATABASE_URL"]


def test_the_pid_file_of_a_dead_server_does_not_block_the_start(made: Home) -> None:
    # Our own number stands for a number that came back, as it does in containers.
    (made.postgres / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/x\n0\n5432\n\n\n0\nready\n")
    with Stack(made, environ={}) as stack, database(stack) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_everything_is_gone_after_stop(made: Home) -> None:
    stack = Stack(made, environ={})
    stack.start()
    pids = [child.pid for child in stack.children if child.pid]
    names: list[str] = []
    stack.stop(stopped=names.append)
    assert names == ["valkey", "postgres"]
    assert len(pids) == 2 and all_gone(pids, seconds=1.0)
    assert re.search("shut down", (made.logs / "postgres.log").read_text())


def test_a_folder_that_cannot_be_written_is_one_sentence() -> None:
    with pytest.raises(StackError, match=r"cannot write there.*ROLLCALL_HOME"):
        Stack(Path("/sys/kernel/rollcall"), environ={}).start()


def test_the_broker_refuses_whoever_has_no_password_and_it_is_in_no_command_line(running: Stack) -> None:
    url = running.environment["REDIS_URL"]
    path, password = parts(url)
    for address in (f"unix://{path}", f"unix://:wrong@{path}"):
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(address).ping()
    assert broker(running).ping()
    (valkey,) = [child.pid for child in running.children if child.program.name == "valkey"]
    assert password not in Path(f"/proc/{valkey}/cmdline").read_text() + Path(f"/proc/{valkey}/environ").read_text()
    written = [found for found in running.home.folder.rglob("*") if found.is_file() and password.encode() in found.read_bytes()]
    assert [(found.name, stat.S_IMODE(found.stat().st_mode)) for found in written] == [("password.conf", 0o600)]


def test_each_start_has_another_password(made: Home) -> None:
    seen = set()
    for _ in range(2):
        with Stack(made, environ={}) as stack:
            assert broker(stack).ping()
            seen.add(parts(stack.environment["REDIS_URL"])[1])
    assert len(seen) == 2
