"""Notes on a device: written, and taken back. They are never changed, and nothing deletes them by itself."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused
from devices.models import Device, Note, User

LONGEST = 5000
# The same words by the same person again within this time are one note: a form that was sent twice.
SENT_TWICE = timedelta(minutes=2)


def add(device: Device, *, text: str, act: AuditContext) -> Note:
    """Raises ActionRefused."""
    text = _checked(text)
    with transaction.atomic():
        lock_devices()  # or the device could become part of another one meanwhile, and the note would hang on nothing
        last = Note.objects.filter(device=device, author=act.signed_in).order_by("-pk").first()
        if last and last.text == text and act.now - last.at < SENT_TWICE:
            return last
        return Note.objects.create(device=device, text=text, author=act.signed_in, author_name=act.name, at=act.now, ticket=act.ticket)


def delete_note(note: Note, *, act: AuditContext) -> None:
    """The audit log keeps that it was there, not what it said: often that is why it is taken back. Raises ActionRefused."""
    if not may_delete_note(note, act.signed_in):
        raise ActionRefused(f"Only {note.author_name}, who wrote it, or an administrator can take this note back.")
    with transaction.atomic():
        if not Note.objects.filter(pk=note.pk).delete()[0]:
            return  # somebody else was faster
        written = {"written_by": note.author_name, "written_at": f"{note.at:%Y-%m-%d %H:%M} UTC"}
        audit.record("note taken back", act=act.for_ticket(note.ticket), target=str(note.device_id), **written)


def may_delete_note(note: Note, person: User) -> bool:
    own = note.author_id == person.pk and person.has_perm("devices.annotate_device")
    return own or person.has_perm("devices.delete_note")


def _checked(text: str) -> str:
    """Without what no line of text holds, NUL above all."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(letter for letter in lines if letter in "\n\t" or letter.isprintable() or letter.isspace()).strip()
    if not clean:
        raise ActionRefused("Write the note first: there is nothing to keep yet.")
    if len(clean) > LONGEST:
        raise ActionRefused(f"The note has {len(clean):,} characters, and {LONGEST:,} are the most: shorten it, or write two.")
    return clean
