"""Notes on a device: who may add and delete them, and what stays in the form after an error."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.device_detail import notes
from devices.models import AuditEvent, Device, Note, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.audited import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def device() -> Device:
    return shown.sighting(shown.account("eset-main", "eset"), "nb-1").device


def write(client: Client, device: Device, text: str, **more: str) -> object:
    return client.post(f"/devices/{device.pk}/notes/add/", {"text": text, **more})


def test_a_note_is_kept_with_writer_time_and_ticket(bob: User, device: Device) -> None:
    answer = signed_in(bob).post(f"/devices/{device.pk}/notes/add/?ticket=INC7", {"text": " Screen\r\nflickers \n", "ticket": "INC7"})
    assert (answer.status_code, answer["Location"]) == (302, f"/devices/{device.pk}/?ticket=INC7#notes")
    note = Note.objects.get()
    assert (note.text, note.author, note.author_name, note.ticket) == ("Screen\nflickers", bob, "bob", "INC7")
    page = signed_in(bob).get(f"/devices/{device.pk}/").content.decode()
    assert "Screen\nflickers" in page and "Ticket INC7" in page


def test_as_a_fragment_the_panel_comes_back(bob: User, device: Device) -> None:
    client = signed_in(bob)
    answer = client.post(f"/devices/{device.pk}/notes/add/", {"text": "Hello"}, headers=HTMX).content.decode()
    assert "<html" not in answer and "Hello" in answer and "Note saved." in answer


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "The note is empty"), (" \n\x00 ", "The note is empty"), ("x" * 5001, "5,001 characters")]
)
def test_what_cannot_be_kept_is_said_in_a_sentence_and_stays_typed(bob: User, device: Device, text: str, sentence: str) -> None:
    client = signed_in(bob)
    page = client.post(f"/devices/{device.pk}/notes/add/", {"text": text})
    fragment = client.post(f"/devices/{device.pk}/notes/add/", {"text": text}, headers=HTMX)
    assert (page.status_code, fragment.status_code) == (422, 200)
    for body in (page.content.decode(), fragment.content.decode()):
        assert sentence in body and text.strip("\x00 \n") in body
    assert not Note.objects.exists()


def test_the_longest_note_and_odd_letters_fit(bob: User, device: Device) -> None:
    client = signed_in(bob)
    write(client, device, "ü" * notes.LONGEST)
    write(client, device, "a\x00b\x07c 👩‍💻\u202e")
    first, second = Note.objects.order_by("pk")
    assert len(first.text) == notes.LONGEST and second.text.startswith("abc 👩")


def test_a_form_that_is_sent_twice_leaves_one_note(bob: User, ivan: User, device: Device) -> None:
    for _ in range(2):
        write(signed_in(bob), device, "Same")
    assert Note.objects.count() == 1
    write(signed_in(ivan), device, "Same")
    Note.objects.update(at=timezone.now() - timedelta(hours=1))
    write(signed_in(bob), device, "Same")
    assert Note.objects.count() == 3


def test_its_writer_takes_it_back_and_the_audit_log_keeps_that(bob: User, device: Device) -> None:
    note = notes.add(device, text="password is hunter2", act=AuditContext.of(bob, now=timezone.now(), ticket="INC1"))
    answer = signed_in(bob).post(f"/devices/{device.pk}/notes/{note.pk}/take-back/")
    assert answer.status_code == 302 and not Note.objects.exists()
    event = AuditEvent.objects.get(action="note taken back")
    assert (actor(event), event.target, event.detail["written_by"], event.detail["ticket"]) == ("bob", str(device.pk), bob.pk, "INC1")
    assert "hunter2" not in str(event.detail)
    assert signed_in(bob).post(f"/devices/{device.pk}/notes/{note.pk}/take-back/").status_code == 404


def test_others_cannot_but_an_administrator_can(bob: User, ivan: User, alice: User, device: Device) -> None:
    note = notes.add(device, text="Mine", act=AuditContext.of(bob, now=timezone.now()))
    address = f"/devices/{device.pk}/notes/{note.pk}/take-back/"
    assert address not in signed_in(ivan).get(f"/devices/{device.pk}/").content.decode()
    assert signed_in(ivan).post(address).status_code == 403
    fragment = signed_in(ivan).post(address, headers=HTMX).content.decode()
    assert "Only bob or an administrator can delete this note." in fragment and Note.objects.exists()
    assert address in signed_in(alice).get(f"/devices/{device.pk}/").content.decode()
    assert "Note deleted." in signed_in(alice).post(address, headers=HTMX).content.decode() and not Note.objects.exists()


def test_a_note_belongs_to_its_device(bob: User, device: Device) -> None:
    other = shown.sighting(device.sightings.get().account, "nb-2").device
    note = notes.add(other, text="There", act=AuditContext.of(bob, now=timezone.now()))
    client = signed_in(bob)
    for number in (note.pk, 2**63, 10**30):
        assert client.post(f"/devices/{device.pk}/notes/{number}/take-back/").status_code == 404
    assert Note.objects.exists()


def test_who_has_no_right_writes_nothing(charlie: User, bob: User, device: Device) -> None:
    note = notes.add(device, text="Mine", act=AuditContext.of(bob, now=timezone.now()))
    client = signed_in(charlie)
    assert client.post(f"/devices/{device.pk}/notes/add/", {"text": "x"}).status_code == 403
    assert client.post(f"/devices/{device.pk}/notes/{note.pk}/take-back/").status_code == 403
    assert client.get(f"/devices/{device.pk}/notes/").status_code == 403
    assert client.post(f"/devices/{device.pk}/notes/add/", {"text": "x"}, headers=HTMX).status_code == 403
    assert signed_in(bob).get(f"/devices/{device.pk}/notes/add/").status_code == 405
    assert Note.objects.count() == 1


def test_all_notes_are_paged_newest_first(bob: User, device: Device) -> None:
    Note.objects.bulk_create(Note(device=device, text=f"note {n:03}", author_name="x", at=timezone.now()) for n in range(120))
    client = signed_in(bob)
    assert "All notes" in client.get(f"/devices/{device.pk}/").content.decode()
    first = client.get(f"/devices/{device.pk}/notes/")
    assert b"note 119" in first.content and b"note 069" not in first.content
    older = first.context["older"]
    assert b"note 069" in client.get(f"/devices/{device.pk}/notes/{older}").content


def test_a_note_on_a_former_id_lands_on_the_device_of_today(bob: User, device: Device) -> None:
    device.former.create(id=device.pk + 500, anchor_id=0)
    signed_in(bob).post(f"/devices/{device.pk + 500}/notes/add/", {"text": "Hello"})
    assert Note.objects.get().device == device
    assert signed_in(bob).post(f"/devices/{2**63}/notes/add/", {"text": "Hello"}).status_code == 404
