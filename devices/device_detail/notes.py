"""Notes on a device. They are added and deleted, never changed; no job deletes one."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused
from devices.models import Device, Note, User

LONGEST = 5000
# The same text by the same user within this time is one note: a form that was sent twice.
SENT_TWICE = timedelta(minutes=2)


def add(device: Device, *, text: str, act: AuditContext) -> Note:
    """`text`: as `forms.NoteForm` cleaned it."""
    with transaction.atomic():
        lock_devices()  # a merge at the same time would delete the device of the note
        last = Note.objects.filter(device=device, author=act.signed_in).order_by("-pk").first()
        if last and last.text == text and act.now - last.at < SENT_TWICE:
            return last
        return Note.objects.create(device=device, text=text, author=act.signed_in, author_name=act.name, at=act.now, ticket=act.ticket)


def delete_note(note: Note, *, act: AuditContext) -> None:
    """The audit log keeps author and time but not the text, which may be why the note is deleted. Raises ActionRefused."""
    if not may_delete_note(note, act.signed_in):
        raise ActionRefused(gettext("Only %(author)s or an administrator can delete this note.") % {"author": note.author_name})
    with transaction.atomic():
        if not Note.objects.filter(pk=note.pk).delete()[0]:
            return  # deleted by another request
        written = {"written_by": note.author_id, "written_at": f"{note.at:%Y-%m-%d %H:%M} UTC"}
        audit.record("note taken back", act=act.for_ticket(note.ticket), target=str(note.device_id), **written)


def may_delete_note(note: Note, person: User) -> bool:
    own = note.author_id == person.pk and person.has_perm("devices.annotate_device")
    return own or person.has_perm("devices.delete_note")
