"""Facts as text: sizes, dates with days, words for yes and no, parts of lists."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from devices.facts.texts import bytes_words, due_words, fact_lines, fact_text
from vendors.facts import FactName

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(("number", "text"), [
    (0, "0 bytes"), (900, "900 bytes"), (2048, "2 KB"), (512 << 30, "512 GB"), (500 << 30, "500 GB"), (1 << 40, "1 TB"), (int(1.82 * 2**40), "1.8 TB"),
    (476 * 10**9, "443 GB"), (2**63 - 1, "8,192 PB"), (int(9.96 * 2**30), "10 GB"),
])  # fmt: skip
def test_sizes_are_multiples_of_1024(number: int, text: str) -> None:
    assert bytes_words(number) == text


@pytest.mark.parametrize(("at", "text"), [
    (date(2027, 6, 30), "30 Jun 2027 (in 212 days)"), (date(2026, 12, 1), "1 Dec 2026 (in 1 day)"), (TODAY, "30 Nov 2026 (today)"),
    (date(2026, 11, 29), "29 Nov 2026 (1 day ago)"), (date(2020, 1, 1), "1 Jan 2020 (2,525 days ago)"),
])  # fmt: skip
def test_a_date_has_its_days(at: date, text: str) -> None:
    assert due_words(at, today=TODAY) == text


@pytest.mark.parametrize(("name", "value", "lines"), [
    (FactName.CONNECTED, True, ["Yes"]),
    (FactName.CONNECTED, False, ["No"]),
    (FactName.ISSUES, 1234, ["1,234"]),
    (FactName.DEVICE_TYPE, "virtual", ["Virtual machine"]),
    (FactName.DEVICE_TYPE, "Hologram", ["Hologram"]),
    (FactName.OS_BUILD, "22631", ["22631"]),
    (FactName.LICENSE_EXPIRES, "2027-06-30", ["30 Jun 2027 (in 212 days)"]),
    (FactName.REGISTERED, "2026-01-02T03:04:00+00:00", ["2 Jan 2026, 03:04"]),
    (FactName.DISKS, [{"name": "PM9A1", "maker": "Samsung", "type": "SSD", "bytes": 512 << 30, "serial": "S1", "encryption": True}, {"bytes": 1 << 40}],
     ["Samsung · PM9A1 · SSD · 512 GB · self-encrypting · serial S1", "1 TB"]),
    (FactName.DISKS, [{"name": "Samsung PM9A1", "maker": "SAMSUNG"}], ["Samsung PM9A1"]),
    (FactName.ADAPTERS, [{"name": "Wi-Fi", "mac": "A4:C3:F0:2E:83:4C", "ips": ["10.0.0.1", "fe80::1"]}], ["Wi-Fi · A4:C3:F0:2E:83:4C · 10.0.0.1, fe80::1"]),
    (FactName.PROCESSORS, [{"name": "Core i5", "architecture": "X64"}], ["Core i5 · x64"]),
    (FactName.COMPONENTS, [{"name": "Detection Engine", "version": "29965"}, {"name": "ENGINE"}], ["Detection Engine 29965", "ENGINE"]),
    (FactName.PRODUCTS, [{"name": "ESET Endpoint Security", "since": "2024-10-03", "until": "2027-06-30"}],
     ["ESET Endpoint Security · expires 30 Jun 2027 (in 212 days)"]),
    (FactName.CUSTOM, [{"name": "Tag ID #", "value": "NW-1"}], ["Tag ID #: NW-1"]),
])  # fmt: skip
def test_facts_are_written_for_readers(name: FactName, value: Any, lines: list[str]) -> None:
    assert fact_lines(name, value, today=TODAY) == lines
    assert fact_text(name, value, today=TODAY) == "; ".join(lines)


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    with translation.override("de"):
        assert bytes_words(int(1.82 * 2**40)) == "1,8 TB"
        assert due_words(date(2027, 6, 30), today=TODAY).startswith("30.06.2027")
