"""The settings of an ESET account, and testing its connection."""

from __future__ import annotations

import pytest

from sandbox.credentials import account_settings
from tests.vendors.eset.test_device_pages import TOKEN, eset, listing
from tests.vendors.scripted_server import Reply, scripted
from vendors.errors import BadAnswer, Misconfigured
from vendors.eset.adapter import VENDOR


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (listing("a"), "first device"),
        (listing(), "no devices"),
        (Reply(202, b"", {"response-id": "r"}), "still preparing"),
    ],
)
def test_a_probe_reads_one_device(answer: Reply, says: str) -> None:
    with scripted(TOKEN, answer) as script:
        assert says in eset(script).probe()
        assert script.asked[1].query == {"pageSize": "1"}


def test_a_probe_of_a_wrong_address_says_so() -> None:
    with scripted(Reply(404)) as script, pytest.raises(Misconfigured, match="address"):
        eset(script).probe()
    with scripted(TOKEN, Reply(200, "<html>")) as script, pytest.raises(BadAnswer, match="web page"):
        eset(script).probe()


def test_good_settings() -> None:
    assert VENDOR.check({"region": "jpn", "username": "api"}) == {}
    for settings, _ in (account_settings("http://127.0.0.1:9100")["eset"],):
        assert VENDOR.check(settings) == {}
    assert (VENDOR.rate({}).calls, VENDOR.rate({}).seconds, VENDOR.rate({"calls_per_second": "5"}).calls) == (10, 1.0, 5)
    assert VENDOR.rate({"calls_per_second": "9" * 5000}).calls == 10


@pytest.mark.parametrize("text", ["eu", "EU02", " “eu02” ", "eu02 3"])
def test_a_pasted_region(text: str) -> None:
    assert VENDOR.tidied({"region": text})["region"] == "eu"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("region", "jp"), ("region", "eu02"), ("username", " "), ("url", "https://{region}.eset.systems"), ("url", "ftp://{service}"),
        ("url", "http://{service}.example"),
        ("url", "https://user:pw@{service}.example"), ("url", "https://{region}.{service}.example/?x"),
        *(("calls_per_second", text) for text in ("0", "1", "-1", "ten", "99999999999999999999", "0000000029999", "0" * 5000 + "9", "1e1", "\u0663")),
    ],
)  # fmt: skip
def test_bad_settings_are_one_sentence(setting: str, value: str) -> None:
    (sentence,) = VENDOR.check({"region": "eu", "username": "api", setting: value}).values()
    assert sentence.endswith(".") and "pw" not in sentence
