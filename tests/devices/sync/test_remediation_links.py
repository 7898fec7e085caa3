"""The vendor's repair page: its address is sealed when written, and handed to one person with an entry in the audit log."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.encryption import cipher, rotation
from devices.models import Account, AuditEvent, RemediationLink, Sighting, SyncRun, User
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.sinks import tables
from vendors.secret import Secret

pytestmark = pytest.mark.django_db
LINK = "https://gears.opswat.com/gears/remediation/secret-path/remediation.html"


def opswat() -> SyncRun:
    return making.run(making.account("opswat-main", "opswat"))


def save(run: SyncRun, link: str | None, *, state_raw: str = "OK", name: str = "one") -> Sighting:
    told = Secret(link) if link is not None else None
    save_page(run, [making.entry(name, remediation=told, state_raw=f"{state_raw} {len(link or '')}")], timezone.now())
    return Sighting.objects.get(external_id=name)


def stored(sighting: Sighting) -> str:
    return cipher.unseal(RemediationLink.objects.get(pk=sighting.pk).sealed, context=RemediationLink.context(sighting.pk))


def address(sighting: Sighting) -> str:
    return f"/devices/{sighting.device_id}/remediation/{sighting.pk}/"


def test_a_link_is_kept_sealed_and_follows_the_vendor() -> None:
    run = opswat()
    seen = save(run, LINK)
    assert stored(seen) == LINK
    assert not [name for name, rows in tables() if "secret-path" in rows]
    save(run, LINK + "?new")
    assert stored(seen) == LINK + "?new"
    save(run, "")
    assert not RemediationLink.objects.exists()


def test_a_link_copied_to_another_device_does_not_open(client: Client, bob: User) -> None:
    run = opswat()
    one, other = save(run, LINK), save(run, LINK + "2", name="two")
    RemediationLink.objects.filter(pk=other.pk).update(sealed=RemediationLink.objects.get(pk=one.pk).sealed)
    client.force_login(bob)
    answer = client.post(address(other), follow=True)
    assert b"cannot be decrypted: contact an administrator." in answer.content and b"secret-path" not in answer.content
    assert not AuditEvent.objects.filter(action="remediation opened").exists()


def test_a_vendor_without_such_pages_pays_nothing() -> None:
    run = making.run(making.account())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        save(run, None)
        save(run, None, state_raw="CHANGED")
    assert not [each for each in queries if "remediation" in each["sql"]]


def test_links_are_sealed_anew_with_the_next_key(settings: Settings) -> None:
    settings.SEALING_KEYS = {"old": os.urandom(32)}
    seen = save(opswat(), LINK)
    new = os.urandom(32)
    settings.SEALING_KEYS = {"new": new, **settings.SEALING_KEYS}
    assert rotation.rotate().done == 1 and rotation.rows_per_key() == {"new": 1}
    settings.SEALING_KEYS = {"new": new}
    assert stored(seen) == LINK


def test_helpdesk_is_led_to_the_page_and_the_audit_log_names_the_ticket(client: Client, bob: User) -> None:
    seen = save(opswat(), LINK)
    client.force_login(bob)
    assert address(seen) in client.get(f"/devices/{seen.device_id}/?ticket=INC7").content.decode()
    answer = client.post(address(seen), {"ticket": "INC7"})
    assert answer["Refresh"] == f"0; url={LINK}" and answer["Referrer-Policy"] == "no-referrer" and answer["Cache-Control"] == "no-store"
    [event] = AuditEvent.objects.filter(action="remediation opened")
    assert (event.actor, event.target) == (bob, str(seen.device_id))
    assert event.detail == {"account": "opswat-main", "sighting": seen.pk, "ticket": "INC7"}


def test_a_person_without_the_right_is_refused_and_sees_no_button(client: Client, charlie: User) -> None:
    seen = save(opswat(), LINK)
    client.force_login(charlie)
    answer = client.post(address(seen))
    assert answer.status_code == 403 and b"permission to open a device&#x27;s remediation page." in answer.content
    assert client.get(address(seen)).status_code == 405


def test_where_there_is_no_link_there_is_no_button_and_a_sentence(client: Client, ivan: User) -> None:
    seen, other = save(opswat(), ""), shown.sighting(shown.account("eset-main", "eset"), "nb-1")
    client.force_login(ivan)
    for each in (seen, other):
        assert b"/remediation/" not in client.get(f"/devices/{each.device_id}/").content
        answer = client.post(address(each), {"ticket": "INC7"}, follow=True)
        assert answer.redirect_chain == [(f"/devices/{each.device_id}/?ticket=INC7", 302)]
        assert b"no longer has a remediation page" in answer.content


@pytest.mark.parametrize("where", ["/devices/1/remediation/{}/", "/devices/{}/remediation/1/"])
@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_unknown_numbers_are_not_found(client: Client, ivan: User, where: str, number: int) -> None:
    client.force_login(ivan)
    assert client.post(where.format(number)).status_code in (302, 404)


def test_the_link_of_another_device_is_not_handed_out(client: Client, ivan: User) -> None:
    run = opswat()
    one, other = save(run, LINK), save(run, LINK + "2", name="two")
    client.force_login(ivan)
    answer = client.post(f"/devices/{other.device_id}/remediation/{one.pk}/")
    assert "Refresh" not in answer and not AuditEvent.objects.filter(action="remediation opened").exists()


def test_the_account_takes_its_links_with_it() -> None:
    save(opswat(), LINK)
    Account.objects.all().delete()
    assert not RemediationLink.objects.exists()
