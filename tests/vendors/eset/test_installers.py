"""What ESET says about installers, and what each refusal proves: whether the order may be sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.credentials import account_settings
from sandbox.eset.groups import LOST_GROUP
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.sinks import everything_about, leaks
from tests.vendors.gateway_calls import gateway
from tests.vendors.months import six_months_after
from tests.vendors.scripted_server import Reply, connection, scripted
from vendors.base import Cursor
from vendors.errors import AuthFailed, Lost, Misconfigured, RateLimited, Unavailable, Unsupported, VendorError
from vendors.eset.client import URL, Client
from vendors.eset.installer_mapping import installer
from vendors.installer_api import InstallerOrder, InstallerPage, MakesInstallers
from vendors.records import Product
from vendors.registry import VENDORS
from vendors.states import Family

ORDER = InstallerOrder("Reception [req-0badcafe]", Family.WINDOWS, "de-de", group_id=LOST_GROUP, diagnostics=True)
MAKE = "~/v1/installers"


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=5, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


def eset(sim: Simulation) -> MakesInstallers:
    settings, secrets = account_settings(sim.url)["eset"]
    adapter = VENDORS["eset"].connect(connection(settings, secrets))
    assert isinstance(adapter, MakesInstallers)
    return adapter


def made(sim: Simulation) -> int:
    return int(sim.eset.installers.tally()["created"])


def again(cursor: Cursor | None) -> Cursor:
    """As another process would read it."""
    found: Cursor = json.loads(json.dumps(cursor))
    return found


def failure(sim: Simulation, cursor: Cursor | None = None) -> VendorError:
    with pytest.raises(VendorError) as caught:
        eset(sim).make_installer(ORDER, cursor)
    assert not leaks("error", everything_about(caught.value))
    return caught.value


def test_an_installer_is_made_with_everything_that_was_asked_for(sim: Simulation) -> None:
    (installer,) = eset(sim).make_installer(ORDER, None).installers
    assert (installer.name, installer.family, installer.language) == (ORDER.name, Family.WINDOWS, "de-de")
    assert (installer.group_name, installer.usable, installer.diagnostics) == ("Lost & found", True, True)
    assert installer.products == (Product("ESET Endpoint Security", "ESET PROTECT Complete, 250 units"),)
    assert installer.made_at and installer.expires_at == six_months_after(installer.made_at)
    assert installer.link.reveal().startswith(sim.url) and "canary" not in repr(installer)


def test_it_is_read_listed_and_deleted(sim: Simulation) -> None:
    adapter = eset(sim)
    turn = adapter.make_installer(ORDER, None)
    uuid = turn.installers[0].external_id
    assert adapter.read_installer(uuid, None).installers == adapter.list_installers(None).installers == turn.installers
    assert adapter.delete_installer(uuid, None) == adapter.delete_installer(uuid, None) == InstallerPage()
    assert adapter.read_installer(uuid, None) == adapter.list_installers(None) == InstallerPage()


def test_an_answer_that_takes_long_is_fetched_by_the_identical_request(sim: Simulation) -> None:
    sim.fault(f"eset:202=1@1{MAKE}")
    first = eset(sim).make_installer(ORDER, None)
    second = eset(sim).make_installer(ORDER, again(first.cursor))
    third = eset(sim).make_installer(ORDER, again(second.cursor))
    assert (first.accepted, second.accepted, third.cursor, len(third.installers), made(sim)) == (True, True, None, 1, 1)


def test_a_sign_in_that_takes_long_has_ordered_nothing(sim: Simulation) -> None:
    sim.fault("eset:202=0@1~/oauth/token")
    first = eset(sim).make_installer(ORDER, None)
    assert (first.accepted, made(sim)) == (False, 0)
    assert eset(sim).make_installer(ORDER, again(first.cursor)).installers and made(sim) == 1


@pytest.mark.fault("F29")
@pytest.mark.parametrize("kind", ["202-504=0", "202-404=0", "202-expired=0"])
def test_a_prepared_answer_that_is_gone_never_starts_the_order_over(sim: Simulation, kind: str) -> None:
    sim.fault(f"eset:{kind}@1{MAKE}")
    cursor = eset(sim).make_installer(ORDER, None).cursor
    error = failure(sim, again(cursor))
    assert isinstance(error, Lost) and not error.undone and made(sim) <= 1
    assert len([call for call in sim.calls(path="/v1/installers") if call.method == "POST"]) == 2


def test_an_answer_that_is_prepared_for_more_than_ten_minutes_is_given_up(sim: Simulation) -> None:
    sim.fault(f"eset:202-forever@1{MAKE}")
    cursor = eset(sim).make_installer(ORDER, None).cursor
    assert cursor is not None
    cursor["pending"]["since"] -= 601
    assert isinstance(failure(sim, cursor), Lost) and made(sim) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "undone"),
    [
        ("401", AuthFailed, True),
        ("403", Misconfigured, True),
        ("404", Misconfigured, True),
        ("400", Misconfigured, True),
        ("429", RateLimited, True),
        ("redirect", Misconfigured, False),
        ("500", Unavailable, False),
        ("after=502", Unavailable, False),
        ("503", Unavailable, False),
        ("504", Unavailable, False),
        ("reset", Unavailable, False),
        ("no-answer", Unavailable, False),
        ("stall=0.1", Unavailable, False),
        ("late", Unavailable, False),
        ("cut-json", VendorError, False),
        ("html200", VendorError, False),
        ("empty", VendorError, False),
        ("object", VendorError, False),
        ("bad-response-id", VendorError, False),
        ("202-missing-header", VendorError, False),
    ],
)
def test_each_refusal_says_whether_the_order_may_be_sent_again(sim: Simulation, fault: str, kind: type[VendorError], undone: bool) -> None:
    sim.fault(f"eset:{fault}{MAKE}")
    error = failure(sim)
    assert isinstance(error, kind) and error.undone is undone
    assert made(sim) <= (0 if undone else 1)


def test_a_refused_token_is_exchanged_once_because_nothing_was_done(sim: Simulation) -> None:
    sim.fault(f"eset:401@1{MAKE}")
    assert eset(sim).make_installer(ORDER, None).installers and made(sim) == 1


@pytest.mark.parametrize("fault", ["500", "reset", "html200", "401"])
def test_whoever_could_not_sign_in_has_ordered_nothing(sim: Simulation, fault: str) -> None:
    sim.fault(f"eset:{fault}~/oauth/token")
    assert failure(sim).undone and made(sim) == 0


def test_a_server_that_cannot_be_reached_was_asked_nothing(sim: Simulation) -> None:
    settings, secrets = account_settings("http://127.0.0.1:9")["eset"]
    adapter = VENDORS["eset"].connect(connection(settings, secrets))
    assert isinstance(adapter, MakesInstallers)
    with pytest.raises(Unavailable) as caught:
        adapter.make_installer(ORDER, None)
    assert caught.value.undone


def test_a_list_without_any_list_is_no_proof(sim: Simulation) -> None:
    sim.fault(f"eset:object{MAKE}")
    with pytest.raises(VendorError, match="no list"):
        eset(sim).list_installers(None)


def test_a_record_that_cannot_be_read_is_counted() -> None:
    good = {"uuid": "a-1", "displayName": "one", "operatingSystemFamilyId": "3", "downloadUrl": "javascript:alert(1)"}
    listing = {"installers": [good, {"displayName": "nameless"}, 7, {"uuid": "b\0"}], "totalSize": "4"}
    with scripted(Reply(body={"access_token": "t", "token_type": "Bearer", "expires_in": 3600}), Reply(body=listing)) as script:
        settings = {"region": "eu", "url": script.url + "/{region}/{service}", "username": "u"}
        adapter = VENDORS["eset"].connect(connection(settings, {"password": "p"}))
        assert isinstance(adapter, MakesInstallers)
        turn = adapter.list_installers(None)
    assert (turn.unreadable, [each.external_id for each in turn.installers]) == (3, ["a-1"])
    assert (turn.installers[0].family, bool(turn.installers[0].link), turn.installers[0].usable) == (Family.MACOS, False, False)


def test_vendors_without_installers_say_so() -> None:
    assert VENDORS["eset"].installers().families == (Family.WINDOWS, Family.MACOS)
    for slug in ("opswat", "five9s"):
        with pytest.raises(Unsupported, match="cannot create installers"):
            VENDORS[slug].installers()


ESET_LINK = "https://eu.download.eset.systems/installers/7f?token=a-1&x=%20"
SIMULATED = "http://127.0.0.1:9100/eset/eu/downloads/secret/file.exe"


def link_of(text: str, *, simulator: str = "") -> str:
    found = installer(json.dumps({"uuid": "a-1", "downloadUrl": text}).encode(), simulator=simulator)
    assert bool(found.link) != any(repair.field == "downloadUrl" for repair in found.repairs)
    return found.link.reveal()


@pytest.mark.parametrize("text", [ESET_LINK, "https://h.example:8443/a", "https://h.example/" + "a" * 3000])
def test_a_link_of_https_is_kept_as_it_is(text: str) -> None:
    assert link_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "http://eu.download.eset.systems/a", SIMULATED, "http://127.0.0.1:1/", "http://localhost:9100/a", "HTTP://127.0.0.1:9100/a",
        "https://eset.systems@evil.example/a", "https://user:pw@eset.systems/a", r"https://eset.systems\@evil.example/", r"https:\\evil.example",
        "https:///evil.example", "https://", "https://evil.example/a b", "https://evil.example/ü", "//evil.example/a", "ftp://h.example/a",
        "javascript:alert(1)", "data:text/html,x", "https://" + "a" * 5000, "https://h.example/" + "a" * 4000,
    ],
)  # fmt: skip
def test_every_other_link_is_left_out_and_named(text: str) -> None:
    assert link_of(text) == ""


def test_only_an_account_at_a_simulator_gets_links_to_that_simulator() -> None:
    here = Client(gateway(), url="http://127.0.0.1:9100/eset/{region}/{service}", region="eu").simulator
    assert here == "http://127.0.0.1:9100/"
    assert link_of(SIMULATED, simulator=here) == SIMULATED
    for other in (
        "http://127.0.0.1:9101/a",
        "http://127.0.0.1:9100@evil.example/a",
        r"http://127.0.0.1:9100/\evil",
        "http://evil.example/a",
    ):
        assert link_of(other, simulator=here) == ""
    for real in (URL, "https://127.0.0.1:9100/{region}", "http://127.0.0.1.evil.example:80/", "http://10.0.0.1:9100/"):
        assert Client(gateway(), url=real, region="eu").simulator == ""
