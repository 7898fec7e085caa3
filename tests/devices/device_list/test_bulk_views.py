"""Files of the list, and what is done with chosen devices."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone

from devices.lists.file_table import file_name
from devices.models import AuditEvent, Device, SyncRun, User
from devices.sync import refresh
from tests.devices import rows as shown
from tests.devices.account_pages import signed_in
from tests.devices.lists import workbooks
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/devices/export.csv{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def pk(name: str) -> int:
    return Device.objects.get(name=name).pk


def test_a_file_has_the_rows_order_and_columns_of_the_list_and_the_serial(ivan: User) -> None:
    shown.small_fleet()
    found = rows(signed_in(ivan), "?vendor=eset&sort=-name&cols=state,seen_by&size=25")
    assert list(found[0]) == ["Name", "Status", "Reported by", "Serial", "Stale sources"]
    assert [row["Name"] for row in found] == ["nb-munich-02", "nb-berlin-01", "mac-zurich-03"]
    assert found[0]["Status"] == "Critical" and "(missing)" in found[0]["Reported by"]
    assert found[1]["Serial"] == "PF3XK2"


def test_a_file_has_all_pages_and_iso_times(ivan: User) -> None:
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{n:04}", created_at=now) for n in range(1203))
    found = rows(signed_in(ivan), "?cols=known_since&size=25")
    assert [row["Name"] for row in found] == [f"nb-{n:04}" for n in range(1203)]
    assert found[0]["First seen"] == f"{now:%Y-%m-%dT%H:%M:%SZ}"


def test_a_file_is_named_audited_and_has_no_formula(ivan: User) -> None:
    shown.sighting(shown.account("eset-main", "eset"), "=1+1", user="@SUM(A1)")
    client = signed_in(ivan)
    answer = client.get("/devices/export.csv?state=ok")
    assert answer["Content-Disposition"] == f'attachment; filename="{file_name("devices", now=timezone.now())}.csv"'
    assert "'=1+1" in answer.getvalue().decode("utf-8-sig")
    event = AuditEvent.objects.get(action="export")
    assert (event.actor_id, event.detail["devices"], event.detail["filters"]) == (ivan.pk, "1", "?state=ok")


def test_a_text_that_means_too_many_is_refused_instead_of_cut(ivan: User) -> None:
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{n}", haystack=f"nb-{n}", created_at=now) for n in range(1005))
    client = signed_in(ivan)
    answer = client.get("/devices/export.csv?q=nb-", follow=True)
    assert "More than 1,000 devices match" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="export").exists()


def test_helpdesk_gets_neither_file_nor_refresh(bob: User) -> None:
    shown.small_fleet()
    client = signed_in(bob)
    assert client.get("/devices/export.csv").status_code == 403
    for action in ("export", "refresh"):
        assert client.post("/devices/bulk/", {"action": action, "which": "matching"}).status_code == 403
    page = client.get("/devices/").content.decode()
    assert "export.csv" not in page and 'name="ids"' not in page


def test_the_ticked_the_page_and_all_that_match(ivan: User) -> None:
    shown.small_fleet()
    client = signed_in(ivan)
    ids = [pk("phone-04"), pk("mac-zurich-03")]
    for fields in ({"which": "ticked", "ids": ids}, {"which": "page", "page_ids": ",".join(map(str, ids))}):
        answer = client.post("/devices/bulk/", {"action": "export", **fields})
        assert answer.getvalue().decode("utf-8-sig").count("\n") == 3
    answer = client.post("/devices/bulk/?state=ok", {"action": "export", "which": "matching"})
    assert answer["Location"] == "/devices/export.csv?state=ok"
    assert client.post("/devices/bulk/", {"action": "export_xlsx", "which": "matching"})["Location"] == "/devices/export.xlsx"
    workbook = client.post("/devices/bulk/", {"action": "export_xlsx", "which": "ticked", "ids": ids}).getvalue()
    assert [row[0] for row in workbooks.read(workbook).table()] == ["Name", "mac-zurich-03", "phone-04"]
    nothing = client.post("/devices/bulk/?state=ok", {"action": "export", "which": "ticked", "ids": ["x", "-1", "9" * 30]}, follow=True)
    assert "No device selected" in nothing.content.decode()


def test_a_refresh_says_its_cost_first_and_asks_only_who_can_answer(ivan: User) -> None:
    accounts = shown.small_fleet()
    chosen = {"action": "refresh", "which": "ticked", "ids": [pk("nb-berlin-01"), pk("nb-munich-02")]}
    client = signed_in(ivan)
    text = " ".join(client.post("/devices/bulk/", chosen).content.decode().split())
    assert "Refresh 2 devices" in text and "1 API call, more only for removed devices" in text
    assert "one vendor job with several API calls, a few minutes" in text and "OPSWAT" in text and "Not supported" in text
    assert not SyncRun.objects.exists()
    client.post("/devices/bulk/", {**chosen, "confirmed": "1"})
    runs = {run.account.name: run for run in SyncRun.objects.select_related("account")}
    assert set(runs) == {accounts["eset"].name, accounts["five9s"].name}
    assert runs["eset-main"].kind == "named" and len(runs["eset-main"].scope["ids"]) == 2
    assert runs["eset-main"].requested_by == ivan
    assert AuditEvent.objects.filter(action="refresh asked").count() == 2


def test_a_refresh_of_too_many_is_refused(ivan: User) -> None:
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{n}", created_at=now) for n in range(refresh.MOST + 1))
    answer = signed_in(ivan).post("/devices/bulk/", {"action": "refresh", "which": "matching", "confirmed": "1"}, follow=True)
    assert "More than 500 devices" in answer.content.decode()
    assert not SyncRun.objects.exists()


def test_an_account_that_is_switched_off_or_needs_a_person_is_not_asked(ivan: User) -> None:
    accounts = shown.small_fleet()
    accounts["eset"].enabled = False
    accounts["eset"].save()
    accounts["five9s"].health = "person"
    accounts["five9s"].save()
    shown.sighting(accounts["five9s"], "more", ids=[(IdKind.SERIAL, "S1")])
    refusals = {each.account.name: each.refusal for each in refresh.questions(list(Device.objects.values_list("pk", flat=True)))}
    assert refusals["eset-main"] == "The vendor account is disabled."
    assert refusals["five-main"].startswith("The credentials were refused")
    assert refusals["opswat-main"].startswith("Single devices cannot be refreshed.")
