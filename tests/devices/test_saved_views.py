"""Saved views: mine, shared with a role, my default; who may change them, and what the audit log keeps."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import AuditEvent, SavedView, User
from tests.devices import shown
from tests.devices.administering import signed_in

pytestmark = pytest.mark.django_db


def save(client: Client, query: str = "?state=critical", **fields: str) -> SavedView:
    answer = client.post(f"/views/of/devices/save/{query}", {"name": "Trouble", **fields})
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
    assert 'href="/devices/?view=trouble&amp;state=" aria-label="Remove filter State' in text
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
    client.post("/views/trouble/change/", {"action": "remove"})
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


def test_a_person_without_a_role_is_refused(charlie: User) -> None:
    client = signed_in(charlie)
    assert client.get("/views/").status_code == 403
    assert client.post("/views/of/devices/save/", {"name": "x"}).status_code == 403
    assert client.post("/views/x/change/").status_code == 403
