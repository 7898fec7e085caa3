"""five(9)s' token and settings: what is refused before anything is sent, and what is never shown."""

from __future__ import annotations

import logging

import pytest

from tests.vendors.five9s.scripted import STARTED, five9s, methods
from tests.vendors.scripted_server import Reply, pages, scripted
from vendors.errors import AuthFailed, Misconfigured, VendorError
from vendors.five9s.adapter import check
from vendors.five9s.client import clean_token
from vendors.secret import Secret


@pytest.mark.parametrize("pasted", ["ABC123", " ABC123\n", "PAT ABC123", "pat  ABC123", '"ABC123"', "'PAT ABC123'", 'PAT "ABC123"'])
def test_a_token_is_cleaned_of_what_was_pasted_with_it(pasted: str) -> None:
    assert clean_token(Secret(pasted)) == "ABC123"


@pytest.mark.parametrize("pasted", ["", "  ", "PAT ", '""', "AB C", "AB\nC", "AB\x00C", "ÄBC", "A" * 4097])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(pasted: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        clean_token(Secret(pasted))
    assert "token" in caught.value.sentence and (len(pasted) < 3 or pasted not in caught.value.sentence)


def test_a_refused_token_is_not_tried_again() -> None:
    with scripted(Reply(401), STARTED) as script:
        with pytest.raises(AuthFailed):
            pages(five9s(script))
        assert len(script.asked) == 1


def test_no_secret_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for end in (Reply(500), Reply(401), Reply(200, "{"), Reply(429), Reply(302), Reply(418)):
        with scripted(end) as script:
            adapter = five9s(script)
            with pytest.raises(VendorError) as caught:
                pages(adapter)
            shown += [repr(caught.value), caught.value.next_step, repr(adapter), str(caught.value.__context__)]
    assert "CANARY" not in "".join(shown) + caplog.text


GOOD = {"url": "https://epm.example.com", "time_zone": "Europe/Berlin", "allow_http": "false"}


@pytest.mark.parametrize(
    "more", [{}, {"url": "http://epm.example.com", "allow_http": "true"}, {"url": "http://127.0.0.1:9100/five9s"}, {"time_zone": "UTC"}]
)
def test_good_settings(more: dict[str, str]) -> None:
    assert check({**GOOD, **more}) == {}


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"url": "http://epm.example.com"}, "does not protect the token"),
        ({"url": "epm.example.com"}, "is invalid"),
        ({"url": ""}, "is invalid"),
        *(
            ({"time_zone": name}, "Europe/Berlin")
            for name in ("Mars/Base", "", "UTC+2", "../etc/passwd", "/etc/passwd", "Europe", "a\x00b")
        ),
    ],
)
def test_bad_settings_are_one_sentence(more: dict[str, str], word: str) -> None:
    (sentence,) = check({**GOOD, **more}).values()
    assert word in sentence


def test_a_wrong_zone_stops_before_anything_is_sent() -> None:
    with scripted() as script:
        with pytest.raises(Misconfigured, match="time zone"):
            five9s(script, zone="Mars/Base")
        assert script.asked == []


def test_a_probe_starts_a_job_that_reads_nothing() -> None:
    with scripted(STARTED) as script:
        assert "accepted" in five9s(script).probe()
        assert methods(script) == ["RequestAllInfos"] and script.asked[0].json()["Hostnames"]
