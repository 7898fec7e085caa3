"""Lists of patching as files: exactly what they show, safe in a spreadsheet, and audited. And what each page costs in queries."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from devices.lists import rows as list_rows
from devices.models import Account, AuditEvent, Device, Sighting, User
from devices.search import queries as search
from patching.models import Patch, Title
from tests.devices import rows as shown
from tests.devices.audited import actor
from tests.patching import rows as made

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def rows_of(client: Client, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_patches_as_they_are_listed(client: Client, ivan: User) -> None:
    made.small_patching()
    client.force_login(ivan)
    head, *rows = rows_of(client, "/patching/patches.csv?status=failed")
    assert head[:8] == ["Device", "Application", "Developer", "Kind", "Status", "Reason", "Next step", "Vendor status"]
    assert [row[0] for row in rows] == ["srv-london-05", "nb-munich-02", "nb-berlin-01", "mac-zurich-03", "nb-munich-02", "nb-munich-02"]
    berlin = dict(zip(head, rows[2], strict=True))
    one = Device.objects.get(name="nb-berlin-01")
    assert (berlin["Device id"], berlin["User"]) == (str(one.pk), one.user) and one.user
    assert berlin["Next step"] == "Close the application and retry" and berlin["Fixes"] == "CVE-2026-1"
    assert (berlin["Severity"], berlin["Security update"], berlin["Restart required"]) == ("High", "yes", "yes")
    turned = rows_of(client, "/patching/patches.csv?status=failed&sort=-age")
    assert [row[1] for row in turned[:0:-1]] == [row[1] for row in rows]


def test_attempts_and_applications_as_they_are_listed(client: Client, ivan: User) -> None:
    made.small_patching()
    client.force_login(ivan)
    head, *rows = rows_of(client, "/patching/attempts.csv")
    assert len(rows) == 7 and len(rows_of(client, "/patching/attempts.csv?period=all")) == 9
    assert [row[0] for row in rows[1:3]] == ["nb-munich-02", "not reported"]
    assert rows[0][head.index("Started")].endswith("Z")
    head, *rows = rows_of(client, "/patching/titles.csv?sort=-failures")
    assert rows[0][head.index("Failed attempts")] == "1" and len(rows) == 8


def test_devices_as_they_are_listed(client: Client, ivan: User) -> None:
    made.small_patching()
    client.force_login(ivan)
    head, *rows = rows_of(client, "/patching/devices.csv")
    assert [row[0] for row in rows] == ["nb-munich-02", "srv-london-05", "mac-zurich-03", "nb-berlin-01"]
    munich = dict(zip(head, rows[0], strict=True))
    assert [munich[each] for each in ("Open patches", "High severity", "Failed", "Restart required")] == ["4", "0", "3", "0"]
    oldest = Patch.objects.filter(sighting__device__name="nb-munich-02", counted=True).earliest("open_since")
    assert munich["Oldest"] == f"{oldest.open_since:%Y-%m-%dT%H:%M:%SZ}"
    assert [row[0] for row in rows_of(client, "/patching/devices.csv?has=high")[1:]] == ["nb-berlin-01"]


def test_each_row_says_as_of_when_it_is_and_why_that_is_old(client: Client, ivan: User) -> None:
    made.small_patching()
    Account.objects.filter(name="five-main").update(enabled=False)
    client.force_login(ivan)
    head, *rows = rows_of(client, "/patching/patches.csv?account=five-main")
    assert head[-2:] == ["As of", "Old because"]
    at = Account.objects.get(name="five-main").complete_at
    assert {tuple(row[-2:]) for row in rows} == {(f"{at:%Y-%m-%dT%H:%M:%SZ}", "it is disabled")}
    head, *rows = rows_of(client, "/patching/attempts.csv")
    assert head[-2:] == ["As of", "Old because"] and {row[-1] for row in rows} == {""}


def test_cells_are_never_formulas(client: Client, ivan: User) -> None:
    account = shown.account("eset-main", "eset")
    made.patch(shown.sighting(account, "=1+1"), "@SUM(A1)", raw="+cmd", version="-2+3")
    made.attempt(account, "=HYPERLINK(1)", raw="|calc", before="%0A", after="=2")
    client.force_login(ivan)
    for name in ("patches", "attempts", "titles", "devices"):
        cells = [each for row in rows_of(client, f"/patching/{name}.csv") for each in row]
        assert not [each for each in cells if each[:1] in tuple("=+-@|%")], cells
        assert any(each.startswith("'") for each in cells)


def test_what_left_is_audited_and_looking_whether_it_could_is_not(client: Client, ivan: User) -> None:
    made.small_patching()
    client.force_login(ivan)
    client.head("/patching/patches.csv")
    assert not AuditEvent.objects.filter(action="patching exported").exists()
    rows_of(client, "/patching/patches.csv?status=failed&reason=running")
    event = AuditEvent.objects.get(action="patching exported")
    assert (actor(event), event.detail) == ("ivan", {"format": "csv", "filters": "?status=failed&reason=running"})
    assert event.target.startswith("rollcall-patches-")


def test_a_text_that_means_too_much_is_not_exported_by_halves(client: Client, ivan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 1)
    made.small_patching()
    client.force_login(ivan)
    answer = client.get("/patching/patches.csv?q=nb", follow=True)
    assert answer.redirect_chain == [("/patching/patches/?q=nb", 302)]
    assert "Too many devices match" in answer.content.decode()
    assert "+</strong> of" in answer.content.decode() or "+ patches" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="patching exported").exists()


def test_a_file_goes_on_where_a_chunk_ends(client: Client, ivan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_rows, "CHUNK", 3)
    made.small_patching()
    client.force_login(ivan)
    assert len(rows_of(client, "/patching/patches.csv?status=all")) == 15


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("", 14),
        ("reasons/", 10),
        ("titles/", 8),
        ("titles/{title}/", 15),
        ("device/{device}/", 8),
        ("patches/", 13),
        ("patches/?q=nb", 17),
        ("patches/?account=eset-main&kind=application&status=failed", 17),
        ("attempts/", 13),
        ("attempts/?device={device}&period=all", 15),
        ("devices/", 10),
        ("devices/?q=nb&sort=-failed", 12),
    ],
)
def test_the_number_of_queries_does_not_grow(
    client: Client, ivan: User, django_assert_num_queries: Any, address: str, queries: int
) -> None:
    eset = made.small_patching()["eset"]
    munich = Sighting.objects.get(account=eset, name="nb-munich-02")
    place = address.format(title=Title.objects.get(name="Firefox").pk, device=Device.objects.get(name="nb-munich-02").pk)
    headers = HTMX if address.startswith("device") else {}
    client.force_login(ivan)
    client.get("/devices/")  # the first click of a minute also renews the session
    with django_assert_num_queries(queries):
        assert client.get(f"/patching/{place}", headers=headers).status_code == 200
    for number in range(8):
        made.patch(munich, f"More {number}", "failed", reason="running")
        made.attempt(eset, "Firefox", "failed", on=munich, reason="running", days=number)
    with django_assert_num_queries(queries):
        client.get(f"/patching/{place}", headers=headers)
