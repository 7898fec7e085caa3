"""A secret that is planted in each place is found there, in every form: or a sweep that finds nothing would prove nothing."""

from __future__ import annotations

import base64
import html
import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from devices.models import Sighting, User
from sandbox.credentials import CANARY
from tests.devices import rows as shown
from tests.devices.sinks import leaks
from tests.faults.broker import own_broker
from tests.faults.secrets.places import Places
from tests.faults.secrets.recording import RecordingBrowser
from tests.faults.serving import Server, serving

SECRET = f'{CANARY}+/=? &"ä'
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, one letter further": lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    "base64, two letters further": lambda text: base64.urlsafe_b64encode(b"xx" + text.encode() + b"y").decode(),
    "quoted for a URL": lambda text: quote(text, safe=""),
    "hex": lambda text: text.encode().hex(),
    "hex in capitals": lambda text: text.encode().hex().upper(),
    "JSON": json.dumps,
    "HTML": html.escape,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [SECRET, 'k3y"/+ä of another word'])
def test_every_form_is_found(form: str, secret: str) -> None:
    text = f"before {FORMS[form](secret)} after"
    assert leaks("place", text, [secret])
    assert bool(leaks("place", text)) is (secret == SECRET)
    assert not leaks("place", f"before {FORMS[form]('nothing')} after", [secret])


@pytest.fixture(scope="module")
def places(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with own_broker() as broker:
        yield Places(tmp_path_factory.mktemp("logs"), broker)


@pytest.fixture(scope="module")
def server(places: Places) -> Iterator[Server]:
    with serving(places.folder, redis_url=places.broker.url) as server:
        yield server


def in_a_row(_places: Places, _browser: RecordingBrowser, secret: str) -> None:
    shown.account("eset-planted", "eset", sentence=secret)


def in_a_key(places: Places, _browser: RecordingBrowser, secret: str) -> None:
    places.broker.client.hset("rollcall:planted", "field", secret.upper())


def in_a_message(places: Places, _browser: RecordingBrowser, secret: str) -> None:
    body = base64.b64encode(json.dumps([[secret], {}, {}]).encode()).decode()
    places.broker.client.lpush("rollcall:planted-queue", json.dumps({"body": body}))


def in_a_message_that_was_taken(places: Places, browser: RecordingBrowser, secret: str) -> None:
    in_a_message(places, browser, secret)
    places.broker.client.delete("rollcall:planted-queue")


def in_output(places: Places, _browser: RecordingBrowser, secret: str) -> None:
    with (places.folder / "planted.log").open("wb") as output:
        subprocess.run([sys.executable, "-c", f"print({secret!r})"], stdout=output, check=True)


def in_a_command(places: Places, _browser: RecordingBrowser, secret: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()", secret], stdin=subprocess.PIPE) as process:
        places.look_at_processes()
        process.communicate(b"\n")


def on_a_page(_places: Places, browser: RecordingBrowser, secret: str) -> None:
    shown.sighting(shown.account("eset-main", "eset"), secret)
    assert browser.get("/devices/").status_code == 200


def on_an_error_page(_places: Places, browser: RecordingBrowser, secret: str) -> None:
    assert browser.get(f"/docs/{secret}/").status_code == 404


def in_an_export(_places: Places, browser: RecordingBrowser, secret: str) -> None:
    shown.sighting(shown.account("eset-main", "eset"), secret)
    assert browser.get("/devices/export.csv").status_code == 200


def in_a_raw_answer(_places: Places, browser: RecordingBrowser, secret: str) -> None:
    held = shown.sighting(shown.account("eset-main", "eset"), "pc")
    Sighting.objects.update(raw={"deviceToken": secret})
    assert browser.get(f"/devices/{held.device_id}/raw/{held.pk}/").status_code == 200


def in_the_output_of_a_command(places: Places, _browser: RecordingBrowser, secret: str) -> None:
    places.ran("lookup", secret, "--json")


PLANTED: dict[str, Callable[[Places, RecordingBrowser, str], None]] = {
    "columns of the database": in_a_row,
    "dump of the database": in_a_row,
    "keys of the broker": in_a_key,
    "messages of the broker": in_a_message,
    "files of the broker": in_a_message_that_was_taken,
    "logs and output": in_output,
    "process list": in_a_command,
    "pages": on_a_page,
    "error pages": on_an_error_page,
    "exports": in_an_export,
    "raw answers": in_a_raw_answer,
    "output of commands": in_the_output_of_a_command,
}


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", PLANTED)
def test_it_is_found_in_every_place(place: str, places: Places, server: Server, alice: User) -> None:
    assert PLANTED.keys() == places.all().keys()
    search, secret = places.all()[place], secrets.token_hex(12)
    with RecordingBrowser(server, places) as browser:
        assert browser.sign_in(alice).status_code == 302
        assert not [leak for name, text in search() for leak in leaks(name, text, [secret])]
        PLANTED[place](places, browser, secret)
    found = [leak for name, text in search() for leak in leaks(name, text, [secret])]
    places.forget()
    assert found
