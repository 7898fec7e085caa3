"""What the filters of lists compare of a record's facts."""

from __future__ import annotations

from datetime import date

from devices.facts.keys import LONGEST_KEY, key, keys, license_end


def test_keys_are_the_same_in_every_spelling() -> None:
    assert key("location", "  BERLIN  Mitte ") == key("location", "berlin mitte") == "location=berlin mitte"
    assert (key("connected", True), key("connected", False)) == ("connected=yes", "connected=no")
    assert len(key("location", "x" * 400)) == LONGEST_KEY


def test_a_build_and_a_version_are_found_whole_and_by_their_beginning() -> None:
    facts = {
        "os_build": "22631.3880",
        "agent_version": "7.6.201.0",
        "components": [{"name": "Detection Engine", "version": "29965 (2026158)"}, {"name": "ENGINE"}],
        "description": "not a key",
    }
    assert keys(facts) == [
        "os_build=22631",
        "os_build=22631.3880",
        "version=29965",
        "version=29965 (2026158)",
        "version=7.6.201.0",
    ]
    assert keys({}) == []


def test_the_end_of_a_license_is_a_date() -> None:
    assert license_end({"license_expires": "2027-06-30"}) == date(2027, 6, 30)
    assert license_end({}) is None
