"""Rows that functions draw: what is shown, and that no value of a vendor is markup."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from devices.account_status.status import statuses
from devices.coverage.rows import CoverageCell, MatrixRow
from devices.coverage.states import CoverageState
from devices.device_list.columns import COLUMNS
from devices.device_list.queries import DeviceRow, SeenBy
from devices.models import Life
from devices.templatetags.cells import device_rows
from devices.templatetags.coverage import matrix_rows
from patching.lists.attempts import AttemptRow
from patching.lists.patches import PatchRow
from patching.templatetags.rows import attempt_rows, patch_rows
from tests.devices import rows as shown
from vendors.facts import FactName

HOSTILE = "<script>\"'&x"
AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


def device_row(text: str) -> DeviceRow:
    facts = dict.fromkeys((FactName.OS_BUILD, FactName.LOCATION), text)
    return DeviceRow(
        id=7, name=text, serial=text, user=text, os_name=text, model=text, state="critical", life=Life.SEEN, silenced=False, issue_count=1234,
        created_at=AT, os_family="windows", seen_by=[SeenBy(text, present=True, stale=False, account=text)], groups=[text], tags=[text],
        last_seen=timezone.now() - timedelta(hours=3), facts=facts,
    )  # fmt: skip


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def patch_row(text: str) -> PatchRow:
    return PatchRow(
        account_id=1, title_id=2, device_ref=text, sighting_id=3, account=text, vendor="eset", title=text, developer=text, likely_id=4,
        probably=text, device=5, device_name=text, user=text, id=6, status="failed", reason=text, raw=text, version=text, severity=text,
        security=True, restart=True, fixes=[text], released=date(2026, 3, 4), notes=text, since=AT, open_since=AT, counted=True,
    )  # fmt: skip


def attempt_row(text: str) -> AttemptRow:
    return AttemptRow(
        account_id=1, title_id=2, device_ref=text, sighting_id=3, account=text, vendor="eset", title=text, developer=text, device=5,
        device_name=text, user=text, id=6, status="failed", reason=text, raw=text, before=text, before_number=None, after=text,
        after_number=None, started_at=AT, ended_at=None, at=AT, first_at=AT, last=True, run_id=None,
    )  # fmt: skip


def test_a_row_of_the_device_list_shows_its_columns() -> None:
    html = device_rows([device_row("plain")], ["state", "user", "serial", "os", "issues", "last_seen", "tags"], False)
    assert words(html) == "plain Critical plain plain plain 1,234 3 h ago plain"
    assert html.count("<td") == 7 and "checkbox" not in html and 'class="pill is-critical"' in html
    assert 'value="7"' in device_rows([device_row("plain")], ["state"], True)


def test_what_no_vendor_reports_is_a_dash() -> None:
    row = replace(device_row(""), seen_by=[], groups=[], tags=[], last_seen=None, facts={}, issue_count=0)
    assert words(device_rows([row], ["user", "serial", "model", "issues", "last_seen", "tags"], False)) == "(no name) — — — 0 Unknown —"


def test_a_row_of_patches_and_of_attempts_shows_its_columns() -> None:
    patch = replace(patch_row("plain"), severity="high", fixes=["CVE-2026-1", "CVE-2026-2"], probably="", developer="Maker")
    assert words(patch_rows([patch], False)) == (
        "plain plain plain Maker Failed plain plain plain Security update Restart required Release notes High 2 CVEs 4 Mar 2026 ES ESET plain"
    )
    assert "Maker" not in patch_rows([patch], True)
    assert words(attempt_rows([attempt_row("plain")], False)) == (
        "plain plain Failed plain plain plain → to plain 4 Mar 2026 End time unknown plain plain ES ESET plain synced 4 Mar 2026"
    )


@pytest.mark.django_db
def test_no_value_is_markup() -> None:
    shown.account("eset-main", "eset")
    status = statuses(timezone.now())[0]
    matrix = MatrixRow(
        7, HOSTILE, HOSTILE, HOSTILE, "windows", HOSTILE, HOSTILE, 0, [CoverageCell(status, state, AT) for state in CoverageState]
    )
    drawn = [
        device_rows([device_row(HOSTILE)], list(COLUMNS), True),
        matrix_rows([matrix], True),
        *(patch_rows([patch_row(HOSTILE)], alone) for alone in (True, False)),
        *(attempt_rows([attempt_row(HOSTILE)], alone) for alone in (True, False)),
    ]
    for html in drawn:
        assert "&lt;script&gt;" in html and "<script" not in html
        assert not re.search(r"""="[^"]*<""", html), "an attribute ends where a value says so"


def test_the_rows_of_the_tests_fill_every_text() -> None:
    """So that a new field is part of the test above."""
    for row in (device_row(HOSTILE), patch_row(HOSTILE), attempt_row(HOSTILE)):
        texts: dict[str, Any] = {each.name: getattr(row, each.name) for each in fields(row)}
        left = {name for name, value in texts.items() if value == ""}
        assert left <= {"os_release", "os_short", "kind", "probably"}
