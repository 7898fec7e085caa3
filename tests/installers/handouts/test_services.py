"""Giving an installer away: who may, what is shown, what is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.audit.context import AuditContext
from devices.matching import overrides
from devices.models import AuditEvent, Device, JobState, User
from installers.models import Handout, Installer, Standing
from tests.conftest import confirm
from tests.devices import rows as shown
from tests.installers.handout_rows import LINK, SHORT, key_in, page_of, ready, short_link, signed_in

pytestmark = pytest.mark.django_db
HUGE = 10**30


def give(client: Client, installer: Installer, way: str = "shown", **fields: str) -> tuple[int, str]:
    answer = client.post(page_of(installer), {"way": way, "key": key_in(client, installer), **fields})
    return answer.status_code, answer.content.decode()


def test_helpdesk_is_shown_the_link_with_a_qr_code_and_it_is_written_down(client: Client, bob: User) -> None:
    installer = ready()
    client.force_login(bob)
    confirm(client)
    answer = client.post(
        page_of(installer), {"way": "shown", "key": key_in(client, installer), "recipient": "Anna Becker", "ticket": "INC7"}
    )
    page = answer.content.decode()
    assert f'data-copy="{LINK}"' in page and '<svg viewBox="0 0' in page and "style=" not in page
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    [given] = Handout.objects.all()
    assert (given.way, given.giver, given.recipient, given.ticket) == ("shown", "bob", "Anna Becker", "INC7")
    [event] = AuditEvent.objects.filter(action="installer link shown")
    assert (event.actor, event.target, event.detail["recipient"]) == (bob, "eset-main", "Anna Becker")
    assert "canary" not in str(event.detail)


def test_looking_at_the_form_gives_nothing(client: Client, ivan: User) -> None:
    installer = ready()
    client.force_login(ivan)
    confirm(client)
    for method in (client.get, client.head):
        answer = method(page_of(installer))
        assert answer.status_code == 200 and b"canary" not in answer.content
    assert not Handout.objects.exists() and not AuditEvent.objects.filter(action="installer link shown").exists()


@pytest.mark.parametrize("way", ["shown", "short"])
def test_only_those_with_the_right_may_give_and_helpdesk_only_what_is_marked(client: Client, charlie: User, bob: User, way: str) -> None:
    unmarked, marked = ready(for_helpdesk=False), ready(Installer.objects.get().account)
    assert client.post(page_of(marked), {"way": way}).status_code == 302
    client.force_login(charlie)
    confirm(client)
    for answer in (client.get(page_of(marked)), client.post(page_of(marked), {"way": way, "key": "k"})):
        assert answer.status_code == 403 and "permission to share installers." in answer.text and b"Reception" not in answer.content
    client.force_login(bob)
    confirm(client)
    for answer in (client.get(page_of(unmarked)), client.post(page_of(unmarked), {"way": way, "key": "k"})):
        assert answer.status_code == 404 and b"Reception" not in answer.content
    assert client.get(page_of(marked)).status_code == 200 and not Handout.objects.exists()


@pytest.mark.parametrize("columns", [
    {"standing": Standing.REVOKED}, {"standing": Standing.EXPIRED}, {"standing": Standing.AMBIGUOUS},
    {"expires_at": timezone.now() - timedelta(seconds=1)}, {"state": JobState.REQUESTED}, {"usable": False},
])  # fmt: skip
@pytest.mark.parametrize("way", ["shown", "short"])
def test_what_cannot_be_used_is_not_given(ivan: User, columns: dict[str, object], way: str) -> None:
    installer = ready()
    client = signed_in(ivan)
    key = key_in(client, installer)
    Installer.objects.update(**columns)
    answer = client.post(page_of(installer), {"way": way, "key": key, "recipient": "Anna"})
    assert answer.status_code == 422 and b"hoose or create another one" in answer.content and b"canary" not in answer.content
    assert b'value="Anna"' in answer.content and not Handout.objects.exists()


def test_a_stored_link_that_does_not_open_is_said_in_a_sentence(ivan: User) -> None:
    one, other = ready(), ready(Installer.objects.get().account)
    Installer.objects.filter(pk=one.pk).update(link=other.link)
    status, page = give(signed_in(ivan), one)
    assert status == 422 and "decrypted. Contact your Rollcall administrator" in page


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"days": "0"}, "Enter 1 to 366 days."), ({"days": "x" * 5000}, "Enter 1 to 366 days."), ({"days": "-3"}, "Enter 1 to 366 days."),
    ({"uses": "0"}, "1 to 1,000 downloads"), ({"uses": "²"}, "1 to 1,000 downloads"), ({"uses": "9" * 400}, "1 to 1,000 downloads"),
    ({"recipient": "x" * 10_000}, "at most 200 characters"), ({"recipient": "a\0b"}, "Null characters"), ({"recipient": "a\u2028b"}, "on one line"), ({"key": "k" * 5000}, "Open a new form"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(ivan: User, fields: dict[str, str], sentence: str) -> None:
    status, page = give(signed_in(ivan), ready(), "short", **({"recipient": "Anna"} | fields))
    assert status == 422 and sentence in page and not Handout.objects.exists()
    assert ("Anna" in page) is ("recipient" not in fields)


@pytest.mark.parametrize("device", ["0", str(2**63), str(HUGE), "x", "1\0", ""])
def test_an_unknown_device_is_left_out(ivan: User, device: str) -> None:
    status, _ = give(signed_in(ivan), ready(), device=device)
    assert status == 200 and Handout.objects.get().device is None


def test_unknown_installers_and_hand_outs_are_not_found(client: Client, ivan: User) -> None:
    client.force_login(ivan)
    confirm(client)
    for number in (0, 2**63, HUGE):
        assert client.get(f"/installers/{number}/hand-out/").status_code == 404
        assert client.post(f"/installers/hand-outs/{number}/end/").status_code == 404


def test_a_form_that_is_sent_twice_makes_one_short_link(ivan: User) -> None:
    installer, client = ready(), signed_in(ivan)
    form = {"way": "short", "key": key_in(client, installer), "recipient": "Anna"}
    paths = {str(SHORT.findall(client.post(page_of(installer), form).content.decode())) for _ in range(2)}
    assert len(paths) == 1 and Handout.objects.count() == AuditEvent.objects.filter(action="short link made").count() == 1
    client.post(page_of(installer), form | {"recipient": "Ben"})
    assert Handout.objects.count() == 2


def test_a_form_whose_short_link_was_switched_off_does_not_bring_it_back(ivan: User) -> None:
    installer, client = ready(), signed_in(ivan)
    form = {"way": "short", "key": key_in(client, installer)}
    client.post(page_of(installer), form)
    client.post(f"/installers/hand-outs/{Handout.objects.get().pk}/end/")
    answer = client.post(page_of(installer), form)
    assert answer.status_code == 422 and b"Open a new form" in answer.content


def test_a_short_link_lives_a_week_by_default_and_never_longer_than_the_installer(ivan: User, settings: Settings) -> None:
    installer, now = ready(), timezone.now()
    short_link(ivan, installer)
    settings.HANDOUT_DAYS = 9
    short_link(ivan, installer)
    short_link(ivan, installer, days="366")
    ends = [given.expires_at for given in Handout.objects.order_by("pk")]
    assert [round((at - now).total_seconds() / 86400) for at in ends if at] == [7, 9, 150] and ends[2] == installer.expires_at


def test_the_page_of_a_short_link_says_that_the_vendors_link_stays_valid_and_does_not_show_it(ivan: User) -> None:
    status, page = give(signed_in(ivan), ready(), "short", recipient="<b>Anna</b>")
    assert status == 200 and "stays valid until" in page and "Only revoking the installer disables it" in page
    assert "canary" not in page and "&lt;b&gt;Anna" in page and "<svg" in page


def test_the_token_is_kept_as_a_hash_only(bob: User) -> None:
    token = short_link(bob, ready()).removeprefix("/i/")
    kept = str(list(Handout.objects.values())) + str(list(AuditEvent.objects.values()))
    assert token not in kept and len(Handout.objects.get().mark) == 64


def test_helpdesk_ends_its_own_hand_outs_only(bob: User, ivan: User) -> None:
    installer = ready()
    own, other = (short_link(giver, installer) for giver in (bob, ivan))
    ours, theirs = Handout.objects.order_by("pk")
    client = signed_in(bob)
    assert client.post(f"/installers/hand-outs/{theirs.pk}/end/").status_code == 404
    for _ in range(2):
        answer = client.post(f"/installers/hand-outs/{ours.pk}/end/", follow=True)
        assert "Short link disabled." in answer.content.decode()
    assert AuditEvent.objects.filter(action="short link switched off").count() == 1
    assert (Client().get(own).status_code, Client().get(other).status_code) == (410, 200)


def test_nobody_without_the_right_ends_or_lists_hand_outs(client: Client, charlie: User, bob: User, ivan: User) -> None:
    short_link(ivan, ready())
    client.force_login(charlie)
    confirm(client)
    for answer in (client.get("/installers/hand-outs/"), client.post(f"/installers/hand-outs/{Handout.objects.get().pk}/end/")):
        assert answer.status_code == 403 and "permission to share installers." in answer.text
    client.force_login(bob)
    confirm(client)
    assert client.get("/installers/hand-outs.csv").status_code == 403
    assert client.get(f"/installers/hand-outs/{Handout.objects.get().pk}/end/").status_code == 405
    assert b"No deliveries" in client.get("/installers/hand-outs/").content


def test_the_device_that_a_link_was_for_may_become_part_of_another_one(ivan: User) -> None:
    at = shown.account("opswat-main", "opswat")
    one, other = (shown.sighting(at, name).device for name in ("nb-1", "nb-2"))
    give(signed_in(ivan), ready(), device=str(other.pk))
    both = overrides.link(one.pk, other.pk, reason="one machine", act=AuditContext.of(ivan, now=timezone.now()))
    assert Handout.objects.get().device_id == both and Device.objects.count() == 1
    status, page = give(signed_in(ivan), Installer.objects.get(), device=str(other.pk))
    assert status == 200 and f"/devices/{both}/" in page
