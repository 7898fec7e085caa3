"""Our tags: on one device and on thousands, found wherever vendors' tags are found."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.device_list import tags as tagging
from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.errors import ActionRefused
from devices.models import Account, AuditEvent, Change, Device, DeviceTag, User
from devices.search.documents import device_documents
from devices.search.queries import search
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def fleet(db: None) -> dict[str, Account]:
    return shown.small_fleet()


def pk(name: str) -> int:
    return Device.objects.get(name=name).pk


def put(user: User, tag: str, *names: str) -> int:
    return tagging.add([pk(name) for name in names], tag=tag, act=AuditContext.of(user, now=timezone.now()))


def bulk(client: Client, query: str = "", **data: object) -> str:
    answer = client.post(f"/devices/bulk/{query}", {"action": "tag", **data}, follow=True)
    return " ".join(answer.content.decode().split())


def test_a_tag_is_added_once_remembered_and_taken_off(fleet: object, ivan: User) -> None:
    device = pk("phone-04")
    client = signed_in(ivan)
    for typed in (" Pool  Device ", "POOL device"):
        answer = client.post(f"/devices/{device}/tags/?ticket=INC1", {"tag": typed, "ticket": "INC1"})
        assert answer["Location"] == f"/devices/{device}/?ticket=INC1#tags"
    tag = DeviceTag.objects.get()
    assert (tag.name, tag.key, tag.by_name) == ("Pool Device", "pool device", "ivan")
    assert "Remove tag Pool Device" in client.get(f"/devices/{device}/").content.decode()
    client.post(f"/devices/{device}/tags/", {"tag": "pool device", "action": "remove"})
    assert not DeviceTag.objects.exists()
    told = list(Change.objects.filter(kind="tagged").order_by("pk").values_list("before", "after", "actor_name", "ticket"))
    assert told == [("", "Pool Device", "ivan", "INC1"), ("Pool Device", "", "ivan", "")]


@pytest.mark.parametrize(
    ("typed", "stays", "sentence"),
    [
        ("", "", "Enter a tag."),
        ("\x00 \u200b", " ", "Enter a tag."),
        ("x" * 61, "x" * 61, "at most 60"),
        ("ﷺ" * 30, "ﷺ" * 30, "at most 60"),
    ],
)
def test_what_is_no_tag_is_said_and_stays_typed(fleet: object, ivan: User, typed: str, stays: str, sentence: str) -> None:
    client, address = signed_in(ivan), f"/devices/{pk('phone-04')}/tags/"
    fragment = client.post(address, {"tag": typed}, headers=HTMX).content.decode()
    assert sentence in fragment and f'name="tag" value="{stays}"' in fragment and "<html" not in fragment
    assert sentence in client.post(address, {"tag": typed}, follow=True).content.decode()
    assert not DeviceTag.objects.exists()


def test_who_may_not_tag_is_refused_and_sees_no_form(fleet: object, bob: User, charlie: User, ivan: User) -> None:
    device = pk("phone-04")
    put(ivan, "vip", "phone-04")
    page = signed_in(bob).get(f"/devices/{device}/").content.decode()
    assert "vip" in page and f'action="/devices/{device}/tags/"' not in page
    for person in (bob, charlie):
        client = signed_in(person)
        assert client.post(f"/devices/{device}/tags/", {"tag": "x"}).status_code == 403
        assert client.post(f"/devices/{device}/tags/", {"tag": "x"}, headers=HTMX).status_code == 403
        assert client.post("/devices/bulk/", {"action": "tag", "ids": [device], "confirmed": "1", "tag": "x"}).status_code == 403
    assert signed_in(ivan).get(f"/devices/{device}/tags/").status_code == 405
    assert DeviceTag.objects.count() == 1


def test_the_filter_finds_our_tags_and_those_of_vendors(fleet: dict[str, Account], ivan: User) -> None:
    shown.sighting(fleet["five9s"], "scoped", ids=[(IdKind.TAG, "Site Berlin")])
    put(ivan, "site berlin", "phone-04")
    put(ivan, "Site Berlin West", "mac-zurich-03")
    rows = list_page(DeviceFilters(tag="SITE  berlin"), now=timezone.now())
    assert [row.name for row in rows.rows] == ["phone-04", "scoped"] and rows.total == 2


@pytest.mark.parametrize("term", ["tag:pool", "tag:Pool device", "pool device", "POOL", "tag:poo"])
def test_lookup_finds_our_tags_by_prefix_and_as_plain_text(fleet: object, ivan: User, term: str) -> None:
    put(ivan, "Pool device", "phone-04", "mac-zurich-03")
    answer = search(term)
    assert sorted(match.device["name"] for match in answer.matches) == ["mac-zurich-03", "phone-04"]
    assert answer.matches[0].matched == [{"kind": "tag", "value": "Pool device"}]
    found = list_page(DeviceFilters(q=term), now=timezone.now())
    assert [row.name for row in found.rows] == ["mac-zurich-03", "phone-04"]


def test_one_device_with_exactly_this_tag_opens(fleet: object, ivan: User, bob: User) -> None:
    put(ivan, "crash-cart", "phone-04")
    answer = signed_in(bob).get("/d/?q=tag:crash-cart")
    assert answer.status_code == 302 and answer["Location"] == f"/devices/{pk('phone-04')}/"


def test_signs_of_patterns_are_letters(fleet: object, ivan: User) -> None:
    put(ivan, "100%", "phone-04")
    put(ivan, "1000", "mac-zurich-03")
    assert [match.device["name"] for match in search("tag:100%").matches] == ["phone-04"]


def test_a_search_asks_as_often_with_tags_as_without(fleet: object, ivan: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            search("pool")
        return len(queries)

    put(ivan, "pool", "phone-04")
    before = asked()
    put(ivan, "pool", *Device.objects.values_list("name", flat=True))
    put(ivan, "pools", *Device.objects.values_list("name", flat=True))
    assert asked() == before <= 6


def test_list_file_and_json_show_all_tags(fleet: dict[str, Account], ivan: User) -> None:
    shown.sighting(fleet["five9s"], "both", ids=[(IdKind.TAG, "Scope A"), (IdKind.TAG, "A scope")])
    for ours in ("=vip", "Scope A"):
        put(ivan, ours, "both")
    client = signed_in(ivan)
    page = client.get("/devices/?cols=tags&q=both").content.decode()
    assert ">=vip, Scope A, A scope</span>" in page
    answer = client.get("/devices/export.csv?cols=tags&tag=scope+a")
    assert [row["Tags"] for row in csv.DictReader(io.StringIO(answer.getvalue().decode()))] == ["'=vip; Scope A; A scope"]
    assert device_documents([pk("both")])[pk("both")]["tags"] == ["=vip", "Scope A", "A scope"]
    told = json.loads(client.get("/d/?q=tag:scope&format=json&limit=1").content)
    assert told["matches"][0]["tags"] == ["=vip", "Scope A", "A scope"]


def test_the_column_costs_one_query_however_many_rows(fleet: object, ivan: User) -> None:
    client = signed_in(ivan)
    client.get("/devices/?cols=tags")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/devices/?cols=tags")
        return len(queries)

    before = asked()
    put(ivan, "pool", *Device.objects.values_list("name", flat=True))
    assert asked() == before


def test_chosen_devices_are_shown_before_they_are_tagged(fleet: object, ivan: User) -> None:
    client = signed_in(ivan)
    page = bulk(client, "?vendor=eset", which="matching")
    assert "<h1>Tag 3 devices</h1>" in page and "mac-zurich-03" in page and "Add to 3 devices" in page
    ids = page.split('name="page_ids" value="')[1].split('"')[0]
    assert len(ids.split(",")) == 3 and not DeviceTag.objects.exists()
    assert "Tag “pool” added to 3 devices." in bulk(client, which="page", page_ids=ids, confirmed="1", tag=" pool ", do="add")
    again = bulk(client, which="page", page_ids=f"{ids},{pk('phone-04')}", confirmed="1", tag="POOL", do="add")
    assert "added to 1 device. 3 devices already had it." in again
    assert "removed from 3 devices." in bulk(client, which="page", page_ids=ids, confirmed="1", tag="Pool", do="remove")
    assert list(DeviceTag.objects.values_list("device_id", flat=True)) == [pk("phone-04")]
    actions = list(AuditEvent.objects.filter(action__contains="tag").order_by("pk").values_list("action", "target"))
    assert actions == [("devices tagged", "pool"), ("devices tagged", "POOL"), ("tag taken off devices", "Pool")]
    assert AuditEvent.objects.filter(action="devices tagged").latest("pk").detail == {"devices": 4, "of_them_changed": 1}
    assert Change.objects.filter(kind="tagged").count() == 7


def test_a_bad_tag_for_many_keeps_the_choice(fleet: object, ivan: User) -> None:
    answer = signed_in(ivan).post(
        "/devices/bulk/", {"action": "tag", "which": "page", "page_ids": f"{pk('phone-04')}", "confirmed": "1", "tag": "x" * 61}
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and "at most 60" in page and "x" * 61 in page and f'value="{pk("phone-04")}"' in page


def test_nothing_chosen_and_ids_that_are_none_are_said(fleet: object, ivan: User) -> None:
    client = signed_in(ivan)
    assert "No device selected" in bulk(client, which="ticked")
    assert "These devices no longer exist." in bulk(client, which="page", page_ids="0,999999999,x,\x00,99999999999999999999999")
    assert "added to 0 devices" in bulk(client, which="page", page_ids="999999999", confirmed="1", tag="x")


def test_ten_thousand_at_once_in_as_many_queries_as_two(ivan: User) -> None:
    now = timezone.now()
    ids = [each.pk for each in Device.objects.bulk_create(Device(name=f"nb-{n}", created_at=now) for n in range(10_001))]

    def asked(chosen: list[int], tag: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert tagging.add(chosen, tag=tag, act=AuditContext.of(ivan, now=now)) == len(chosen)
        return len(queries)

    assert asked(ids[:2], "a") == asked(ids[:10_000], "b")
    with pytest.raises(ActionRefused, match="More than 10,000"):
        tagging.add(ids, tag="c", act=AuditContext.of(ivan, now=now))
    assert "More than 10,000 devices" in bulk(signed_in(ivan), which="matching")
    assert DeviceTag.objects.count() == 10_002 == Change.objects.count()


def test_a_text_that_means_too_many_is_refused_instead_of_cut(ivan: User) -> None:
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{n}", haystack=f"nb-{n}", created_at=now) for n in range(1005))
    assert "More than 1,000 devices" in bulk(signed_in(ivan), "?q=nb-", which="matching")


@pytest.mark.parametrize("word", shown.HOSTILE)
def test_hostile_tags_are_only_words(fleet: object, ivan: User, word: str) -> None:
    client = signed_in(ivan)
    client.post(f"/devices/{pk('phone-04')}/tags/", {"tag": word[:60]})
    for address in (f"/devices/{pk('phone-04')}/", "/devices/?cols=tags", f"/devices/{pk('phone-04')}/timeline/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>" not in page
