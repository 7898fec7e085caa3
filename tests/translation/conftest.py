from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from devices.audit.context import AuditContext
from devices.device_detail import notes
from devices.device_list import tags
from devices.models import Account, AuditEvent, Device, Issue, PossibleDuplicate, User
from tests.conftest import confirm
from tests.devices import rows as shown
from tests.devices.states import STATES, account_in
from tests.installers import rows as installers
from tests.installers.handout_rows import ready as ready_installer
from tests.installers.handout_rows import short_link
from tests.patching.rows import small_patching
from tests.translation import pseudo


@pytest.fixture
def everything(alice: User) -> list[str]:
    """Something of every kind that a page can show. Returns the addresses at which a crawl begins."""
    accounts = small_patching()
    for state in STATES:
        account_in(state, vendor="eset")
    act = AuditContext.of(alice, now=timezone.now())
    device = Device.objects.get(name="nb-berlin-01")
    notes.add(device, text="Battery replaced.", act=act)
    tags.add([device.pk], tag="loaner", act=act)
    twin = shown.sighting(accounts["five9s"], "nb-munich-02", serial="PF3XK9", os_name="Windows 10", user="ACME\\otto")
    first, second = sorted(shown.sighting(accounts[vendor], "reception").pk for vendor in ("eset", "opswat"))
    evidence = [["hostname", "reception", "reception"], ["serial", "S1", "S1"], ["mac_parallel", "8c8caa000001", "8c8caa000002"]]
    PossibleDuplicate.objects.create(first_id=first, second_id=second, total=8, evidence=evidence, found_at=timezone.now())
    ready = ready_installer(accounts["eset"], purpose="Till computers")
    installers.booked(accounts["eset"], "Warehouse", days=9, actor=alice)
    installers.foreign(accounts["eset"], "Theirs")
    doubtful = installers.doubtful(accounts["eset"], "Lobby")
    link = short_link(alice, ready, recipient="Anna")
    AuditEvent.objects.create(at=timezone.now(), action="account.added", source="command line", target="eset-main", address="192.0.2.17")
    Issue.objects.filter(title="Firewall is off").update(first_seen_at=timezone.now() - timedelta(days=3))
    chosen = [f"/issues/decide/?issue={pk}" for pk in Issue.objects.values_list("pk", flat=True)[:2]]
    return [
        "/", link, "/accounts/login/", "/accounts/password/change/", "/accounts/2fa/", "/no/such/page/", "/d/?q=nb", "/d/?q=no-such-device",
        "/d/list/?names=nb-berlin-01", f"/devices/{device.pk}/", f"/devices/{twin.device_id}/", f"/devices/{device.pk}/link/?q=nb",
        f"/devices/{device.pk}/retire/", f"/installers/{ready.pk}/hand-out/", f"/installers/{doubtful.pk}/", "/issues/?standing=all",
        "/vendors/add/?vendor=eset", "/vendors/add/?vendor=opswat", "/vendors/add/?vendor=five9s", *chosen,
        *(f"/vendors/{name}/edit/" for name in Account.objects.values_list("name", flat=True)[:2]),
    ]  # fmt: skip


@pytest.fixture
def browser(alice: User) -> Client:
    """An administrator's, who may see every page."""
    client = Client(raise_request_exception=True)
    client.force_login(alice)
    confirm(client)
    return client


@pytest.fixture
def pseudo_language(settings: Settings, tmp_path: Path) -> str:
    """Its code. Every message is in brackets."""
    pseudo.write_catalog(tmp_path)
    settings.LOCALE_PATHS = [tmp_path, *settings.LOCALE_PATHS]
    settings.LANGUAGES = [*settings.LANGUAGES, (pseudo.CODE, "Pseudo")]
    return pseudo.CODE
