"""Saved views: mine, shared with a role, my default; who may change them, and what the audit log keeps."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from devices.models import AuditEvent, Device, SavedView, User
from devices.saved_views.registry import LISTS
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in
from tests.patching import rows as made

pytestmark = pytest.mark.django_db
ADDRESSES = {shape.name: reverse(shape.url) for shape in LISTS}
# Of each list a filter, an order that is not its first, and a page size.
KEPT = {
    "devices": "?state=critical&sort=-user&size=25",
    "issues": "?severity=critical&sort=-age&size=25",
    "patches": "?status=failed&reason=download&sort=-age&size=25",
    "attempts": "?status=failed&period=90&sort=at&size=25",
    "devices-by-patches": "?has=failed&sort=failed&size=25",
    "applications": "?kind=application&sort=-name&size=25",
    "conflicts": "?field=os&sort=-user&size=25",
    "coverage": "?cover=fresh&sort=-gaps&size=25",
}
EVERY_LIST = pytest.mark.parametrize("of", KEPT)


def save(client: Client, query: str = "?state=critical", *, of: str = "devices", **fields: str) -> SavedView:
    answer = client.post(f"/views/of/{of}/save/{query}", {"name": "Trouble", **fields})
    assert answer.status_code == 302
    return SavedView.objects.latest("pk")


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_a_view_keeps_filter_order_columns_and_size(bob: User) -> None:
    shown.small_fleet()
    client = signed_in(bob)
    view = save(client, "?state=critical&sort=-user&cols=user,os&size=25&after=xyz&nonsense=1")
    assert (view.slug, view.query) == ("trouble", "?state=critical&sort=-user&cols=user,os&size=25")
    text = text_of(client, "/devices/?view=trouble")
    assert "<h1>Trouble</h1>" in text and "nb-munich-02" in text and "nb-berlin-01" not in text
    assert 'aria-sort="descending"' in text and 'data-label="Serial"' not in text


def test_more_filters_stand_on_a_view_and_its_own_can_be_taken_away(bob: User) -> None:
    shown.small_fleet()
    client = signed_in(bob)
    save(client, "?state=trouble")
    assert "nb-munich-02" not in text_of(client, "/devices/?view=trouble&vendor=opswat")
    text = text_of(client, "/devices/?view=trouble")
    assert 'href="/devices/?view=trouble&amp;state=" aria-label="Remove filter Status' in text
    assert "mac-zurich-03" in text_of(client, "/devices/?view=trouble&state=")


def test_a_view_is_its_owners_until_it_is_shared_with_a_role(bob: User, ivan: User, alice: User) -> None:
    shown.small_fleet()
    view = save(signed_in(ivan), role="Helpdesk")
    assert "<h1>Trouble</h1>" in text_of(signed_in(bob), "/devices/?view=trouble")
    assert "not shared with you" in text_of(signed_in(alice), "/devices/?view=trouble")
    view.shared_with = None
    view.save()
    assert "not shared with you" in text_of(signed_in(bob), "/devices/?view=trouble")


def test_helpdesk_may_neither_share_nor_change_what_is_shared(bob: User, ivan: User) -> None:
    bobs = signed_in(bob)
    bobs.post("/views/of/devices/save/", {"name": "Mine", "role": "IT staff"})
    assert not SavedView.objects.exists()
    view = save(signed_in(ivan), role="Helpdesk")
    for fields in ({"name": "Bob's"}, {"action": "remove"}):
        bobs.post(f"/views/{view.slug}/change/", fields)
    bobs.post("/views/of/devices/save/?view=trouble&state=", {"renew": "1"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Trouble", "?state=critical")


def test_a_view_of_somebody_else_is_not_there(bob: User, ivan: User) -> None:
    view = save(signed_in(ivan))
    assert signed_in(bob).post(f"/views/{view.slug}/change/", {"action": "remove"}).status_code == 404


def test_what_is_shared_is_audited_and_what_is_private_is_not(ivan: User) -> None:
    client = signed_in(ivan)
    actions = AuditEvent.objects.exclude(action__startswith="sign").order_by("pk")
    save(client)
    client.post("/views/trouble/change/", {"name": "Private", "role": ""})
    assert not actions.exists()
    client.post("/views/trouble/change/", {"name": "For all", "role": "Helpdesk"})
    client.post("/views/of/devices/save/?view=trouble&state=ok", {"renew": "1"})
    asked = client.post("/views/trouble/change/", {"action": "remove"})
    assert "Delete view" in asked.content.decode() and SavedView.objects.filter(slug="trouble").exists()
    client.post("/views/trouble/change/", {"action": "remove", "confirmed": "1"})
    assert [event.action for event in actions] == ["view changed", "view changed", "view removed"]
    assert actions[1].detail == {"list": "devices", "before": "?state=critical", "after": "?state=ok"}
    assert not SavedView.objects.exists()


def test_the_default_view_gives_columns_and_order_but_hides_nothing(bob: User) -> None:
    shown.small_fleet()
    client = signed_in(bob)
    save(client, "?state=critical&cols=user&sort=-user", default="1")
    text = text_of(client, "/devices/")
    assert "of 6 devices" in text and 'data-label="Serial"' not in text
    assert 'data-label="Serial"' in text_of(client, "/devices/?cols=serial")
    save(client, "?cols=os", name="Other", default="1")
    assert [view.name for view in SavedView.objects.filter(is_default=True)] == ["Other"]


def test_two_views_of_one_name_have_two_addresses_but_one_person_has_one(bob: User, ivan: User) -> None:
    save(signed_in(bob))
    assert save(signed_in(ivan)).slug == "trouble-2"
    client = signed_in(bob)
    client.post("/views/of/devices/save/", {"name": "Trouble"}, follow=True)
    client.post("/views/of/devices/save/", {"name": "   "})
    assert SavedView.objects.count() == 2


def test_a_name_is_only_text(bob: User) -> None:
    client = signed_in(bob)
    for words in shown.HOSTILE:
        client.post("/views/of/devices/save/", {"name": words})
    text = text_of(client, "/views/")
    assert "<script>alert" not in text and "<img src=x" not in text
    assert SavedView.objects.count() == len(shown.HOSTILE)


@EVERY_LIST
def test_filters_too_long_to_keep_are_said_and_stay_on_the_list(bob: User, of: str) -> None:
    wide = "&".join(f"{name}={'👩' * 200}" for name in ("q", "group", "tag", "account"))
    kept = save(signed_in(bob), "?size=25", of=of)
    for sent in ({"name": "Long"}, {"renew": "1"}):
        answer = signed_in(bob).post(f"/views/of/{of}/save/?view=trouble&{wide}", sent, follow=True)
        assert answer.status_code == 200 and ("too long to save" in answer.content.decode()) is (of != "applications")
    kept.refresh_from_db()
    assert len(kept.query) < 4000


def test_a_person_without_a_role_is_refused(charlie: User) -> None:
    client = signed_in(charlie)
    assert client.get("/views/").status_code == 403
    assert client.post("/views/of/devices/save/", {"name": "x"}).status_code == 403
    assert client.post("/views/x/change/").status_code == 403


def test_every_list_can_be_kept() -> None:
    assert {shape.name for shape in LISTS} == set(KEPT)


@EVERY_LIST
def test_a_view_of_any_list_opens_what_was_kept_and_says_its_name(bob: User, of: str) -> None:
    made.small_patching()
    Device.objects.filter(name="nb-berlin-01").update(disagrees=["os"])
    client, address = signed_in(bob), ADDRESSES[of]
    assert "No saved views" in text_of(client, address)
    view = save(client, f"{KEPT[of]}&after=xyz&nonsense=1", of=of)
    assert (view.page, view.slug, view.query) == (of, "trouble", KEPT[of])
    kept, plain = client.get(f"{address}?view=trouble").context, client.get(address + KEPT[of]).context
    assert [vars_of(row) for row in kept["page"].rows] == [vars_of(row) for row in plain["page"].rows] != []
    text = text_of(client, f"{address}?view=trouble")
    assert "<h1>Trouble</h1>" in text and "<title>Trouble · " in text and "Rows per page</span> <strong>25</strong>" in text
    assert f'href="{address}?view=trouble" aria-current="page"' in text
    index = text_of(client, "/views/")
    assert f'href="{address}?view=trouble"' in index and "No filters" not in index


def vars_of(row: object) -> object:
    """What a row is about, without the moment at which it was asked."""
    row = getattr(row, "row", row)
    return next(getattr(row, name) for name in ("id", "handle", "device_id", "title") if hasattr(row, name))


@EVERY_LIST
def test_the_default_of_a_list_orders_that_list_alone_and_hides_nothing(bob: User, of: str) -> None:
    made.small_patching()
    client = signed_in(bob)
    before = {name: client.get(address).context["page"].total for name, address in ADDRESSES.items()}
    save(client, KEPT[of], of=of, default="1")
    for name, address in ADDRESSES.items():
        context = client.get(address).context
        assert context["page"].total == before[name] and not context["filters"].narrowed
        assert (context["listing"].size == 25) is (name == of)
    save(client, "", of=of, name="Other", default="1")
    save(client, "", of="devices" if of != "devices" else "issues", name="Third", default="1")
    assert set(SavedView.objects.filter(is_default=True).values_list("name", flat=True)) == {"Other", "Third"}


@EVERY_LIST
def test_a_view_is_of_one_list_and_its_name_is_free_on_the_others(bob: User, of: str) -> None:
    client = signed_in(bob)
    other = "issues" if of == "devices" else "devices"
    assert (save(client, of=of).slug, save(client, of=other).slug) == ("trouble", "trouble-2")
    assert "View not found" in text_of(client, f"{ADDRESSES[other]}?view=trouble")
    assert "View not found" not in text_of(client, f"{ADDRESSES[of]}?view=trouble")


@EVERY_LIST
def test_what_is_shared_of_any_list_is_seen_and_renewed_by_whoever_may(bob: User, ivan: User, alice: User, of: str) -> None:
    save(signed_in(ivan), KEPT[of], of=of, role="Helpdesk")
    assert "<h1>Trouble</h1>" in text_of(signed_in(bob), f"{ADDRESSES[of]}?view=trouble")
    assert "Trouble" not in text_of(signed_in(alice), ADDRESSES[of])
    sent = f"/views/of/{of}/save/?view=trouble&size=100"
    assert "owned by ivan." in signed_in(bob).post(sent, {"renew": "1"}, follow=True).content.decode()
    answer = signed_in(ivan).post(sent, {"renew": "1"})
    assert answer["Location"] == f"{ADDRESSES[of]}?view=trouble"
    assert SavedView.objects.get().query == KEPT[of].replace("size=25", "size=100")
    assert AuditEvent.objects.latest("pk").detail["list"] == of


def test_a_view_of_a_list_that_the_reader_may_not_open_is_neither_offered_nor_opened(bob: User, charlie: User) -> None:
    view = save(signed_in(bob), "?severity=critical", of="issues", name="Worst")
    SavedView.objects.filter(pk=view.pk).update(owner=charlie)
    charlie.user_permissions.add(Permission.objects.get(codename="view_device", content_type__app_label="devices"))
    client = signed_in(charlie)
    assert "Worst" not in text_of(client, "/views/") and "Worst" not in text_of(client, "/devices/")
    assert client.get("/issues/?view=worst").status_code == 403
    refused = client.post("/views/of/issues/save/", {"name": "Mine"})
    assert refused.status_code == 403 and "permission to view issues." in refused.content.decode()
    assert client.post("/views/worst/change/", {"action": "remove"}).status_code == 404
    assert SavedView.objects.get().name == "Worst"


def test_there_is_no_view_of_a_list_that_is_not_there(bob: User) -> None:
    assert signed_in(bob).post("/views/of/nothing/save/", {"name": "Trouble"}).status_code == 404


def test_applications_and_devices_stand_by_name_in_views_however_many_there_are(bob: User) -> None:
    made.small_patching()
    client = signed_in(bob)
    firefox, zipper = (str(made.title(name).pk) for name in ("Firefox", "7-Zip"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            text = text_of(client, "/views/")
        assert "Application: Firefox" in text
        return len(context)

    save(client, f"?title={firefox}", of="patches")
    asked()
    once = asked()
    for number in range(5):
        save(client, f"?title={zipper}&status=failed", of="patches", name=f"More {number}")
    assert "Application: 7-Zip" in text_of(client, "/views/")  # also says what was just saved
    assert asked() == once


def test_a_filter_without_a_field_stays_and_goes_with_its_view(bob: User) -> None:
    made.small_patching()
    client, firefox = signed_in(bob), made.title("Firefox").pk
    save(client, f"?title={firefox}", of="patches")
    assert 'name="title"' not in text_of(client, "/patching/patches/?view=trouble")
    without = text_of(client, "/patching/patches/?view=trouble&title=")
    assert '<input type="hidden" form="filters" name="title" value="">' in without and "VLC" in without


def test_what_is_done_with_all_that_match_is_done_with_those_of_the_view(ivan: User) -> None:
    made.small_patching()
    client = signed_in(ivan)
    save(client, "?severity=critical", of="issues")
    here = client.get("/issues/?view=trouble&rows=issues").context
    answer = client.post("/issues/decide/?view=trouble&rows=issues", {"which": "matching"})
    assert answer.context["total"] == here["page"].total > 0 and answer.context["back"] == "/issues/?view=trouble&rows=issues"
    assert client.get("/issues/?rows=issues").context["page"].total > here["page"].total


@pytest.mark.parametrize("of", ["issues", "patches", "attempts"])
def test_a_file_has_the_name_of_its_view_and_the_log_says_what_it_held(ivan: User, of: str) -> None:
    made.small_patching()
    client = signed_in(ivan)
    save(client, KEPT[of], of=of)
    page = client.get(f"{ADDRESSES[of]}?view=trouble", headers=HTMX)
    answer = client.get(reverse(page.context["export_name"], args=["csv"]) + "?view=trouble")
    assert 'filename="rollcall-trouble-' in answer["Content-Disposition"]
    assert len(b"".join(answer).splitlines()) == page.context["page"].total + 1
    assert AuditEvent.objects.latest("pk").detail["filters"] == KEPT[of]
