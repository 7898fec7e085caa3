"""The list of issues as CSV."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone

from devices.issues.queries import MOST
from devices.lists.file_table import file_name
from devices.models import AuditEvent, Issue, Sighting, Standing, User
from tests.devices.alerts import decided
from tests.devices.issues.pages import FIRST

pytestmark = pytest.mark.django_db


def test_the_file_is_exactly_the_list(desk: Client, ivan: User) -> None:
    Issue.objects.filter(title=FIRST).update(title="=1+1", raw="@SUM(A1)")
    decided("2 issues", Standing.MUTED, ivan, reason="known")
    answer = desk.get("/issues/export.csv?rows=issues&standing=all&severity=critical")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["Issue"] for row in rows] == ["'=1+1", "1 critical issue"]
    assert (rows[0]["Vendor status"], rows[0]["Account"], rows[0]["Severity"], rows[0]["Triage status"]) == (
        "'@SUM(A1)", "eset-main", "Critical", "Open",
    )  # fmt: skip
    assert answer["Content-Disposition"] == f'attachment; filename="{file_name("issues", now=timezone.now())}.csv"'
    event = AuditEvent.objects.get(action="issues exported")
    assert (event.detail["issues"], event.detail["filters"]) == ("2", "?rows=issues&severity=critical&standing=all")
    muted = list(csv.DictReader(io.StringIO(desk.get("/issues/export.csv?rows=issues&standing=muted").getvalue().decode("utf-8-sig"))))
    assert [(row["Issue"], row["Triage status"], row["Reason"], row["By"]) for row in muted] == [("2 issues", "Muted", "known", "ivan")]
    assert desk.head("/issues/export.csv").status_code == 200


def test_a_file_of_what_the_list_cannot_name_is_refused(desk: Client) -> None:
    seen, now = Sighting.objects.filter(name="nb-3").first(), timezone.now()
    Issue.objects.bulk_create(
        Issue(sighting=seen, key=str(n), title=f"CVE-{n}", state="attention", first_seen_at=now) for n in range(MOST + 1)
    )
    answer = desk.get("/issues/export.csv?rows=issues&q=cve", follow=True)
    assert "Too many issues match “cve”" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="issues exported").exists()
    many = desk.post("/issues/decide/", {"which": "matching", "action": "muted"}, follow=True).content.decode()
    assert "More than 1,000 issues are selected" in many
