"""The vendor's link and the token of a short link, searched for everywhere while they are given away and used."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from config.logging import redact
from devices.models import AuditEvent, Device, User
from installers.models import Handout
from tests.devices import rows as shown
from tests.devices.sinks import broker, every_logger_speaks, leaks, tables
from tests.installers.handout_rows import key_in, page_of, ready, short_link, signed_in

pytestmark = pytest.mark.django_db
PAGES = ("/", "/devices/", "/coverage/", "/installers/", "/installers/hand-outs/", "/installers/hand-outs/?show=open", "/audit/")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def everybody(alice: User, ivan: User, bob: User, charlie: User) -> list[User]:
    return [alice, ivan, bob, charlie]


def pages(reader: Client, installer: int) -> list[tuple[str, Any]]:
    device = Device.objects.get().pk
    more = [f"/installers/{installer}/", f"/installers/{installer}/hand-out/", f"/installers/{installer}/revoke/"]
    devices = [f"/devices/{device}/", f"/installers/for/{device}/", f"/devices/{device}/timeline/", "/installers/hand-outs.csv"]
    found = [(address, reader.get(address)) for address in [*PAGES, *more, *devices]]
    return [*found, *((f"part of {address}", reader.get(address, headers=HTMX)) for address in [*more, *devices])]


def whole(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{answer.headers} {answer.cookies} {body.decode()}"


def test_neither_the_vendors_link_nor_a_token_is_anywhere_else(
    everybody: list[User], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    _, ivan, bob, _ = everybody
    device = shown.sighting(shown.account("opswat-main", "opswat"), "nb-1").device
    installer = ready()
    with every_logger_speaks(), caplog.at_level(logging.DEBUG):
        client = signed_in(bob)
        form = {"way": "shown", "key": key_in(client, installer), "device": str(device.pk)}
        assert "canary" in client.post(page_of(installer), form).content.decode()
        paths = [short_link(giver, installer, uses="2") for giver in (ivan, bob)]
        for path in paths:
            answers = [Client().get(path), Client().head(path), Client().post(path), Client().post(path), Client().post(path)]
            assert [each.status_code for each in answers] == [200, 200, 200, 200, 410]
            assert not any(leaks("page of the short link", whole(answers[at])) for at in (0, 1, 4))
        told = [(name, whole(answer)) for user in everybody for name, answer in pages(signed_in(user), installer.pk)]
        call_command("installer", "list", "--json")
    output = capfd.readouterr()
    told += [(f"table {name}", rows) for name, rows in tables()] + [(f"Redis {name}", value) for name, value in broker()]
    told += [("standard output", output.out), ("standard error", output.err)]
    tokens = [path.removeprefix("/i/") for path in paths]
    found = [leak for place, text in [*told, ("log", caplog.text)] for leak in leaks(place, text)]
    found += [f"{place}: a token" for place, text in told for token in tokens if token in text]
    found += ["log: a token" for token in tokens if token in redact(caplog.text)]
    assert not found, "\n".join(found)
    assert Handout.objects.count() == 3 and AuditEvent.objects.filter(action="short link used").count() == 4
    assert len(told) > 100 and any('name="back" value="list"' in text for _, text in told)


def test_the_search_would_find_a_token_in_a_log_that_did_not_hide_it() -> None:
    line = "Gone: /i/abcDEF-_123abcDEF-_1234"
    assert redact(line) == "Gone: /i/[redacted]" and redact("/installers/7/ and /api/ii/x") == "/installers/7/ and /api/ii/x"
