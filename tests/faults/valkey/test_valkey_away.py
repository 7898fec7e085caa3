"""Valkey stopped, killed, frozen, full, refusing writes or emptied: people sign in and work, limits hold, and no page is an error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp

from devices.models import Account, Device, SyncRun, User
from installers.models import Handout
from installers.views.short_link import TRIES
from tests.bench import broker_settings
from tests.conftest import PASSWORD
from tests.devices import rows as shown
from tests.faults.broker import STATES, Broker, own_broker
from tests.faults.processes import wait_for
from tests.faults.report import Measured
from tests.faults.serving import Browser, Server, serving
from tests.installers.handout_rows import ready, short_link

pytestmark = pytest.mark.django_db(transaction=True)

FAULTS = {
    name: pytest.mark.fault(fault)
    for name, fault in zip(
        ("stopped", "killed", "frozen", "full", "refuses writes", "emptied"), ["F7", "F7", "F9", "F10", "F10", "F8"], strict=True
    )
}
# Two run with all tests, the others with `make faults`.
EVERY_STATE = [
    pytest.param(name, marks=[FAULTS[name]] if name in ("stopped", "frozen") else [FAULTS[name], pytest.mark.faults]) for name in STATES
]
ALL_STATES = [pytest.param(name, marks=[FAULTS[name], pytest.mark.faults]) for name in STATES]
ALONE = {"stopped", "killed", "frozen", "full", "refuses writes"}
SILENT = {"stopped", "killed", "frozen"}
NO_ANSWER = "The message broker does not answer, so nothing is synced."
REFUSED, TOO_MANY = "Incorrect username or password.", "Too many failed attempts"
PAGES = [
    "/", "/devices/", "/devices/{device}/", "/devices/{device}/timeline/", "/devices/export.csv", "/d/?q=berlin", "/d/suggest/?q=be", "/d/list/",
    "/issues/", "/issues/export.csv", "/issues/silenced/", "/coverage/", "/coverage/devices/", "/coverage/keys/", "/disagreements/",
    "/possible-duplicates/", "/views/", "/patching/", "/patching/patches/", "/patching/attempts/", "/patching/devices/", "/patching/titles/", "/installers/", "/installers/hand-outs/",
    "/installers/for/{device}/", "/vendors/", "/vendors/add/", "/vendors/eset-main/", "/vendors/eset-main/edit/", "/vendors/thresholds/",
    "/troubles/", "/audit/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/reauthenticate/",
]  # fmt: skip


FROZEN_PAGES = ["/", "/devices/", "/devices/{device}/", "/d/?q=berlin", "/issues/", "/patching/", "/vendors/eset-main/"]
FROZEN_BUTTONS = ["/devices/{device}/ask/", "/vendors/eset-main/test/"]


@pytest.fixture
def broker() -> Iterator[Broker]:
    with own_broker() as broker:
        yield broker


@pytest.fixture
def server(broker: Broker, tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, redis_url=broker.url) as server:
        yield server
        assert "Traceback" not in server.log(), server.log()


@pytest.fixture
def device() -> Device:
    shown.small_fleet()
    return Device.objects.get(name="nb-berlin-01")


@pytest.fixture
def roles(alice: User, ivan: User, bob: User, charlie: User) -> list[User]:
    return [alice, ivan, bob, charlie]


def beat(broker: Broker) -> None:
    """As a worker would."""
    broker.client.set("rollcall:beat", f"{time.time():.3f}")


def health(browser: Browser) -> tuple[int, str]:
    answer = browser.get("/healthz")
    return answer.status_code, answer.json()["broker"]


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("state", EVERY_STATE)
def test_people_sign_in_and_limits_hold(state: str, broker: Broker, server: Server, alice: User, bob: User) -> None:
    beat(broker)
    with server.browser() as browser, server.browser() as reader:
        assert reader.sign_in(alice).status_code == 302
        assert NO_ANSWER not in reader.get("/devices/").text
        STATES[state](broker)
        assert (NO_ANSWER in reader.get("/devices/").text) == (state in SILENT)
        assert browser.sign_in(alice).status_code == 302
        assert browser.get("/devices/").status_code == 200
        assert browser.post("/accounts/logout/").status_code == 302
        assert browser.get("/devices/").status_code == 302
        allowed = 2 if state in ALONE else 5
        for _ in range(allowed):
            assert REFUSED in browser.sign_in(bob, "wrong").text
        assert TOO_MANY in browser.sign_in(bob).text
        assert browser.sign_in(alice).status_code == 302, "the limit is that person's"
        broker.restore()
        beat(broker)
        wait_for(lambda: health(browser) == (200, "ok"), seconds=20, why=lambda: browser.get("/healthz").text)
        wait_for(lambda: counts_shared(browser, broker), seconds=20)
        assert NO_ANSWER not in reader.get("/devices/").text
        signed_in = browser.sign_in(bob).status_code == 302
        assert signed_in == (state in ALONE), "what was tried meanwhile counts like any other try"


def counts_shared(browser: Browser, broker: Broker) -> bool:
    """Whether the server counts in Valkey."""
    browser.get("/i/unknown")
    return bool(broker.client.exists("short-link:127.0.0.1"))


@pytest.mark.faults
@pytest.mark.fault("F8")
def test_limits_reached_before_valkey_was_emptied_hold(broker: Broker, server: Server, alice: User, bob: User) -> None:
    with server.browser() as browser, server.browser() as reader:
        assert reader.sign_in(alice).status_code == 302
        for _ in range(5):
            assert REFUSED in browser.sign_in(bob, "wrong").text
        broker.empty()
        assert TOO_MANY in browser.sign_in(bob).text
        assert reader.get("/devices/").status_code == 200, "sessions are not kept there"


@pytest.mark.parametrize("state", ALL_STATES)
def test_every_page_of_every_role_stays(state: str, broker: Broker, server: Server, roles: list[User], device: Device) -> None:
    beat(broker)
    paths = [path.format(device=device.pk) for path in PAGES]
    for user in roles:
        with server.browser() as browser:
            broker.restore()
            beat(broker)
            wait_for(lambda: health(browser) == (200, "ok"), seconds=20)
            assert browser.sign_in(user).status_code == 302
            before = {path: browser.get(path).status_code for path in paths}
            STATES[state](broker)
            assert {path: browser.get(path).status_code for path in paths} == before
            assert not {status for status in before.values() if status >= 500}


@pytest.mark.parametrize("state", ALL_STATES)
def test_reauthentication_and_a_new_password(state: str, broker: Broker, server: Server, alice: User) -> None:
    with server.browser() as browser:
        assert browser.sign_in(alice).status_code == 302
        browser.get("/accounts/password/change/")
        STATES[state](broker)
        assert browser.post("/accounts/reauthenticate/", password="wrong").status_code == 200
        assert browser.post("/accounts/reauthenticate/", password=PASSWORD).status_code == 302
        new = "another horse battery staple"
        assert browser.post("/accounts/password/change/", oldpassword=PASSWORD, password1=new, password2="x").status_code == 200
        assert browser.post("/accounts/password/change/", oldpassword=PASSWORD, password1=new, password2=new).status_code == 302
        assert browser.sign_in(alice, new).status_code == 302


@pytest.mark.parametrize("state", ALL_STATES)
def test_a_second_factor_is_asked_for_and_no_code_works_twice(state: str, broker: Broker, server: Server, alice: User) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)
    with server.browser() as browser:
        STATES[state](broker)
        assert browser.sign_in(alice).headers["Location"].startswith("/accounts/2fa/")
        assert "Incorrect code" in browser.post("/accounts/2fa/authenticate/", code="000000").text
        wait_for(lambda: time.time() % 30 < 15, seconds=20)  # what follows must fit into the life of one code
        code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
        assert browser.post("/accounts/2fa/authenticate/", code=code).status_code == 302
        assert browser.get("/devices/").status_code == 200
        browser.sign_in(alice)
        assert browser.post("/accounts/2fa/authenticate/", code=code).status_code == 200


@pytest.mark.parametrize("state", ALL_STATES)
def test_a_short_link_works_and_says_when_it_does_not(state: str, broker: Broker, server: Server, ivan: User) -> None:
    path = short_link(ivan, ready())
    with server.browser() as browser:
        STATES[state](broker)
        assert browser.get(path).status_code == 200
        assert browser.post(path).headers["Refresh"].startswith("0; url=https://")
        assert Handout.objects.get().uses == 1
        statuses = [browser.get(path).status_code for _ in range(TRIES)]
        few, many = TRIES // 3 - 2, TRIES - 2
        if state in ALONE:
            assert statuses == [200] * few + [503] * (many - few) + [429] * 2
            assert browser.get(path).status_code == 429
        else:
            assert statuses == [200] * many + [429] * 2


@pytest.mark.faults
@pytest.mark.fault("F7")
def test_the_page_of_a_short_link_says_to_try_again(broker: Broker, server: Server, ivan: User) -> None:
    path = short_link(ivan, ready())
    with server.browser() as browser:
        broker.stop()
        for _ in range(TRIES // 3):
            assert browser.get(path).status_code == 200
        answer = browser.get(path)
        assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
        assert "Temporarily unavailable" in answer.text and "Try again in a minute" in answer.text and "Too many" not in answer.text


@pytest.mark.parametrize("state", ALL_STATES)
def test_what_is_asked_for_is_stored(state: str, broker: Broker, server: Server, alice: User, device: Device) -> None:
    with server.browser() as browser:
        beat(broker)
        assert browser.sign_in(alice).status_code == 302
        assert browser.get("/devices/").status_code == 200
        STATES[state](broker)
        if state not in ALONE:
            beat(broker)
        asked = browser.post(f"/devices/{device.pk}/ask/", fragment=True)
        assert asked.status_code == 200 and SyncRun.objects.filter(state="requested").exists()
        refreshed = browser.post("/vendors/eset-main/refresh/", what="everything")
        assert refreshed.status_code == 302
        assert SyncRun.objects.filter(account=Account.objects.get(name="eset-main"), state="requested", kind="everything").exists()
        page = browser.get("/vendors/eset-main/").text
        if state in SILENT:
            assert "The request is stored" in page and "starts within seconds" not in page
        else:
            assert "The sync starts within seconds." in page
        tested = browser.post("/vendors/eset-main/test/", fragment=True)
        assert tested.status_code == 200


@pytest.mark.parametrize("state", ALL_STATES)
def test_health_says_what_is_wrong(state: str, broker: Broker, server: Server) -> None:
    words = {"full": "refuses writes", "refuses writes": "refuses writes", "emptied": "ok"}.get(state, "does not answer")
    with server.browser() as browser:
        beat(broker)
        assert health(browser) == (200, "ok")
        STATES[state](broker)
        assert health(browser) == (200 if state == "emptied" else 503, words)
        broker.restore()
        beat(broker)
        wait_for(lambda: health(browser) == (200, "ok"), seconds=20)


@pytest.mark.faults
@pytest.mark.fault("F9")
def test_a_frozen_valkey_adds_half_a_second_at_most(
    broker: Broker, tmp_path: Path, alice: User, device: Device, measured: Measured
) -> None:
    """Of each page and button the request that finds out. What the server itself waited counts, so that a busy machine does not."""
    with serving(tmp_path, redis_url=broker.url, settings_module=broker_settings.__name__) as server, server.browser() as browser:
        assert browser.sign_in(alice).status_code == 302
        requests = {path: partial(browser.get, path.format(device=device.pk)) for path in FROZEN_PAGES}
        requests |= {path: partial(browser.post, path.format(device=device.pk), fragment=True) for path in FROZEN_BUTTONS}
        waited = {}
        for path, request in requests.items():
            broker.restore()
            beat(broker)
            wait_for(lambda: health(browser) == (200, "ok"), seconds=20, why=server.log)
            broker.freeze()
            answer = request()
            assert answer.status_code == 200, path
            waited[path] = float(answer.headers[broker_settings.WAITED]) / 1000
    measured("added to the slowest of the pages and buttons", max(waited.values()), at_most=0.5)
