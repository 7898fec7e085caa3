from __future__ import annotations

import logging
import sys

import pytest
from django.conf import settings

from config.logging import LOGGING, LONGEST_LINE, MOST_LINES, OneLine, redact


def line(text: str, *values: object, error: bool = False) -> str:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, text, values, sys.exc_info() if error else None)
    return OneLine("%(message)s").format(record)


def test_the_settings_use_our_lines() -> None:
    assert settings.LOGGING is LOGGING
    assert any(isinstance(handler.formatter, OneLine) for handler in logging.getLogger().handlers)


@pytest.mark.parametrize(
    "secret",
    [
        "https://gears.example/o/api?access_token=cAnArY123", "access_token=cAnArY123", "client_secret=cAnArY123", "refresh_token=cAnArY123",
        "Authorization: Bearer cAnArY123", "authorization: PAT cAnArY123", "eyJhbGciOiJI.cAnArY123.sig", "password=cAnArY123",
    ],
)  # fmt: skip
def test_no_secret_gets_into_a_line(secret: str) -> None:
    assert "cAnArY123" not in redact(f"got {secret} back")
    assert "cAnArY123" not in line("got %s", secret)


def test_a_hostname_cannot_forge_a_line() -> None:
    assert line("device %s", "NB\n2026-01-01 INFO login ok\x1b[2J") == "device NB\\n2026-01-01 INFO login ok\\x1b[2J"


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\ud800", "\udfff", "\r", "\v"])
def test_a_line_holds_no_character_that_ends_or_commands_it(letter: str) -> None:
    written = line("device %s", f"a{letter}b")
    assert letter not in written and written.startswith("device a") and len(written.splitlines()) == 1
    assert written.encode()


def test_a_message_with_the_words_of_a_traceback_is_one_line() -> None:
    assert len(line("device %s", "\nTraceback (most recent call last):\n2026-01-01 INFO login ok").splitlines()) == 1


def test_an_exception_cannot_forge_a_line() -> None:
    try:
        raise ValueError("\n2026-01-01 00:00:00 INFO login ok\x1b[2J")
    except ValueError:
        lines = line("it failed", error=True).splitlines()
    assert lines[0] == "it failed" and not any(each.startswith("2026") or "\x1b" in each for each in lines)


@pytest.mark.parametrize("letter", ["x", "é", "日", "😀", "\x1b", "\ud800"])
def test_a_line_has_at_most_8192_bytes(letter: str) -> None:
    for written in (line("got %s", letter * 1_000_000), line("it failed" + letter * 1_000_000)):
        assert 8180 <= len(written.encode()) + 1 <= LONGEST_LINE and written.endswith("…")


@pytest.mark.parametrize("length", range(8186, 8193))
def test_a_line_is_cut_only_when_it_is_longer(length: int) -> None:
    written = line("é" * (length // 2) + "x" * (length % 2))
    assert len(written.encode()) == (length if length < LONGEST_LINE else LONGEST_LINE - 1)
    assert written.endswith("…") == (length >= LONGEST_LINE)


@pytest.mark.parametrize("before", range(LONGEST_LINE - 40, LONGEST_LINE + 1))
def test_a_secret_at_the_end_of_a_line_is_not_cut_before_it_is_found(before: int) -> None:
    assert "cAnArY" not in line("x" * before + " eyJhbGciOiJI.cAnArY123.sig and more")


def test_a_traceback_is_bounded() -> None:
    try:
        raise ValueError("the first line\n" + "日" * 1_000_000 + "\nx" * 100_000 + "\nthe last line")
    except ValueError:
        lines = line("it failed", error=True).splitlines()
    assert all(len(each.encode()) < LONGEST_LINE for each in lines)
    assert len(lines) == 1 + MOST_LINES + 1
    assert "  ValueError: the first line" in lines and lines[-1] == "  the last line"
    assert any(each.startswith("  … ") and each.endswith(" lines left out") for each in lines)


def test_a_traceback_keeps_its_lines_and_loses_its_secrets() -> None:
    try:
        raise ValueError("access_token=cAnArY123")
    except ValueError:
        text = line("it failed", error=True)
    assert "Traceback" in text
    assert "cAnArY123" not in text
